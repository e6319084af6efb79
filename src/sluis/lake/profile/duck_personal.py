"""Counts what looks like personal data, in every row of every text, JSON and whole-number column."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluis.kernel.sql import literal, quoted
from sluis.lake.profile.arrow_look import SAMPLE_TEXT, TEXTS
from sluis.lake.profile.duck_columns import EXACT_DISTINCT, MOMENTS
from sluis.lake.profile.duck_session import Session
from sluis.lake.profile.names import looks_like_name
from sluis.lake.profile.rules import (
    BSN,
    ELEVEN_NUMBER,
    ELEVEN_TEST,
    IBAN,
    PATTERNS,
    PLATE_BARE,
    POSTCODE,
    STREET,
    Kind,
)
from sluis.lake.types import Column, ColumnType

EXAMPLES = 3
_NAME_VALUES = 20_000
_GENERIC = (
    r"^(?i:info|contact|post|mail|receptie|secretariat|secretariaat|noreply|no-reply|gemeente|griffie|data|opendata)@"
)

_MARKS = {
    Kind.EMAIL: f"regexp_matches(email[1], '{_GENERIC}')",
    Kind.BSN: "regexp_matches(v, '(?i)bsn|burgerservice|sofi-?nummer')",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Rows with the kind in one column.

    `whole`: the value is nothing else. `tested`: rows that had the shape. `marked`: rows where the text tells more: a
    general mailbox, or the word for a citizen service number.
    """

    rows: int = 0
    whole: int = 0
    tested: int = 0
    distinct: int = 0
    marked: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """Rows whose whole value is of a kind, with examples."""

    rows: int = 0
    examples: tuple[str, ...] = ()


def prepare(session: Session) -> None:
    """The tests that a pattern cannot do, as macros."""
    session.define(f"CREATE TEMP MACRO eleven_test(x) AS x <> '000000000' AND ({ELEVEN_TEST}) % 11 = 0")
    session.define("CREATE TEMP MACRO digits(x) AS regexp_replace(x, '[^0-9]', '', 'g')")
    letters = "x"
    for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 10):
        letters = f"replace({letters}, '{letter}', '{number}')"
    session.define(f"CREATE TEMP MACRO spelled(x) AS {letters}")
    session.define("CREATE TEMP MACRO turned(x) AS spelled(substr(x, 5) || left(x, 4))")
    session.define(
        "CREATE TEMP MACRO mod97(x) AS TRY_CAST((left(x, 15)::BIGINT % 97)::VARCHAR || substr(x, 16) AS HUGEINT) % 97"
    )
    session.define("CREATE TEMP MACRO iban(x) AS mod97(turned(replace(x, ' ', ''))) = 1")


def scan_text(session: Session, column: Column, distinct: int) -> tuple[dict[Kind, Found], Whole]:
    """All kinds in one column of text or JSON, and the values that are a postcode with letters and nothing else.

    Reads the column once, and not at all when the first look saw that nothing can be in it; each value that occurs
    often is tested once.
    """
    if column.name in session.plain:
        return dict.fromkeys(PATTERNS, Found()), Whole()
    source = _values(column, distinct)
    any_of = "|".join(f"(?:{p})" for p in (*PATTERNS.values(), POSTCODE))
    kinds = list(PATTERNS)
    parts = [part for kind in kinds for part in _measures(kind)]
    parts += [f"sum(n) FILTER ({_is_postcode('v')})", f"min(v, {EXAMPLES}) FILTER ({_is_postcode('v')})"]
    hits = ", ".join(_hits(kind) for kind in kinds)
    likely = f"(SELECT v, n, {hits} FROM {source} WHERE regexp_matches(v, {literal(any_of)}))"
    got = iter(session.one(f"SELECT {', '.join(parts)} FROM {likely}"))
    found = {kind: _found(*(next(got) for _ in range(6))) for kind in kinds}
    return found, Whole(int(next(got) or 0), tuple(next(got) or ()))


def scan_numbers(session: Session, column: Column) -> Found:
    """Citizen service numbers stored as whole numbers, where a leading zero is lost."""
    c = quoted(column.name)
    shaped = f"SELECT {c} AS x FROM t WHERE {c} BETWEEN 10000000 AND 999999999"
    passed = f"SELECT x, ({ELEVEN_NUMBER}) % 11 = 0 AS passes FROM ({shaped})"
    asked = ("count(*)", "approx_count_distinct(x)", f"min(x, {EXAMPLES})")
    counts = ", ".join(f"{one} FILTER (passes)" for one in asked)
    tested, rows, distinct, examples = session.one(f"SELECT count(*), {counts} FROM ({passed})")
    return Found(rows, rows, tested, distinct, examples=tuple(f"{x:09}" for x in examples or ()))


def scan_short_numbers(session: Session, column: Column) -> Found:
    """Texts of eight digits that pass the eleven-test with a zero in front: a spreadsheet may have dropped it."""
    c = f"trim({quoted(column.name)})"
    source = f"(SELECT '0' || {c} AS v, 1 AS n FROM t WHERE regexp_full_match({c}, '[0-9]{{8}}'))"
    hits = f"(SELECT v, n, [v] AS bsn_shape, CASE WHEN eleven_test(v) THEN [v] ELSE [] END AS bsn FROM {source})"
    return _found(*session.one(f"SELECT {', '.join(_measures(Kind.BSN))} FROM {hits}"))


