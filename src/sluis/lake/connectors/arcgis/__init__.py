"""Objects or rows of one layer of an ArcGIS FeatureServer or MapServer, in WGS84."""

from collections.abc import Mapping
from itertools import batched, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import asking
from sluis.lake.connectors.base import Fetched, Field, Given, Kind, Refused, Tell
from sluis.lake.connectors.pages import Asker, Reading
from sluis.lake.connectors.paging import Following, by_offset, gathered, whole_number
from sluis.lake.connectors.web import Web
from sluis.lake.connectors.work import work_folder

_NOT_LET_IN = (401, 403, 498, 499)  # 498 and 499 of Esri: a token that is wrong, and none


class ArcGis(Web):
    name = "arcgis"
    title = N_("ArcGIS FeatureServer")
    about = N_("Leest alle objecten van een laag van een ArcGIS-server, en telt of de server alles gaf.")
    fields = (
        Field("url", N_("Webadres van de laag"), Kind.ADDRESS, required=True,
              help=N_("Eindigt op het nummer van de laag, zoals …/FeatureServer/0.")),
        Field("token", N_("Toegangscode (token)"), Kind.SECRET),
        asking.PAGE_SIZE,
        asking.CEILING,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        found = list(super().faults(config, mode))
        if not _base(config["url"]).rsplit("/", 1)[-1].isdigit():
            text = N_("Het adres eindigt op het nummer van de laag, zoals …/FeatureServer/0.")
            found.append(Fault(text, field="url"))
        return found

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            asker = _asker(given, into)
            layer = _document(asker, given, "")
            total = whole_number(_document(asker, given, "/query", where="1=1", returnCountOnly="true").get("count"))
        tell(N_("De laag {layer} is te lezen."), layer=layer.get("name") or "–")
        tell(N_("Aantal objecten volgens de dienst: {count_term}."), count_term="–" if total is None else str(total))

    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        return _brought(given, into, tell, most)


def _brought(given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
    asker = _asker(given, into)
    layer = _document(asker, given, "")
    total = whole_number(_document(asker, given, "/query", where="1=1", returnCountOnly="true").get("count"))
    first, following = _by_pages(given, layer, total, most) or _by_keys(asker, given, layer)
    path, rows = gathered(asker, _reading(layer), first, following, total=total, most=most)
    name = str(layer.get("name") or "laag").replace("/", "-")
    tell(N_("Objecten gelezen uit {collection}: {count}."), collection=name, count=rows)
    return Fetched(path, f"{name}.geojson")


def _reading(layer: Mapping[str, Any]) -> Reading:
    moments = [str(f.get("name")) for f in asking.objects(layer.get("fields")) if f.get("type") == "esriFieldTypeDate"]
    return Reading(
        ("features",), {"error": ("error",)}, columns=("properties",), id=("properties", _key(layer)),
        moments=tuple(moments), map=True,
    )  # fmt: skip


def _by_pages(
    given: Given, layer: Mapping[str, Any], total: int | None, most: int | None
) -> tuple[str, Following] | None:
    """None when the server gives no pages."""
    able = layer.get("advancedQueryCapabilities")
    if not isinstance(able, dict) or not able.get("supportsPagination"):
        return None
    size = min(given["page_size"], most or given["page_size"], whole_number(layer.get("maxRecordCount")) or 1000)

    def at(start: int) -> str:
        return _rows(given, "1=1", orderByFields=_key(layer), resultOffset=str(start), resultRecordCount=str(size))

    return at(0), by_offset(at, total)


def _by_keys(asker: Asker, given: Given, layer: Mapping[str, Any]) -> tuple[str, Following]:
    """Old servers: ask for all keys, and then for the rows between two of them."""
    found = _document(asker, given, "/query", where="1=1", returnIdsOnly="true")
    told = found.get("objectIds")
    keys = sorted({key for key in told if isinstance(key, int)} if isinstance(told, list) else ())
    size = min(given["page_size"], whole_number(layer.get("maxRecordCount")) or 1000)
    key = _key(layer)
    urls = [_rows(given, f"{key}>={part[0]} AND {key}<={part[-1]}") for part in batched(keys, size)]
    after = dict(pairwise(urls))
    return (urls[0] if urls else _rows(given, "1=1")), lambda page: after.get(page.url)


def _key(layer: Mapping[str, Any]) -> str:
    named = layer.get("objectIdField")
    kinds = {str(f.get("type")): f.get("name") for f in asking.objects(layer.get("fields"))}
    return str(named or kinds.get("esriFieldTypeOID") or "OBJECTID")


def _rows(given: Given, where: str, **more: str) -> str:
    asked = {"where": where, "outFields": "*", "outSR": "4326", "f": "geojson"} | more
    return f"{_base(given['url'])}/query?{urlencode(asked, safe='*,=')}"


def _document(asker: Asker, given: Given, path: str, **asked: str) -> Mapping[str, Any]:
    """A JSON document; this server says what is wrong with status 200."""
    found = asker.document(f"{_base(given['url'])}{path}?{urlencode(asked | {'f': 'json'}, safe='=')}")
    found = asking.expected(found, given["url"])
    error = found.get("error")
    if not error:
        return found
    text, code = (error.get("message"), error.get("code")) if isinstance(error, dict) else (error, None)
    raise (Refused if code in _NOT_LET_IN else Invalid)(
        "source.refused-there",
        N_("De dienst weigert: {reason}."),
        way_out=N_("Controleer het adres en de toegangscode."),
        reason=str(text)[:200],
    )


def _asker(given: Given, into: Path) -> Asker:
    """The token goes in a header, so that it stands in no address and no log of the server."""
    token = given.secret("token")
    headers = {"X-Esri-Authorization": f"Bearer {token}"} if token else {}
    return Asker(into, "source arcgis", headers, given["max_mb"])


def _base(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl().rstrip("/")


CONNECTOR = ArcGis()
