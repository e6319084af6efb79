"""Hold the rows against the rules of a contract. A rule that cannot be worked out is an error, never a pass."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from sluis.kernel.sql import quoted
from sluis.lake.contracts import duck_query
from sluis.lake.contracts.duck_measure import TYPES, Condition, breaking
from sluis.lake.contracts.duck_table import ROW, ROWS, SECONDS_OF_AUTHOR, Rows
from sluis.lake.contracts.types import Example, Rule, RuleOutcome, Status
from sluis.lake.profile.masks import mask
from sluis.lake.profile.rules import Kind

EXAMPLES = 5
NO_COLUMN, SLOW, WRONG, NO_VALUE = "no-column", "slow", "wrong", "sql.value"
_LONGEST = 80
_AUTHORED = ("sql", "pattern", "metric")  # where the words of the fault are about what the author wrote


def check(rows: Rows, rule: Rule, now: datetime, loaded_at: datetime) -> RuleOutcome:
    """One rule; whatever goes wrong in it becomes its outcome."""
    try:
        return _KINDS.get(rule.kind, _by_row)(rows, rule, now, loaded_at)
    except duck_query.Refused as refused:
        return RuleOutcome(rule, Status.ERROR, refused.detail, fault=refused.code)
    except duckdb.InterruptException:
        return RuleOutcome(rule, Status.ERROR, fault=SLOW)
    except (duckdb.Error, ValueError, ArithmeticError, KeyError, TypeError) as fault:
        told = str(fault).partition("\n")[0][:200] if rule.kind in _AUTHORED else ""
        return RuleOutcome(rule, Status.ERROR, told, fault=duck_query.WRONG if rule.kind == "sql" else WRONG)


def _column(rows: Rows, rule: Rule, now: datetime, loaded_at: datetime) -> RuleOutcome:
    found = rows.columns.get(rule.column)
    return RuleOutcome(rule, Status.PASSED if found else Status.FAILED, found.name if found else "")


def _type(rows: Rows, rule: Rule, now: datetime, loaded_at: datetime) -> RuleOutcome:
    """A column without any value has every type."""
    column = rows.columns.get(rule.column)
    if column is None:
        return _absent(rule)
    fits = column.type in TYPES[rule.given["type"]] or not rows.one(f"SELECT count({quoted(column.name)}) FROM {ROWS}")
    return RuleOutcome(rule, Status.PASSED if fits else Status.FAILED, column.type.value)


def _by_row(rows: Rows, rule: Rule, now: datetime, loaded_at: datetime) -> RuleOutcome:
    """No row may break it."""
    column = rows.columns.get(rule.column)
    if column is None:
        return _absent(rule)
    condition = breaking(rule, column)
    if condition is None:
        raise KeyError(rule.kind)
    count = _count(rows, condition)
    examples = _examples(rows, condition, column.name) if count else ()
    return RuleOutcome(rule, Status.FAILED if count else Status.PASSED, str(count), examples)


def _key(rows: Rows, rule: Rule, now: datetime, loaded_at: datetime) -> RuleOutcome:
    names = rule.given["columns"] if rule.kind == "key" else [rule.column]
    columns = _named(rows, names)
    if columns is None:
        return _absent(rule)
    empty = " OR ".join(f"{c} IS NULL" for c in columns)
    absent = _count(rows, (empty, [])) if rule.kind == "key" else 0
    double = _doubles(rows, columns)
    examples = () if not (absent or double) else _double_examples(rows, columns)
    if absent:
        examples = (*_examples(rows, (empty, []), rows.columns[names[0]].name), *examples)[:EXAMPLES]
    return RuleOutcome(rule, Status.FAILED if absent or double else Status.PASSED, str(absent + double), examples)


def _metric(rows: Rows, rule: Rule, now: datetime, loaded_at: datetime) -> RuleOutcome:
    metric = rule.given["metric"]
    if metric == "rowCount":
        return _compared(rule, rows.count)
    if metric == "duplicateValues":
        columns = _named(rows, rule.given["arguments"].get("properties") or [rule.column])
        if columns is None:
            return _absent(rule)
        return _counted(rows, rule, _doubles(rows, columns), lambda: _double_examples(rows, columns))
    column = rows.columns.get(rule.column)
    if column is None:
        return _absent(rule)
    condition = breaking(rule, column)
    if condition is None:
        raise KeyError(metric)
    return _counted(rows, rule, _count(rows, condition), lambda: _examples(rows, condition, column.name))


def _counted(rows: Rows, rule: Rule, count: int, examples: Callable[[], tuple[Example, ...]]) -> RuleOutcome:
    share = 100 * count / rows.count if rows.count else 0.0
    found = _compared(rule, round(share, 6) if rule.given["percent"] else count)
    if found.status is Status.PASSED or not count:
        return found
    return RuleOutcome(rule, found.status, found.found, examples())


def _sql(rows: Rows, rule: Rule, now: datetime, loaded_at: datetime) -> RuleOutcome:
    column = rows.columns.get(rule.column)
    query = duck_query.filled(rule.given["query"], rows.tables[0], column.name if column else rule.column)
    duck_query.require_select(rows.con.cursor(), query, rows.tables)
    found = rows.all(f"SELECT * FROM ({query}) LIMIT 2", seconds=SECONDS_OF_AUTHOR)
    if len(found) != 1 or len(found[0]) != 1 or found[0][0] is None:
        return RuleOutcome(rule, Status.ERROR, fault=NO_VALUE)
    return _compared(rule, found[0][0])


def _fresh(rows: Rows, rule: Rule, now: datetime, loaded_at: datetime) -> RuleOutcome:
    newest: Any = loaded_at
    if rule.column:
        column = rows.columns.get(rule.column)
        if column is None:
            return _absent(rule)
        newest = rows.one(f"SELECT max({quoted(column.name)}) FROM {ROWS}")
    if newest is None:
        return RuleOutcome(rule, Status.FAILED)
    fits = _age(newest, now) <= rule.given["seconds"]
    return RuleOutcome(rule, Status.PASSED if fits else Status.FAILED, newest.isoformat())


def _age(newest: date | datetime, now: datetime) -> float:
    """In seconds; of a day without a time, in whole days."""
    if isinstance(newest, datetime):
        return (now - (newest if newest.tzinfo else newest.replace(tzinfo=UTC))).total_seconds()
    return (now.date() - newest).days * 86_400


_KINDS: Mapping[str, Callable[[Rows, Rule, datetime, datetime], RuleOutcome]] = {
    "column": _column, "type": _type, "unique": _key, "key": _key, "metric": _metric, "sql": _sql, "fresh": _fresh,
}  # fmt: skip


def _compared(rule: Rule, value: Any) -> RuleOutcome:
    fits = COMPARE[rule.given["compare"]](value, rule.given["bound"])
    shown = format(value, "f") if isinstance(value, Decimal) else str(value)
    return RuleOutcome(rule, Status.PASSED if fits else Status.FAILED, shown[:_LONGEST])


def _same(value: Any, bound: Any) -> bool:
    if isinstance(bound, str) or isinstance(value, str):
        return str(value) == str(bound)
    return value == bound


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "mustBe": _same,
    "mustNotBe": lambda value, bound: not _same(value, bound),
    "mustBeGreaterThan": lambda value, bound: value > bound,
    "mustBeGreaterOrEqualTo": lambda value, bound: value >= bound,
    "mustBeLessThan": lambda value, bound: value < bound,
    "mustBeLessOrEqualTo": lambda value, bound: value <= bound,
    "mustBeBetween": lambda value, bound: bound[0] <= value <= bound[1],
    "mustNotBeBetween": lambda value, bound: not bound[0] <= value <= bound[1],
}


def _absent(rule: Rule) -> RuleOutcome:
    return RuleOutcome(rule, Status.ERROR, fault=NO_COLUMN)


def _named(rows: Rows, names: Sequence[Any]) -> list[str] | None:
    columns = [rows.columns.get(str(name)) for name in names]
    return [quoted(column.name) for column in columns if column] if all(columns) else None


def _count(rows: Rows, condition: Condition) -> int:
    sql, params = condition
    return rows.one(f"SELECT count(*) FROM {ROWS} WHERE {sql}", params)


def _doubles(rows: Rows, columns: Sequence[str]) -> int:
    """Rows that repeat an earlier one in these columns; a row with an empty cell in them repeats nothing."""
    filled = " AND ".join(f"{c} IS NOT NULL" for c in columns)
    groups = f"SELECT count(*) AS n FROM {ROWS} WHERE {filled} GROUP BY {', '.join(columns)}"
    return rows.one(f"SELECT coalesce(sum(n), 0)::BIGINT - count(*) FROM ({groups})")


def _examples(rows: Rows, condition: Condition, name: str) -> tuple[Example, ...]:
    sql, params = condition
    text = f"SELECT {ROW}, {quoted(name)}::VARCHAR FROM {ROWS} WHERE {sql} ORDER BY {ROW} LIMIT {EXAMPLES}"
    return tuple(Example(row, _shown(rows, name, value)) for row, value in rows.all(text, params))


def _double_examples(rows: Rows, columns: Sequence[str]) -> tuple[Example, ...]:
    filled = " AND ".join(f"{c} IS NOT NULL" for c in columns)
    values = ", ".join(f"any_value({c}::VARCHAR)" for c in columns)
    text = (
        f"SELECT max({ROW}) AS r, {values} FROM {ROWS} WHERE {filled} GROUP BY {', '.join(columns)} "
        f"HAVING count(*) > 1 ORDER BY r LIMIT {EXAMPLES}"
    )
    names = [c[1:-1].replace('""', '"') for c in columns]
    return tuple(
        Example(row, " + ".join(_shown(rows, name, value) for name, value in zip(names, found, strict=True)))
        for row, *found in rows.all(text)
    )


def _shown(rows: Rows, name: str, value: str | None) -> str:
    if value is None:
        return ""
    cut = value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    kind = rows.personal.get(name)
    return mask(Kind(kind), cut) if kind else cut
