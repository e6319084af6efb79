"""A typed selection to SQL with bound values. Identifiers come from the known columns only."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sluis.kernel.sql import quoted
from sluis.lake.rows.cursor import Cursor
from sluis.lake.rows.types import Box, Column, Compare, Condition, Empty, OneOf, Op, PageRequest, Selection, Sort, Value

type Sql = tuple[str, list[Any]]
type Columns = Mapping[str, Column]

ROW = "file_row_number"
SOURCE = f"read_parquet(?, {ROW} = true)"
WORD = r"[\p{L}\p{N}]+"
"""What a word is: a run of letters and digits."""

_SIGNS = {Op.EQ: "=", Op.NEQ: "IS DISTINCT FROM", Op.LT: "<", Op.LTE: "<=", Op.GT: ">", Op.GTE: ">="}


def source_of(starts: Sequence[int] = ()) -> str:
    """The rows of one file, or of the parts of a table that start at these row numbers; the paths are bound."""
    if len(starts) <= 1:
        return SOURCE
    place = f"{ROW} + {list(starts)}[file_index::BIGINT + 1]"
    inner = f"SELECT *, file_index FROM read_parquet(?, {ROW} = true, union_by_name = true)"
    return f"(SELECT * EXCLUDE (file_index) REPLACE ({place} AS {ROW}) FROM ({inner}))"


def identifier(column: Column) -> str:
    return quoted(column.name)


def where(selection: Selection, columns: Columns) -> Sql:
    """`WHERE …` or nothing."""
    return joined("WHERE", conditions_of(selection, columns))


def conditions_of(selection: Selection, columns: Columns) -> list[Sql]:
    return [*(_condition(c, columns) for c in selection.conditions), *_search(selection.search, columns)]


def joined(word: str, parts: Sequence[Sql], glue: str = " AND ") -> Sql:
    if not parts:
        return "", []
    return f"{word} " + glue.join(f"({sql})" for sql, _ in parts), [p for _, params in parts for p in params]


def order(sort: Sequence[Sort], columns: Columns, back: bool = False) -> str:
    """Empty last, ties by row number; `back` is the exact reverse."""
    nulls = "FIRST" if back else "LAST"
    terms = [f"{identifier(columns[s.column])} {'DESC' if s.descending != back else 'ASC'} NULLS {nulls}" for s in sort]
    return "ORDER BY " + ", ".join([*terms, f"{ROW} {'DESC' if back else 'ASC'}"])


def beyond(cursor: Cursor, sort: Sequence[Sort], columns: Columns) -> Sql:
    """Rows strictly after the cursor: later in the first key, or equal there and later in the next key."""
    ties: list[Sql] = []
    options: list[Sql] = []
    for s, value in zip(sort, cursor.values, strict=True):
        name = identifier(columns[s.column])
        later = _later(name, value, s.descending, cursor.back)
        if later:
            options.append(_both([*ties, later]))
        ties.append((f"{name} IS NULL", []) if value is None else _equal(name, value))
    options.append(_both([*ties, (f"{ROW} {'<' if cursor.back else '>'} ?", [cursor.row])]))
    return joined("", options, " OR ")


def bound(value: Value) -> Sql:
    """A placeholder of the value's own type, so that the column is compared without being cast."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        whole, _, part = text.lstrip("-").partition(".")
        return f"CAST(? AS DECIMAL({min(38, max(1, len(whole) + len(part)))}, {len(part)}))", [text]
    return f"CAST(? AS {_type(value)})", [value]


def _type(value: Value) -> str:
    for kind, name in (
        (bool, "BOOLEAN"), (int, "BIGINT"), (float, "DOUBLE"), (datetime, "TIMESTAMP"), (date, "DATE"), (time, "TIME"),
    ):  # fmt: skip
        if isinstance(value, kind):
            return name
    return "VARCHAR"


def _condition(condition: Condition, columns: Columns) -> Sql:
    if isinstance(condition, Box):
        return _box(condition, columns)
    column = columns[condition.column]
    name = identifier(column)
    if isinstance(condition, Empty):
        blank = f"{name} IS NULL" + (f" OR {name} = ''" if column.type == "text" else "")
        return (blank if condition.empty else f"NOT ({blank})"), []
    if isinstance(condition, OneOf):
        places = [bound(value) for value in condition.values]
        return f"{name} IN ({', '.join(sql for sql, _ in places)})", [p for _, params in places for p in params]
    return _compare(name, condition)


