"""The questions of a table over HTTP, beside Datasette on the same table in the same run: same client, turn by turn.

Systems that are not run here are told with what the best of them needed on such a machine: measured in November 2026
on two shared cores with 5,000,000 rows of the same shape, warm, over HTTP. Those come from other runs than ours, so a
ratio near 1 says little.
"""

import http.client
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from benchmarks import datasette
from benchmarks.ingest import SLUG
from benchmarks.measure import alternating, sluis
from benchmarks.report import Line
from benchmarks.rows import table_of
from benchmarks.scale import Scale
from benchmarks.server import serving
from benchmarks.table import KINDS, PLACES, WORDS

_ROWS = f"/api/v1/datasets/{SLUG}/rows"
_GROUPS = f"/api/v1/datasets/{SLUG}/groups"
_SLOW = 5  # rounds of what takes Datasette seconds
_TIMES = 10  # so many times as many questions as in a long measurement: these take milliseconds

type Address = Callable[[int], str]
type Get = Callable[[str], bytes]


@dataclass(frozen=True)
class Question:
    """`ours` and `theirs` (Datasette) are the address of the question with this number; `key` says a row or group in
    the answer of either. `best` and `bar`: who was best elsewhere, and p50 in ms. `most`: so many times Datasette.
    """

    what: str
    ours: Address
    theirs: Address
    key: Callable[[Any], Any]
    best: str
    bar: float
    most: float = 1
    slow: bool = False


def measure(scale: Scale) -> list[Line]:
    """Needs the CSV and the published table that the ingest left; makes its structures."""
    made = sluis(scale.province, "table", "rebuild-index", SLUG)
    parts = json.loads(sluis(scale.province, "table", "index", SLUG, "--json").out)
    size, beside = table_of(scale.province).stat().st_size, sum(part["size"] for part in parts)
    took = f"{beside / 1e6:.0f} MB in {made.seconds:.0f} s, CPU {made.cpu:.0f} s, {made.peak_mb:.0f} MB"
    lines = [Line("Onderdelen om snel te lezen maken", took, f"Parquet {size / 1e6:.0f} MB", beside / size, 2)]
    return lines + _asked(scale)


def _asked(scale: Scale) -> list[Line]:
    with ExitStack() as stack:
        server = stack.enter_context(serving(scale.province))
        sides: list[Get] = [_getter(int(server.url.rpartition(":")[2]))]
        lines: list[Line] = []
        try:
            port = stack.enter_context(datasette.serving(scale.data, scale.data / f"{SLUG}.csv"))
            sides.append(_getter(port))
        except datasette.NotThere as reason:
            lines.append(Line(f"Datasette {datasette.VERSION} ernaast", "niet gemeten", str(reason)))
        for question in _questions(scale.rows):
            lines += _lines(question, sides, scale)
    return lines


def _lines(question: Question, sides: Sequence[Get], scale: Scale) -> list[Line]:
    """Turn by turn with Datasette, when it is there; then alone, for more rounds than a slow Datasette allows."""
    addresses = (question.ours, question.theirs)
    works = [lambda n, get=get, at=at: get(at(n)) for get, at in zip(sides, addresses, strict=False)]
    answers = [[question.key(one) for one in _items(json.loads(work(1)))] for work in works]
    assert answers[0], question.what
    assert all(answer == answers[0] for answer in answers), (question.what, answers)
    many = _TIMES * scale.asks
    ours, *others = alternating(*works, rounds=_SLOW if question.slow and len(works) > 1 else many, warm=2)
    what = f"{question.what} (p50 / p95 / min, ms)"
    lines = [
        Line(what, str(ours), f"Datasette {datasette.VERSION} {theirs}", ours.p50 / theirs.p50, question.most)
        for theirs in others
    ]
    (alone,) = alternating(works[0], rounds=many, warm=20) if others else (ours,)
    return [*lines, Line("… alleen", str(alone), f"{question.best}, elders gemeten", alone.p50, question.bar, "ms")]


