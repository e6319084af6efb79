"""A resource of a CKAN register: its table where CKAN keeps one, otherwise its file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sluis.foundation import egress
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, outside
from sluis.lake.connectors.base import Fetched, Field, Given, Kind, Tell
from sluis.lake.connectors.pages import Asker, Reading
from sluis.lake.connectors.paging import SECONDS, by_offset, gathered
from sluis.lake.connectors.replies import name_of, refusal
from sluis.lake.connectors.unpacking import MB, unpacked
from sluis.lake.connectors.web import Web
from sluis.lake.connectors.work import work_folder

_READING = Reading(("result", "records"), {"total": ("result", "total"), "error": ("error",)}, id=("_id",))


class Ckan(Web):
    name = "ckan"
    title = N_("CKAN")
    about = N_("Leest een bron uit een CKAN-register: de tabel die CKAN bijhoudt, of anders het bestand.")
    fields = (
        Field("url", N_("Webadres van het register"), Kind.ADDRESS, required=True,
              help=N_("Het begin van het adres, zoals https://ckan.dataplatform.nl.")),
        Field("resource", N_("Code van de bron"), required=True,
              help=N_("Staat in het adres van de bron, na /resource/.")),
        Field("token", N_("Toegangscode (token)"), Kind.SECRET),
        asking.PAGE_SIZE,
        asking.CEILING,
    )  # fmt: skip

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            found = _resource(_asker(given, into), given)
        table = N_("Sluis leest de tabel die CKAN bijhoudt.")
        file = N_("CKAN houdt hier geen tabel bij. Sluis leest het bestand.")
        tell(N_("De bron {name} is te lezen."), name=found.get("name") or given["resource"])
        tell(table if found.get("datastore_active") else file)

    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        return _brought(given, into, tell, most)


def _brought(given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
    asker = _asker(given, into)
    found = _resource(asker, given)
    if not found.get("datastore_active"):
        return _file(given, str(found.get("url") or ""), into, tell)
    size = min(given["page_size"], most or given["page_size"])

    def at(start: int) -> str:
        asked = {"resource_id": given["resource"], "limit": size, "offset": start, "sort": "_id"}
        return f"{_base(given)}/api/3/action/datastore_search?{urlencode(asked)}"

    path, rows = gathered(asker, _READING, at(0), by_offset(at), most=most)
    tell(N_("Rijen gelezen uit {table}: {count}."), table=found.get("name") or given["resource"], count=rows)
    return Fetched(path, f"{given['resource']}.ndjson")


def _file(given: Given, url: str, into: Path, tell: Tell) -> Fetched:
    """Where the register says the file stands; our code only goes along to the register itself."""
    at_home = urlsplit(url)[:2] == urlsplit(given["url"])[:2]
    with egress.stream(
        url,
        purpose="source ckan",
        max_bytes=given["max_mb"] * MB,
        timeout=SECONDS,
        headers=_headers(given) if at_home else {},
        policy=outside.policy(),
    ) as reply:
        if reply.status != 200:
            raise refusal(reply)
        path, filename = into / "download", name_of(reply)
        with path.open("xb") as out:
            size = sum(out.write(chunk) for chunk in reply.chunks)
    tell(N_("{size} bytes opgehaald van {host}."), size=size, host=urlsplit(reply.url).hostname)
    path, filename = unpacked(path, filename, given["max_mb"])
    return Fetched(path, filename)


def _resource(asker: Asker, given: Given) -> Mapping[str, Any]:
    found = asker.document(f"{_base(given)}/api/3/action/resource_show?{urlencode({'id': given['resource']})}")
    return asking.expected(asking.expected(found, given["url"]).get("result"), given["url"])


def _asker(given: Given, into: Path) -> Asker:
    return Asker(into, "source ckan", _headers(given), given["max_mb"])


def _headers(given: Given) -> dict[str, str]:
    token = given.secret("token")
    return {"Authorization": token} if token else {}


def _base(given: Given) -> str:
    return given["url"].split("?")[0].rstrip("/")


CONNECTOR = Ckan()