def bare_plates(session: Session, column: Column) -> Whole:
    """Rows whose whole value is a number plate without dashes."""
    c = quoted(column.name)
    plate = f"regexp_full_match({c}, {literal(rf'\s*(?:{PLATE_BARE})\s*')})"
    count, examples = session.one(f"SELECT count(*), min({c}, {EXAMPLES}) FROM t WHERE {plate}")
    return Whole(count, tuple(examples or ()))


def _is_postcode(value: str) -> str:
    return f"regexp_full_match({value}, {literal(rf'\s*(?:{POSTCODE})\s*')})"


def together(session: Session, postcode: Column, number: Column) -> int:
    """Rows with both a postcode with letters and a house number."""
    return _beside(session, postcode, f"{quoted(number.name)}::VARCHAR <> ''")


def with_street(session: Session, postcode: Column, street: Column) -> int:
    """Rows with a postcode with letters and, in the other column, a street with a house number."""
    return _beside(session, postcode, f"regexp_full_match({quoted(street.name)}, {literal(STREET)})")


def _beside(session: Session, postcode: Column, condition: str) -> int:
    where = f"{_is_postcode(quoted(postcode.name))} AND {condition}"
    return session.one(f"SELECT count(*) FROM t WHERE {where}")[0]


def name_share(session: Session, column: Column) -> tuple[int, int, list[str]]:
    """In the sample: rows that look like a person's name, rows with a value, and examples."""
    c = quoted(column.name)
    text = f"SELECT {c} AS v, count(*) AS n FROM s WHERE {c} <> '' GROUP BY 1 ORDER BY md5({c}) LIMIT {_NAME_VALUES}"
    values = session.all(text)
    hits = [(value, n) for value, n in values if len(value) < SAMPLE_TEXT and looks_like_name(value)]
    return sum(n for _, n in hits), sum(n for _, n in values), sorted(v for v, _ in hits)[:EXAMPLES]


def dates(session: Session, column: Column) -> tuple[int, int, int]:
    """In the sample: rows with a date (also written as yyyymmdd), and the quartiles of the year."""
    c = quoted(column.name)
    day = c
    if column.type not in MOMENTS:
        packed = f"regexp_full_match({c}::VARCHAR, '(?:19|20)[0-9]{{6}}')"
        day = f"CASE WHEN {packed} THEN try_strptime({c}::VARCHAR, '%Y%m%d') END"
    text = (
        f"SELECT count(d), quantile_disc(year(d), 0.25), quantile_disc(year(d), 0.75) FROM (SELECT {day} AS d FROM s)"
    )
    found, first, last = session.one(text)
    return round(found / max(1, session.sampled) * session.rows), first or 0, last or 0


def _values(column: Column, distinct: int) -> str:
    c = f"{quoted(column.name)}::VARCHAR"
    if distinct <= EXACT_DISTINCT:
        return f"(SELECT {c} AS v, count(*) AS n FROM t WHERE {c} <> '' GROUP BY 1)"
    return f"(SELECT {c} AS v, 1 AS n FROM t WHERE {c} <> '')"


def _hits(kind: Kind) -> str:
    """Two lists per value: what has the shape, and what also passes the test."""
    every = f"regexp_extract_all(v, {literal(PATTERNS[kind])})"
    passing = every
    if kind is Kind.BSN:
        every = f"list_transform(regexp_extract_all(v, {literal(BSN)}), lambda x: digits(x))"
        passing = f"list_filter({every}, lambda x: eleven_test(x))"
    elif kind is Kind.IBAN:
        passing = f"list_filter(regexp_extract_all(v, {literal(IBAN)}), lambda x: iban(x))"
    return f"{every} AS {kind}_shape, {passing} AS {kind}"


def _measures(kind: Kind) -> list[str]:
    hit = f"FILTER (len({kind}) > 0)"
    alone = f"FILTER (len({kind}) > 0 AND length({kind}[1]) >= length(trim(v)) - 2)"
    return [
        f"sum(n) {hit}",
        f"sum(n) {alone}",
        f"sum(n) FILTER (len({kind}_shape) > 0)",
        f"approx_count_distinct({kind}[1]) {hit}",
        f"sum(n) FILTER (len({kind}) > 0 AND {_MARKS.get(kind, 'false')})",
        f"min({kind}[1], {EXAMPLES}) {hit}",
    ]


def _found(rows: Any, alone: Any, tested: Any, distinct: Any, marked: Any, examples: Any) -> Found:
    return Found(
        rows=int(rows or 0),
        whole=int(alone or 0),
        tested=int(tested or 0),
        distinct=int(distinct or 0),
        marked=int(marked or 0),
        examples=tuple(examples or ()),
    )


def filled(found: Mapping[str, Any]) -> int:
    return int(found["filled"]) - int(found.get("blank", 0))


def scannable(column: Column) -> bool:
    return column.type in TEXTS


def holds_whole_numbers(column: Column, found: Mapping[str, Any]) -> bool:
    """Could this column hold citizen service numbers as numbers?"""
    if column.type is not ColumnType.INTEGER or found["most"] is None:
        return False
    return 10_000_000 <= found["most"] <= 999_999_999 and found["least"] >= 0