def _items(answer: dict[str, Any]) -> list[Any]:
    groups = answer.get("groups")
    return answer["rows"] if groups is None else sorted(groups, key=lambda group: group["values"]["gemeente"])


def _questions(rows: int) -> list[Question]:
    def month(number: int) -> str:
        first = date(2015, 1, 1) + timedelta(days=number * 53 % 3600)
        return f"datum__gte={first}&datum__lt={first + timedelta(days=30)}"

    def place(number: int) -> str:
        return f"gemeente={quote(PLACES[number % len(PLACES)])}"

    def kind(number: int) -> str:
        return quote(KINDS[number % len(KINDS)])

    def word(number: int) -> str:
        return WORDS[number * 37 % len(WORDS)]

    def one(number: int) -> int:
        return number * 7_919_317 % rows + 1

    def number_of(row: dict[str, Any]) -> int:
        return row["id"]

    def group_of(group: dict[str, Any]) -> tuple[str, int]:
        return group.get("gemeente") or group["values"]["gemeente"], group.get("n") or group["count"]

    page, sql = f"{datasette.TABLE}.json?{datasette.PAGE}&_size=100", "/zaken.json?_shape=objects&sql="
    counted = page.replace("_nocount=1&", "")
    counts = "SELECT gemeente, count(*) n, sum(bedrag) s, avg(oppervlakte) o FROM zaken"
    order = "GROUP BY gemeente ORDER BY gemeente"
    whole, within = (sql + quote(f"{counts} {where} {order}") for where in ("", "WHERE categorie = :kind"))
    by = f"{_GROUPS}?by=gemeente&sum=bedrag&avg=oppervlakte"
    return [
        Question(
            "100 rijen van één gemeente", lambda n: f"{_ROWS}?{place(n)}&limit=100", lambda n: f"{page}&{place(n)}",
            number_of, "Datasette 0.65 4.9 / 6.8", 4.9,
        ),
        Question(
            "100 rijen van één gemeente met het totaal", lambda n: f"{_ROWS}?{place(n)}&limit=100&count=true",
            lambda n: f"{counted}&{place(n)}", number_of, "Datasette 1.0a 28 / 39", 28, slow=True,
        ),
        Question(
            "100 rijen van een maand, op bedrag", lambda n: f"{_ROWS}?{month(n)}&sort=-bedrag&limit=100",
            lambda n: f"{page}&{month(n)}&_sort_desc=bedrag", number_of, "PostGraphile 21 / 165", 21,
        ),
        Question(
            "Per gemeente: aantal, som en gemiddelde", lambda n: by, lambda n: whole, group_of,
            "ROAPI 110 / 125", 110, slow=True,
        ),
        Question(
            "Hetzelfde binnen één categorie", lambda n: f"{by}&categorie={kind(n)}",
            lambda n: f"{within}&kind={kind(n)}", group_of, "ROAPI 106 / 131", 106, slow=True,
        ),
        Question(
            "100 rijen met een woord", lambda n: f"{_ROWS}?omschrijving__words={word(n)}&limit=100",
            lambda n: f"{page}&_search={word(n)}", number_of, "PostGraphile 7.5 / 21", 7.5,
        ),
        Question(
            "Eén rij op kolom id", lambda n: f"{_ROWS}?id={one(n)}",
            lambda n: f"{datasette.TABLE}/{one(n)}.json?_shape=objects", number_of,
            "PostGraphile 0.5 / 3.7; grens 4 x", 2.0, most=4,
        ),
    ]  # fmt: skip


def _getter(port: int) -> Get:
    """Asks over one connection that stays."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(path: str) -> bytes:
        client.request("GET", path)
        answer = client.getresponse()
        body = answer.read()
        assert answer.status == http.client.OK, body[:500]
        return body

    return get
