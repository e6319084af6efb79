"""A table of CBS (OData v4): its observations, with the text of every code beside it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sluis.kernel.text import N_
from sluis.lake.connectors import asking
from sluis.lake.connectors.base import UNCHANGED, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.pages import Asker, Reading
from sluis.lake.connectors.paging import gathered, linked, whole_number
from sluis.lake.connectors.web import Web
from sluis.lake.connectors.work import work_folder

_NEXT = "@odata.nextLink"
_VERSION = ("Version", "Modified", "ObservationsModified")
_SAID = {"total": ("@odata.count",), "next": (_NEXT,), "error": ("error",)}


class CbsOdata(Web):
    name = "cbs-odata"
    title = N_("CBS StatLine (OData v4)")
    about = N_("Leest een tabel van het CBS als die is gewijzigd, met bij elke code de omschrijving.")
    fields = (
        Field("url", N_("Webadres van de catalogus"), Kind.ADDRESS, required=True,
              default="https://odata4.cbs.nl/CBS"),
        Field("table", N_("Code van de tabel"), required=True, help=N_("Zoals 85496NED; staat bij de tabel.")),
        asking.CEILING,
    )  # fmt: skip

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            about = _about(_asker(given, into), given)
        tell(N_("De tabel {table} is te lezen."), table=about.get("Title") or given["table"])

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        asker = _asker(given, into)
        about = _about(asker, given)
        version = {name: str(about[name]) for name in _VERSION if about.get(name)}
        if version and version == state.get("version"):
            return UNCHANGED
        return _fetched(given, asker, about, version, tell, None)

    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        asker = _asker(given, into)
        return _fetched(given, asker, _about(asker, given), {}, tell, most)


def _fetched(
    given: Given, asker: Asker, about: Mapping[str, Any], version: dict[str, str], tell: Tell, most: int | None
) -> Fetched:
    added = asker.into / "codes.json"
    added.write_text(json.dumps(_texts(asker, given)), "utf-8")
    reading = Reading(("value",), _SAID, id=("Id",), added=added)
    first = f"{_table(given)}/Observations{f'?$top={most}' if most else ''}"
    total = whole_number(about.get("ObservationCount"))
    path, rows = gathered(asker, reading, first, linked, total=total, most=most)
    tell(N_("Rijen gelezen uit {table}: {count}."), table=about.get("Title") or given["table"], count=rows)
    return Fetched(path, f"{given['table']}.ndjson", {"version": version} if version else {})


def _texts(asker: Asker, given: Given) -> dict[str, dict[str, dict[str, Any]]]:
    """By column and code: what goes beside the code, under the name of the column with what it is."""
    base = _table(given)
    measures = {
        _code(row): {"MeasureTitel": row.get("Title"), "MeasureEenheid": row.get("Unit")}
        for row in _values(asker, f"{base}/MeasureCodes")
    }
    names = [str(row["Identifier"]) for row in _values(asker, f"{base}/Dimensions") if row.get("Identifier")]
    texts = {
        name: {_code(row): {f"{name}Titel": row.get("Title")} for row in _values(asker, f"{base}/{quote(name)}Codes")}
        for name in names
    }
    return {"Measure": measures} | texts


def _code(row: Mapping[str, Any]) -> str:
    return str(row.get("Identifier", "")).strip()


def _values(asker: Asker, url: str) -> Iterator[Mapping[str, Any]]:
    """All rows of a list that is small, over its pages."""
    seen = set[str]()
    while url and url not in seen:
        seen.add(url)
        found = asking.expected(asker.document(url), url)
        yield from asking.objects(found.get("value"))
        following = found.get(_NEXT)
        url = asking.same_place(url, str(following)) if following else ""


def _about(asker: Asker, given: Given) -> Mapping[str, Any]:
    found = asker.document(f"{_table(given)}/Properties")
    return asking.expected(found, given["url"])


def _table(given: Given) -> str:
    return f"{given['url'].split('?')[0].rstrip('/')}/{quote(given['table'], safe='')}"


def _asker(given: Given, into: Path) -> Asker:
    return Asker(into, "source cbs-odata", {"Accept": "application/json"}, given["max_mb"])


CONNECTOR = CbsOdata()
