"""The questions of a table over HTTP, one after another, beside what the best other system needed on such a machine.

The bars were measured in November 2026 on two shared cores with 5,000,000 rows of the same shape, warm, over HTTP. They
come from other runs than ours, so a ratio near 1 says little.
"""

import http.client
import json
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import quote, urlsplit

from benchmarks.ingest import SLUG
from benchmarks.measure import Spread, sluis, timed
from benchmarks.report import Line
from benchmarks.rows import table_of
from benchmarks.scale import Scale
from benchmarks.server import serving
from benchmarks.table import KINDS, PLACES, WORDS

_ROWS = f"/api/v1/datasets/{SLUG}/rows"
_GROUPS = f"/api/v1/datasets/{SLUG}/groups"
_TIMES = 10  # so many times as many questions as in a long measurement: these take milliseconds


def measure(scale: Scale) -> list[Line]:
    """Needs the published table that the ingest left; makes its structures."""
    made = sluis(scale.province, "table", "rebuild-index", SLUG)
    parts = json.loads(sluis(scale.province, "table", "index", SLUG, "--json").out)
    size, beside = table_of(scale.province).stat().st_size, sum(part["size"] for part in parts)
    took = f"{beside / 1e6:.0f} MB in {made.seconds:.0f} s, CPU {made.cpu:.0f} s, {made.peak_mb:.0f} MB"
    lines = [Line("Onderdelen om snel te lezen maken", took, f"Parquet {size / 1e6:.0f} MB", beside / size, 2)]
    return lines + _asked(scale)


def _asked(scale: Scale) -> list[Line]:
    with serving(scale.province) as server:
        address = urlsplit(server.url)
        client = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=120)
        return [_line(client, *case, scale) for case in _cases(scale.rows)]


def _cases(rows: int) -> list[tuple[str, Callable[[int], str], str, str, float]]:
    """(what, our address by number of the question, where the items are, who was best, their p50 in ms)."""

    def month(number: int) -> str:
        first = date(2015, 1, 1) + timedelta(days=number * 53 % 3600)
        return f"datum__gte={first}&datum__lt={first + timedelta(days=30)}"

    def place(number: int) -> str:
        return quote(PLACES[number % len(PLACES)])

    return [
        ("100 rijen van één gemeente", lambda n: f"{_ROWS}?gemeente={place(n)}&limit=100", "rows",
         "Datasette 0.65 4.9 / 6.8", 4.9),
        ("… met het totaal", lambda n: f"{_ROWS}?gemeente={place(n)}&limit=100&count=true", "rows",
         "Datasette 1.0a 28 / 39", 28),
        ("100 rijen van een maand, op bedrag", lambda n: f"{_ROWS}?{month(n)}&sort=-bedrag&limit=100", "rows",
         "PostGraphile 21 / 165", 21),
        ("Per gemeente: aantal, som en gemiddelde", lambda n: f"{_GROUPS}?by=gemeente&sum=bedrag&avg=oppervlakte",
         "groups", "ROAPI 110 / 125", 110),
        ("… binnen één categorie", lambda n: f"{_GROUPS}?by=gemeente&sum=bedrag&categorie={quote(KINDS[n % 10])}",
         "groups", "ROAPI 106 / 131", 106),
        ("100 rijen met een woord", lambda n: f"{_ROWS}?omschrijving__words={WORDS[n * 37 % len(WORDS)]}&limit=100",
         "rows", "PostGraphile 7.5 / 21", 7.5),
        ("Eén rij op kolom id", lambda n: f"{_ROWS}?id={n * 7_919_317 % rows + 1}", "rows",
         "PostGraphile 0.5 / 3.7; grens 4 x", 2.0),
    ]  # fmt: skip


def _line(
    client: http.client.HTTPConnection, what: str, address: Callable[[int], str], items: str, best: str, bar: float,
    scale: Scale,
) -> Line:  # fmt: skip
    assert json.loads(_get(client, address(0)))[items]
    seconds = [timed(lambda n=n: _get(client, address(n)))[0] for n in range(-20, _TIMES * scale.asks)][20:]
    found = Spread.of(seconds)
    return Line(f"{what} (p50 / p95 / min, ms)", str(found), best, found.p50, bar, "ms")


def _get(client: http.client.HTTPConnection, path: str) -> bytes:
    client.request("GET", path)
    answer = client.getresponse()
    body = answer.read()
    assert answer.status == 200, body[:500]
    return body
