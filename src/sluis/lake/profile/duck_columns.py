"""Figures per column, in one scan for all and one short one per column."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import batched
from typing import Any

from sluis.kernel.sql import as_text, quoted
from sluis.lake.profile.arrow_look import TEXTS
from sluis.lake.profile.binning import date_unit, equal_width
from sluis.lake.profile.duck_session import SAMPLE_ROWS, Session
from sluis.lake.types import Column, ColumnType

NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER)
MOMENTS = (ColumnType.DATE, ColumnType.DATETIME)
EXACT_DISTINCT = 10_000
TOP = 10
_DISTINCT_AT_ONCE = 12
_LONGEST_SHOWN = 80
_LONGEST_MASK = 30
_DIGITS = 10  # significant digits of a mean: sums of doubles differ in the last ones between runs

type Basics = dict[str, dict[str, Any]]


def basics(session: Session, sample_rows: int = SAMPLE_ROWS) -> tuple[Session, Basics]:
    """Per column: filled, distinct (exact up to 10,000), and by type least, most and mean; and the session that has
    the sample, which is taken while the rows go by."""
    found: Basics = {}
    looks = session.looks(sample_rows)
    for look in looks:
        plans = {c.name: _expressions(c) for c in look.columns}
        flat = [sql for plan in plans.values() for sql in plan.values()]
        values = iter(session.streamed(look, f"SELECT {', '.join(flat)} FROM stream"))
        found |= {name: {key: next(values) for key in plan} for name, plan in plans.items()}
    for shape in (c.name for c in session.columns if c.type is ColumnType.GEOMETRY):
        found[shape] = {"filled": session.one(f"SELECT count({quoted(shape)}) FROM t")[0]}
    _count_exactly(session, found)
    return session.sampling(looks), found


def _expressions(column: Column) -> dict[str, str]:
    c = quoted(column.name)
    plan = {"filled": f"count({c})", "distinct": f"approx_count_distinct({c})"}
    if column.type in TEXTS:
        lengths = f"length({c}::VARCHAR)"
        plan |= {"blank": f"count(*) FILTER ({c}::VARCHAR = '')", "least": f"min({lengths})", "most": f"max({lengths})"}
        return plan | {"mean": f"avg({lengths})"}
    if column.type in NUMBERS:
        finite = f" FILTER (isfinite({c}))" if column.type is ColumnType.NUMBER else ""
        return plan | {key: f"{how}({c}){finite}" for key, how in (("least", "min"), ("most", "max"), ("mean", "avg"))}
    return plan | {"least": f"min({c})", "most": f"max({c})"}


def _count_exactly(session: Session, found: Basics) -> None:
    few = [name for name, b in found.items() if "distinct" in b and b["distinct"] <= EXACT_DISTINCT]
    parts = list(batched(few, _DISTINCT_AT_ONCE))  # each count keeps blocks of its own in memory
    for some, counts in zip(parts, session.each(lambda names: _different(session, names), parts), strict=True):
        for name, count in zip(some, counts, strict=True):
            found[name] |= {"distinct": count, "exact": True}


def _different(session: Session, names: Sequence[str]) -> tuple[int, ...]:
    return session.one(f"SELECT {', '.join(f'count(DISTINCT {quoted(name)})' for name in names)} FROM t")


def describe(session: Session, column: Column, b: Mapping[str, Any]) -> dict[str, Any]:
    """The stored profile of one column."""
    empty = session.rows - b["filled"] + b.get("blank", 0)
    shape: dict[str, Any] = {
        "name": column.name,
        "title": column.title,
        "type": column.type.value,
        "rows": session.rows,
        "empty": empty,
        "empty_share": round(empty / session.rows, 6) if session.rows else 0.0,
    }
    if "distinct" in b:
        shape |= {"distinct": b["distinct"], "distinct_exact": bool(b.get("exact"))}
    if empty == session.rows or column.type is ColumnType.GEOMETRY:
        return shape
    if column.type in TEXTS:
        return shape | _text(session, column, b)
    if column.type in NUMBERS:
        return shape | _number(session, column, b)
    return shape | _ordered(session, column, b)


def seen_again(session: Session, column: Column, known: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """How often the places of an earlier histogram, and the values of an earlier `top`, occur in these rows.

    Places of numbers are counted from the first bin and may lie beyond the last; of others it is where the bin starts.
    """
    c = quoted(column.name)
    seen: dict[str, dict[str, int]] = {}
    if histogram := known.get("histogram"):
        finite = f"isfinite({c})" if column.type is ColumnType.NUMBER else f"{c} IS NOT NULL"
        place = _place(c, column, histogram)
        found = session.all(f"SELECT {place} AS place, count(*) FROM t WHERE {finite} GROUP BY 1")
        seen["bins"] = {str(at): count for at, count in found}
    if top := known.get("top"):
        values = [as_text(item["value"]) for item in top]
        text = f"SELECT {c}::VARCHAR AS v, count(*) FROM t WHERE {c}::VARCHAR IN (SELECT unnest(?)) GROUP BY 1"
        seen["top"] = dict(session.all(text, [values]))
    return seen


def _place(c: str, column: Column, histogram: Mapping[str, Any]) -> str:
    bins, every = histogram["bins"], histogram.get("every")
    if histogram["unit"] == "number":
        start, width = float(bins[0]["from"]), float(bins[0]["to"]) - float(bins[0]["from"])
        return f"floor(({c}::DOUBLE - {start!r}) / {width!r})::BIGINT"
    if column.type is ColumnType.TIME:
        return f"lpad((hour({c}) // 2 * 2)::VARCHAR, 2, '0') || ':00'"
    return _start(c, histogram["unit"], every)


def _start(c: str, unit: str, every: int) -> str:
    return f"year({c}) // {every} * {every}" if unit == "year" else f"date_trunc('{unit}', {c})::DATE"


def _text(session: Session, column: Column, b: Mapping[str, Any]) -> dict[str, Any]:
    lengths = {"min": b["least"], "max": b["most"], "mean": significant(b["mean"])}
    if column.type is ColumnType.JSON:
        return {"length": lengths}
    return {"length": lengths, "top": _top(session, column, b), "patterns": _patterns(session, column)}


def _number(session: Session, column: Column, b: Mapping[str, Any]) -> dict[str, Any]:
    if b["least"] is None:  # nothing but NaN
        return {}
    c = quoted(column.name)
    finite = f"WHERE isfinite({c})" if column.type is ColumnType.NUMBER else ""
    quartiles = session.one(f"SELECT quantile_disc({c}, [0.25, 0.5, 0.75]) FROM s {finite}")[0] or [None] * 3
    names = ("quartile1", "median", "quartile3")
    shape = {"min": plain(b["least"]), "max": plain(b["most"]), "mean": significant(b["mean"])}
    shape |= {name: plain(value) for name, value in zip(names, quartiles, strict=True)}
    shape |= {"quartiles_exact": session.whole, "histogram": _histogram(session, column, b)}
    return shape | ({"top": _top(session, column, b)} if b["distinct"] <= TOP * 2 else {})


def _histogram(session: Session, column: Column, b: Mapping[str, Any]) -> dict[str, Any]:
    start, width, bins = equal_width(b["least"], b["most"], column.type is ColumnType.INTEGER)
    c = quoted(column.name)
    finite = f"isfinite({c})" if column.type is ColumnType.NUMBER else f"{c} IS NOT NULL"
    place = f"TRY_CAST(floor(({c}::DOUBLE - {float(start)!r}) / {float(width)!r}) AS INTEGER)"
    counts: Counter[int] = Counter()
    for bin_, count in session.all(f"SELECT {place} AS bin, count(*) FROM t WHERE {finite} GROUP BY 1"):
        # Rounding may put a bound just outside; without a number the distance itself is too large for one.
        counts[bins - 1 if bin_ is None else min(bins - 1, max(0, bin_))] += count
    bounds = [_bound(start + i * width) for i in range(bins + 1)]
    return {"unit": "number", "bins": _bins(bounds, [counts[i] for i in range(bins)])}


def _ordered(session: Session, column: Column, b: Mapping[str, Any]) -> dict[str, Any]:
    if column.type is ColumnType.BOOLEAN:
        return {"top": _top(session, column, b)}
    shape = {"min": plain(b["least"]), "max": plain(b["most"])}
    c = quoted(column.name)
    if column.type is ColumnType.TIME:
        found = session.all(
            f"SELECT hour({c}) // 2 * 2 AS h, count(*) FROM t WHERE {c} IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return shape | {
            "histogram": {"unit": "hour", "every": 2, "bins": [{"from": f"{h:02}:00", "count": n} for h, n in found]}
        }
    unit, every = date_unit(_day(b["least"]), _day(b["most"]))
    found = session.all(
        f"SELECT {_start(c, unit, every)} AS d, count(*) FROM t WHERE {c} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    bins = [{"from": str(d), "count": n} for d, n in found]
    return shape | {"histogram": {"unit": unit, "every": every, "bins": bins}}


def _top(session: Session, column: Column, b: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The most frequent values with exact counts; of many values, those that stand out in the sample."""
    c = quoted(column.name)
    filled = f"{c} IS NOT NULL" + (f" AND {c} <> ''" if column.type is ColumnType.TEXT else "")
    last = f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TOP}"
    if b["distinct"] <= EXACT_DISTINCT:
        found = session.all(f"SELECT {c} AS v, count(*) AS n FROM t WHERE {filled} {last}")
    else:
        often = f"SELECT {c}, count(*) FROM s WHERE {filled} GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT 40"
        some = [value for value, _ in session.all(often)]
        if not some:
            return []
        found = session.all(f"SELECT {c} AS v, count(*) AS n FROM t WHERE {c} IN (SELECT unnest(?)) {last}", [some])
    return [{"value": _cut(plain(value)), "count": count} for value, count in found]


