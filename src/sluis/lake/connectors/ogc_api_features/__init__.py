"""Objects of one collection of an OGC API Features server, page by page along its own links."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import asking
from sluis.lake.connectors.base import Fetched, Field, Given, Kind, Tell
from sluis.lake.connectors.pages import Asker, Page, Reading
from sluis.lake.connectors.paging import gathered
from sluis.lake.connectors.web import Web
from sluis.lake.connectors.work import work_folder

_RD = "http://www.opengis.net/def/crs/EPSG/0/28992"
_ACCEPT = {"Accept": "application/geo+json, application/json;q=0.9"}
_SAID = {"total": ("numberMatched",), "links": ("links",), "error": ("description",)}


class OgcFeatures(Web):
    name = "ogc-api-features"
    title = N_("OGC API Features")
    about = N_("Leest alle objecten van een collectie van een OGC API Features, zoals die van PDOK.")
    fields = (
        Field("url", N_("Webadres van de API"), Kind.ADDRESS, required=True,
              help=N_("Het begin van de API, zoals https://api.pdok.nl/…/ogc/v1.")),
        Field("collection", N_("Collectie"), help=N_("Leeg: de controle noemt de collecties die er zijn.")),
        Field("crs", N_("Coördinaten"), Kind.CHOICE, required=True, default="standard", choices=(
            ("standard", N_("zoals de API ze standaard geeft (WGS84)")), ("rd", N_("Rijksdriehoek (RD New)")))),
        *asking.ACCOUNT,
        asking.PAGE_SIZE,
        asking.CEILING,
    )  # fmt: skip

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            asker = _asker(given, into)
            found = _collection(asker, given)
            _path, rows = gathered(asker, _reading(given), _first(given, found, 1), _following, most=1)
        tell(N_("De collectie {collection} is te lezen."), collection=found.get("title") or given["collection"])
        if not rows:
            tell(N_("Er staan nu geen objecten in."))

    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        return _brought(given, into, tell, most)


def _brought(given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
    asker = _asker(given, into)
    first = _first(given, _collection(asker, given), min(most or given["page_size"], given["page_size"]))
    path, rows = gathered(asker, _reading(given), first, _following, most=most)
    tell(N_("Objecten gelezen uit {collection}: {count}."), collection=given["collection"], count=rows)
    return Fetched(
        path, f"{given['collection']}.geojson", options={"crs": "EPSG:28992"} if given["crs"] == "rd" else {}
    )


def _asker(given: Given, into: Path) -> Asker:
    return Asker(into, "source ogc-api-features", _ACCEPT | asking.credentials(given), given["max_mb"])


def _reading(given: Given) -> Reading:
    return Reading(("features",), _SAID, columns=("properties",), id=("id",), map=True)


def _collection(asker: Asker, given: Given) -> Mapping[str, Any]:
    """What the API says of the collection. Raises Invalid with the names there are, when it has no such one."""
    base = given["url"].split("?")[0].split("/collections")[0].rstrip("/")
    listed = asking.expected(asker.document(f"{base}/collections"), base)
    known = {str(item.get("id")): item for item in asking.objects(listed.get("collections"))}
    found = known.get(given["collection"])
    if found is None:
        raise asking.choose("collection", given["collection"], known)
    offered = [systems for systems in (found.get("crs"), listed.get("crs")) if isinstance(systems, list)]
    if given["crs"] == "rd" and not any(_RD in systems for systems in offered):
        raise Invalid(
            "source.no-rd",
            N_("Deze collectie is niet in Rijksdriehoek (RD New) te krijgen."),
            way_out=N_("Kies de standaard van de API; Sluis rekent zelf om waar dat nodig is."),
        )
    items = [link for link in asking.objects(found.get("links")) if link.get("rel") == "items"]
    links = {str(link.get("type")): str(link.get("href")) for link in items}
    plain = f"{base}/collections/{quote(given['collection'], safe='')}/items"
    href = links.get("application/geo+json") or links.get("application/json") or plain
    return {**found, "items": asking.same_place(base, urljoin(f"{base}/collections", href))}


def _first(given: Given, found: Mapping[str, Any], size: int) -> str:
    parts = urlsplit(found["items"])
    asked = dict(parse_qsl(parts.query)) | {"limit": str(size)}
    if given["crs"] == "rd":
        asked["crs"] = _RD
    return parts._replace(query=urlencode(asked)).geturl()


def _following(page: Page) -> str | None:
    """The link that the page itself gives; RFC 8288 in the body, as the standard asks."""
    links = asking.objects(page.said.get("links"))
    found = next((link["href"] for link in links if link.get("rel") == "next" and link.get("href")), None)
    return asking.same_place(page.url, str(found)) if found else None


CONNECTOR = OgcFeatures()
