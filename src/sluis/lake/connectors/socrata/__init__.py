"""A table of a Socrata site, in order of its rows."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from sluis.kernel.text import N_
from sluis.lake.connectors import asking
from sluis.lake.connectors.base import Fetched, Field, Given, Kind, Tell
from sluis.lake.connectors.pages import Asker, Reading
from sluis.lake.connectors.paging import by_offset, gathered, whole_number
from sluis.lake.connectors.web import Web
from sluis.lake.connectors.work import work_folder

_READING = Reading((), {"error": ("message",)}, id=(":id",))


class Socrata(Web):
    name = "socrata"
    title = N_("Socrata")
    about = N_("Leest een tabel van een site met Socrata.")
    fields = (
        Field("url", N_("Webadres van de site"), Kind.ADDRESS, required=True),
        Field("dataset", N_("Code van de dataset"), required=True,
              help=N_("Vier tekens, een streepje en vier tekens, zoals w9cx-8kzq.")),
        Field("token", N_("Toegangscode (token)"), Kind.SECRET, help=N_("De app token. Zonder mag u minder vaak.")),
        asking.PAGE_SIZE,
        asking.CEILING,
    )  # fmt: skip

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            total = _total(_asker(given, into), given)
        tell(N_("De tabel is te lezen. Rijen volgens de bron: {count}."), count="–" if total is None else total)

    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        return _brought(given, into, tell, most)


def _brought(given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
    asker = _asker(given, into)
    total, size = _total(asker, given), min(given["page_size"], most or given["page_size"])

    def at(start: int) -> str:
        return _url(given, {"$select": ":id,*", "$order": ":id", "$limit": str(size), "$offset": str(start)})

    path, rows = gathered(asker, _READING, at(0), by_offset(at, total), total=total, most=most)
    tell(N_("Rijen gelezen uit {table}: {count}."), table=given["dataset"], count=rows)
    return Fetched(path, f"{given['dataset']}.ndjson")


def _total(asker: Asker, given: Given) -> int | None:
    rows = asking.objects(asker.document(_url(given, {"$select": "count(*) as total"})))
    return whole_number(rows[0].get("total")) if rows else None


def _url(given: Given, asked: Mapping[str, str]) -> str:
    base = given["url"].split("?")[0].rstrip("/")
    return f"{base}/resource/{quote(given['dataset'], safe='')}.json?{urlencode(asked, safe='$:*,()')}"


def _asker(given: Given, into: Path) -> Asker:
    token = given.secret("token")
    return Asker(into, "source socrata", {"X-App-Token": token} if token else {}, given["max_mb"])


CONNECTOR = Socrata()