def _patterns(session: Session, column: Column) -> list[dict[str, Any]]:
    """Shapes of the values: A a letter in capitals, a a small one, 9 a digit; counted in the sample."""
    c = quoted(column.name)
    mask = f"left(v, {_LONGEST_MASK + 1})"
    for letters, sign in ((r"\p{Lu}", "A"), (r"\p{Ll}", "a"), ("[0-9]", "9")):
        mask = f"regexp_replace({mask}, '{letters}', '{sign}', 'g')"
    # What occurs often is masked once.
    some = f"SELECT {c} AS v, count(*) AS k FROM s WHERE {c} <> '' AND length({c}) <= {_LONGEST_MASK} GROUP BY ALL"
    text = f"SELECT {mask} AS m, sum(k)::BIGINT AS n FROM ({some}) GROUP BY m"
    found = session.all(f"{text} ORDER BY n DESC, m LIMIT {TOP}")
    return [{"mask": mask, "count": count} for mask, count in found]


def _bins(bounds: list[Any], counts: list[int]) -> list[dict[str, Any]]:
    return [{"from": a, "to": b, "count": n} for a, b, n in zip(bounds, bounds[1:], counts, strict=False)]


def _bound(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def significant(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")


def plain(value: Any) -> Any:
    """JSON for a value; decimals as text, so that no digit is lost."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | time) else value


def _cut(value: Any) -> Any:
    return value[: _LONGEST_SHOWN - 1] + "…" if isinstance(value, str) and len(value) > _LONGEST_SHOWN else value
