"""A dataset of an Opendatasoft site, as the export that the site makes of it (Explore API 2.1)."""

from pathlib import Path
from urllib.parse import quote

from sluis.foundation import egress
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, outside
from sluis.lake.connectors.base import Fetched, Field, Given, Kind, Tell
from sluis.lake.connectors.pages import Asker
from sluis.lake.connectors.paging import SECONDS, whole_number, wrong_count
from sluis.lake.connectors.replies import refusal
from sluis.lake.connectors.unpacking import MB
from sluis.lake.connectors.web import Web
from sluis.lake.connectors.work import work_folder

TABLE, MAP = "jsonl", "geojson"


class Opendatasoft(Web):
    name = "opendatasoft"
    title = N_("Opendatasoft")
    about = N_("Leest een dataset van een site met Opendatasoft, als tabel of als kaart.")
    fields = (
        Field("url", N_("Webadres van de site"), Kind.ADDRESS, required=True),
        Field("dataset", N_("Code van de dataset"), required=True,
              help=N_("Staat in het adres van de dataset, na /dataset/.")),
        Field("form", N_("Lezen als"), Kind.CHOICE, required=True, default=TABLE,
              choices=((TABLE, N_("tabel")), (MAP, N_("kaart")))),
        Field("token", N_("Toegangscode (token)"), Kind.SECRET),
        asking.CEILING,
    )  # fmt: skip

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            total = _total(given, into)
        tell(N_("De tabel is te lezen. Rijen volgens de bron: {count}."), count="–" if total is None else total)

    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        return _brought(given, into, tell, most)


def _brought(given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
    """A table is counted by its lines; a map that broke off is no whole JSON, which the reading finds out."""
    total = _total(given, into)
    path, lines, last = into / "export", 0, b"\n"
    url = f"{_dataset(given)}/exports/{given['form']}?limit={most or -1}"
    with egress.stream(
        url,
        purpose="source opendatasoft",
        max_bytes=given["max_mb"] * MB,
        timeout=SECONDS,
        headers=_headers(given),
        policy=outside.policy(),
    ) as reply:
        if reply.status != 200:
            raise refusal(reply)
        with path.open("xb") as out:
            for chunk in reply.chunks:
                lines += chunk.count(b"\n")
                out.write(chunk)
                last = chunk[-1:]
    lines += last != b"\n"
    if given["form"] == TABLE and most is None and total is not None and lines != total:
        raise wrong_count(url, total, lines)
    tell(N_("Rijen volgens de bron: {count}."), count="–" if total is None else total)
    return Fetched(path, f"{given['dataset']}.{'ndjson' if given['form'] == TABLE else MAP}")


def _total(given: Given, into: Path) -> int | None:
    asker = Asker(into, "source opendatasoft", _headers(given), given["max_mb"])
    found = asker.document(f"{_dataset(given)}/records?limit=0")
    return whole_number(asking.expected(found, given["url"]).get("total_count"))


def _dataset(given: Given) -> str:
    base = given["url"].split("?")[0].rstrip("/")
    return f"{base}/api/explore/v2.1/catalog/datasets/{quote(given['dataset'], safe='')}"


def _headers(given: Given) -> dict[str, str]:
    token = given.secret("token")
    return {"Authorization": f"Apikey {token}"} if token else {}


CONNECTOR = Opendatasoft()