def _compare(name: str, condition: Compare) -> Sql:
    place, params = bound(condition.value)
    if condition.op is Op.CONTAINS:
        return f"contains(lower({name}), lower({place}))", params
    if condition.op is Op.STARTS:
        return f"starts_with(lower({name}), lower({place}))", params
    if condition.op is Op.WORDS:
        first = f"contains(lower({name}), regexp_extract(lower({place}), '{WORD}'))"  # cheap, and leaves few rows
        return f"{first} AND list_has_all({words_of(name)}, {words_of(place)})", params * 2
    return f"{name} {_SIGNS[condition.op]} {place}", params


def words_of(text: str) -> str:
    """SQL for the words of a text, in small letters."""
    return f"regexp_extract_all(lower({text}), '{WORD}')"


def _search(term: str, columns: Columns) -> list[Sql]:
    if not term:
        return []
    names = [identifier(c) for c in columns.values() if c.type == "text"]
    if not names:
        return [("false", [])]
    return [joined("", [(f"contains(lower({name}), lower(?))", [term]) for name in names], " OR ")]


def _box(box: Box, columns: Columns) -> Sql:
    column = next(c for c in columns.values() if c.type == "geometry")
    name = identifier(column)
    from sluis.lake.rows.shapes import box_in

    min_x, min_y, max_x, max_y = box_in(box, column.crs)
    corners = [max_x, min_x, max_y, min_y]
    return f"ST_XMin({name}) <= ? AND ST_XMax({name}) >= ? AND ST_YMin({name}) <= ? AND ST_YMax({name}) >= ?", corners


def _later(name: str, value: Value | None, descending: bool, back: bool) -> Sql | None:
    """Empty cells are last, so nothing is later than empty, and reading back everything filled is."""
    if value is None:
        return (f"{name} IS NOT NULL", []) if back else None
    place, params = bound(value)
    sql = f"{name} {'<' if descending != back else '>'} {place}"
    return (sql if back else f"{sql} OR {name} IS NULL"), params


def _equal(name: str, value: Value) -> Sql:
    place, params = bound(value)
    return f"{name} = {place}", params


def _both(parts: Sequence[Sql]) -> Sql:
    return joined("", parts)


def shown(column: Column) -> str:
    """How a value leaves the database: geometry as WKB, moments in UTC without zone, JSON as text."""
    name = identifier(column)
    casts = {"geometry": "ST_AsWKB({})", "datetime": "{}::TIMESTAMP", "json": "{}::VARCHAR", "number": "{}::DOUBLE"}
    return casts.get(column.type, "{}").format(name)


def page_of(request: PageRequest, columns: Columns, at: Cursor | None, source: str = SOURCE) -> Sql:
    """Row number, shown columns, sort values; one row more than the limit tells whether there is a next page."""
    chosen = [shown(c) for c in columns.values()] + [_sort_value(columns[s.column]) for s in request.sort]
    conditions = conditions_of(request.selection, columns)
    if at:
        conditions.append(beyond(at, request.sort, columns))
    sql, params = joined("WHERE", conditions)
    back = at is not None and at.back
    text = f"SELECT {', '.join([ROW, *chosen])} FROM {source} {sql} {order(request.sort, columns, back)} LIMIT ?"
    return text, [*params, request.limit + 1]


def count_of(selection: Selection, columns: Columns, source: str = SOURCE) -> Sql:
    sql, params = where(selection, columns)
    return f"SELECT count(*) FROM {source} {sql}", params


def row_of(columns: Columns) -> str:
    return f"SELECT {', '.join(map(shown, columns.values()))} FROM {SOURCE} WHERE {ROW} = ?"


def facet_of(column: Column, selection: Selection, columns: Columns) -> Sql:
    sql, params = where(selection, columns)
    text = f"SELECT {shown(column)} AS value, count(*) AS number FROM {SOURCE} {sql}"
    return f"{text} GROUP BY 1 ORDER BY number DESC, value NULLS LAST LIMIT ?", params


def groups_of(by: Sequence[Column], measures: Sequence[Column], selection: Selection, columns: Columns) -> Sql:
    """Values, number of rows, and per measure its sum and how many cells have a value; the largest group first."""
    sql, params = where(selection, columns)
    added = [part for c in measures for part in (f"sum({identifier(c)})", f"count({identifier(c)})")]
    values = [f"{shown(c)} AS g{place}" for place, c in enumerate(by)]
    names = [f"g{place}" for place in range(len(by))]
    text = f"SELECT {', '.join([*values, 'count(*) AS n', *added])} FROM {SOURCE} {sql} GROUP BY {', '.join(names)}"
    return f"{text} ORDER BY n DESC, {', '.join(f'{name} NULLS LAST' for name in names)} LIMIT ?", params


def _sort_value(column: Column) -> str:
    return f"{identifier(column)}::TIMESTAMP" if column.type == "datetime" else identifier(column)
