"""Objects of one type of a WFS 2.0: as GeoJSON in pages where the server can, otherwise as one GML file.

The server is asked first how many objects there are; what comes is held against that.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from sluis.foundation import egress
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, outside
from sluis.lake.connectors.base import Fetched, Field, Given, Kind, Tell
from sluis.lake.connectors.pages import Asker, Reading
from sluis.lake.connectors.paging import SECONDS, by_offset, gathered, whole_number, wrong_count
from sluis.lake.connectors.replies import refusal
from sluis.lake.connectors.unpacking import MB
from sluis.lake.connectors.web import Web
from sluis.lake.connectors.work import work_folder
from sluis.lake.connectors.xml import understood

_SMALL_MB = 20
_EPSG = re.compile(r"EPSG[:/]+(?:[0-9.]*[:/])?(\d{4,6})$", re.IGNORECASE)
_READING = Reading(("features",), {"total": ("numberMatched",)}, columns=("properties",), id=("id",), map=True)


@dataclass(frozen=True, slots=True)
class _Offer:
    """`form` is the output format to ask, '' for the usual one (GML); `crs` as "EPSG:28992"; `total` when told."""

    title: str
    form: str
    crs: str
    pages: bool
    total: int | None

    @property
    def json(self) -> bool:
        return "json" in self.form.lower()


class Wfs(Web):
    name = "wfs"
    title = N_("WFS (kaartdienst)")
    about = N_("Leest alle objecten van een laag van een WFS 2.0, en telt of de dienst alles gaf.")
    fields = (
        Field("url", N_("Webadres van de dienst"), Kind.ADDRESS, required=True,
              help=N_("Het adres zonder vraag erachter; wat na het vraagteken moet blijven staan mag mee.")),
        Field("type_name", N_("Laag"), help=N_("Leeg: de controle noemt de lagen die er zijn.")),
        *asking.ACCOUNT,
        asking.PAGE_SIZE,
        asking.CEILING,
    )  # fmt: skip

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            found = _offer(given, into)
            _taken(given, found, into, 1)
        tell(N_("De laag {layer} is te lezen."), layer=found.title or given["type_name"])
        told = N_("onbekend") if found.total is None else str(found.total)
        tell(N_("Aantal objecten volgens de dienst: {count_term}."), count_term=told)

    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        return _brought(given, into, tell, most)


def _brought(given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
    found = _offer(given, into)
    path, rows = _taken(given, found, into, most)
    tell(N_("Objecten gelezen uit {collection}: {count}."), collection=given["type_name"], count=rows)
    name = given["type_name"].rsplit(":", 1)[-1]
    if not found.json:
        return Fetched(path, f"{name}.gml")
    metres = found.crs not in ("", "EPSG:4326")
    return Fetched(path, f"{name}.geojson", options={"crs": found.crs} if metres else {})


def _taken(given: Given, found: _Offer, into: Path, most: int | None) -> tuple[Path, int]:
    asked = {"request": "GetFeature", "typeNames": given["type_name"], "outputFormat": found.form}
    if not found.json:
        return _gml(given, asked | ({"count": str(most)} if most else {}), into, found.total if most is None else None)
    if not found.pages and most is None:
        return gathered(_asker(given, into), _READING, _url(given, **asked), lambda _page: None, total=found.total)
    size = min(most or given["page_size"], given["page_size"])

    def at(start: int) -> str:
        return _url(given, **asked, count=str(size), startIndex=str(start))

    following = by_offset(at, found.total)
    return gathered(_asker(given, into), _READING, at(0), following, total=found.total, most=most)


def _gml(given: Given, asked: dict[str, str], into: Path, total: int | None) -> tuple[Path, int]:
    """One file with everything; its objects are counted in the sandbox."""
    url = _url(given, **asked)
    path = _download(given, url, into / "answer", given["max_mb"])
    found = _read("answer", path)
    if total is not None and found["count"] != total:
        raise wrong_count(url, total, found["count"])
    return path, found["count"]


def _offer(given: Given, into: Path) -> _Offer:
    """What the service says it can do for this type. Raises Invalid with the types there are."""
    path = _download(given, _url(given, request="GetCapabilities"), into / "capabilities", _SMALL_MB)
    found = _read("capabilities", path)
    if found["kind"] != "WFS_Capabilities":
        raise _complaint(N_("Dit adres antwoordt niet als een WFS."))
    kind = found["types"].get(given["type_name"])
    if kind is None:
        raise asking.choose("type_name", given["type_name"], found["types"])
    forms = kind["formats"] or found["formats"]
    crs = _EPSG.search(kind["crs"])
    return _Offer(
        title=kind["title"],
        form=next((form for form in forms if "json" in form.lower()), ""),
        crs=f"EPSG:{crs[1]}" if crs else "",
        pages=found["pages"],
        total=_total(given, into),
    )


def _total(given: Given, into: Path) -> int | None:
    url = _url(given, request="GetFeature", typeNames=given["type_name"], resultType="hits")
    return whole_number(_read("answer", _download(given, url, into / "hits", _SMALL_MB))["matched"])


def _asker(given: Given, into: Path) -> Asker:
    return Asker(into, "source wfs", asking.credentials(given), given["max_mb"])


def _url(given: Given, **asked: str) -> str:
    """What the address says already stays, unless it is one of ours."""
    parts = urlsplit(given["url"])
    ours = {"service": "WFS", "version": "2.0.0"} | {name: value for name, value in asked.items() if value}
    taken = {"request", *(name.lower() for name in ours)}
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name.lower() not in taken]
    return parts._replace(query=urlencode([*kept, *ours.items()], safe=":/")).geturl()


def _download(given: Given, url: str, path: Path, most_mb: int) -> Path:
    with egress.stream(
        url,
        purpose="source wfs",
        max_bytes=most_mb * MB,
        timeout=SECONDS,
        headers=asking.credentials(given),
        policy=outside.policy(),
    ) as reply:
        if reply.status not in (200, 400):
            raise refusal(reply)
        with path.open("wb") as file:
            file.writelines(reply.chunks)
        if reply.status == 400:  # an exception of the service says more than its status
            _read("answer", path)
            raise refusal(reply)
    return path


def _read(entry: str, path: Path) -> dict[str, Any]:
    found = understood(entry, path, path.parent)
    if reason := found.get("exception"):
        raise Invalid(
            "source.refused-there",
            N_("De dienst weigert: {reason}."),
            way_out=N_("Controleer het adres en de laag."),
            reason=str(reason).rstrip(". "),
        )
    return found


def _complaint(text: str) -> Invalid:
    return Invalid("source.not-a-wfs", text, way_out=N_("Controleer het adres."))


CONNECTOR = Wfs()
