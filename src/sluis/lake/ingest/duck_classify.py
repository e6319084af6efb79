"""Counts, per column and over all given rows, how the values look. Pure SQL making plus one query."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from sluis.kernel.sql import literal
from sluis.lake.ingest.shapes import CLEAR_WORDS, DATES, FALSE_WORDS, PATTERNS, TRUE_WORDS, TRUTH_PAIRS

_TRUTH = sorted({*TRUE_WORDS, *FALSE_WORDS})
# Each column of a block holds some hundred vectors: more columns at once would cost memory, not save time.
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class Facts:
    """How the values of one column look. `shapes` counts classes (see shapes.py; `nul` is a null marker).

    `first` and `second` are the largest first and second numbers in dates like 31-12-2024.
    """

    shapes: dict[str, int] = field(default_factory=dict[str, int])
    longest: int = 0
    shortest: int = 0
    points: int = 0
    commas: int = 0
    whole: int = 0
    first: int = 0
    second: int = 0
    padded: bool = False
    truths: frozenset[str] = frozenset()

    @property
    def values(self) -> int:
        return sum(self.shapes.values())


def plain(column: str, *, unit: bool = False) -> str:
    """The trimmed text of a column; with `unit` also without money and percent signs."""
    base = f"trim({column}, ' \t\r\n\u00a0')"
    if not unit:
        return base
    stripped = f"regexp_replace({base}, '€|EUR|%|\\s', '', 'g')"
    return f"regexp_replace({stripped}, '[.,]?-+$', '')"


def classify(value: str, nulls: Sequence[str]) -> str:
    """SQL that gives the class of `value`; the common classes are asked first and text leaves early."""
    lower = f"lower({value})"
    ready = [f"WHEN {value} IS NULL OR {value} = '' THEN NULL"]
    number = f"{value} >= '-' AND {value} < ':'"
    ready.append(f"WHEN {number} AND regexp_full_match({value}, {literal(PATTERNS['i'])}) THEN 'i'")
    ready.append(f"WHEN strlen({value}) <= 16 AND {lower} IN ({_list(nulls)}) THEN 'nul'")
    ready.append(f"WHEN strlen({value}) <= 6 AND {lower} IN ({_list(_TRUTH)}) THEN 'b'")
    starts = f"({value} >= '+' AND {value} < ':') OR {value} LIKE '€%' OR {value} LIKE 'EUR%'"
    ready.append(f"WHEN NOT ({starts}) OR strlen({value}) > 48 THEN 'text'")
    ready += [
        f"WHEN regexp_full_match({value}, {literal(pattern)}) THEN {literal(name)}"
        for name, pattern in PATTERNS.items()
        if name != "i"
    ]
    return f"CASE {' '.join(ready)} ELSE 'text' END"


def look(
    con: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str], nulls: Sequence[str], units: Sequence[bool]
) -> list[Facts]:
    """Facts of each column over all rows of `relation` (something to select from)."""
    facts: list[Facts] = []
    for at in range(0, len(columns), _BLOCK):
        block, marks = columns[at : at + _BLOCK], units[at : at + _BLOCK]
        facts += _look(con, relation, block, nulls, marks)
    return facts


def _look(
    con: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str], nulls: Sequence[str], units: Sequence[bool]
) -> list[Facts]:
    inner = ", ".join(
        f"{column} AS r{n}, {plain(column, unit=unit)} AS v{n}"
        for n, (column, unit) in enumerate(zip(columns, units, strict=True))
    )
    shaped = ", ".join(f"r{n}, v{n}, {classify(f'v{n}', nulls)} AS s{n}" for n in range(len(columns)))
    outer = ", ".join(_aggregates(n) for n in range(len(columns)))
    row = con.execute(f"SELECT {outer} FROM (SELECT {shaped} FROM (SELECT {inner} FROM {relation}))").fetchone() or ()
    size = len(row) // max(len(columns), 1)
    return [_facts(row[n * size : (n + 1) * size]) for n in range(len(columns))]


def _aggregates(n: int) -> str:
    s, v, r = f"s{n}", f"v{n}", f"r{n}"
    dates = _list(sorted((DATES - {"iso", "y/", "named", "named2"}) | {"d-t", "d/t"}))
    return ", ".join(
        (
            f"histogram({s})",
            f"max(strlen({r}))",
            f"min(strlen({r}))",
            f"max(CASE WHEN {s} IN ('p3','pd','ct') THEN strpos(reverse({v}), '.') - 1 END)",
            f"max(CASE WHEN {s} IN ('c3','cd','pt','st') THEN strpos(reverse({v}), ',') - 1 END)",
            f"max(CASE WHEN {s} IN ('i','big') THEN strlen(ltrim({v}, '-')) WHEN {s} IN ('p3','pd','ct')"
            f" THEN strpos({v} || '.', '.') - 1 WHEN {s} IN ('c3','cd','pt','st') THEN strpos({v} || ',', ',') - 1"
            f" END)",
            f"max(CASE WHEN {s} IN ({dates}) THEN TRY_CAST(regexp_extract({v}, '^[0-9]+') AS INTEGER) END)",
            f"max(CASE WHEN {s} IN ({dates}) THEN"
            f" TRY_CAST(regexp_extract({v}, '^[0-9]+[^0-9]([0-9]+)', 1) AS INTEGER) END)",
            f"coalesce(bool_or(strlen({r}) <> strlen({v})), false)",
            f"list(DISTINCT CASE WHEN {s} = 'b' THEN lower({v}) END)",
        )
    )


def _facts(row: Sequence[object]) -> Facts:
    shapes, longest, shortest, points, commas, whole, first, second, padded, truths = row
    words = frozenset(word for word in (truths or ()) if word)  # type: ignore[union-attr]
    return Facts(
        shapes=dict(shapes or {}),  # type: ignore[call-overload]
        longest=int(longest or 0),  # type: ignore[call-overload]
        shortest=int(shortest or 0),  # type: ignore[call-overload]
        points=max(0, int(points or 0)),  # type: ignore[call-overload]
        commas=max(0, int(commas or 0)),  # type: ignore[call-overload]
        whole=int(whole or 0),  # type: ignore[call-overload]
        first=int(first or 0),  # type: ignore[call-overload]
        second=int(second or 0),  # type: ignore[call-overload]
        padded=bool(padded),
        truths=words,
    )


def truth_type(words: frozenset[str]) -> bool:
    """J and N alone are letters; together, or written out, they are truth values."""
    return bool(words & CLEAR_WORDS) or words in TRUTH_PAIRS


def _list(words: Sequence[str]) -> str:
    return ", ".join(literal(word) for word in words) or "''"
