"""COPY statement of a selection."""

from collections.abc import Sequence

from sluis.lake.rows.duck_sql import SOURCE, Sql, identifier, order, where
from sluis.lake.rows.types import Column, PageRequest

FORMATS = {
    "csv": "FORMAT csv, HEADER true",
    "csv-excel": "FORMAT csv, HEADER true, DELIMITER ';'",
    "ndjson": "FORMAT json",
    "json": "FORMAT json, ARRAY true",
}
_FORMULA = r"^[=+\-@\t\r]"


def copy_of(columns: Sequence[Column], request: PageRequest, form: str, target: str) -> Sql:
    """`target` is a path of ours, such as /dev/fd/7."""
    known = {c.name: c for c in columns}
    chosen = ", ".join(f"{_written(c, form)} AS {identifier(c)}" for c in columns)
    sql, params = where(request.selection, known)
    sorting = order(request.sort, known) if request.sort else ""  # a file reads in its own order by itself
    select = f"SELECT {chosen} FROM {SOURCE} {sql} {sorting}"
    return f"COPY ({select}) TO '{target}' ({FORMATS[form]}, USE_TMP_FILE false)", params


def _written(column: Column, form: str) -> str:
    name = identifier(column)
    if column.type == "datetime":
        return f"replace({name}::TIMESTAMP::VARCHAR, ' ', 'T')"
    if column.type == "geometry":
        return f"ST_AsText({name})"
    if column.type == "number" and "json" in form:
        return f"CASE WHEN isfinite({name}::DOUBLE) THEN {name} END"
    if column.type == "json" and "json" in form:
        return f"{name}::JSON"
    if column.type == "text" and form == "csv-excel":
        return f"CASE WHEN regexp_matches({name}, '{_FORMULA}') THEN '''' || {name} ELSE {name} END"
    return name
