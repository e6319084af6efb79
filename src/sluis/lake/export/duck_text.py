"""CSV and JSON by DuckDB's own COPY: ISO dates, point decimals, rows in the order of the table."""

from pathlib import Path

import duckdb
import pyarrow as pa

from sluis.kernel.sql import literal, quoted
from sluis.lake.export.table import Table

_BOM = "\ufeff"
# What a spreadsheet takes for the start of a formula (OWASP, CSV injection). DuckDB has RE2: \x09 tab, \x0a \x0d lines.
_FORMULA = r"^[=+\-@\x09\x0a\x0d]"
_NUMBER = r"^[+-]?[0-9]+([.,][0-9]+)*$"


def connect(memory: str = "512MB") -> duckdb.DuckDBPyConnection:
    """A throwaway engine: two threads, bounded memory, nothing fetched; rows stay in order by default."""
    settings = {"threads": "2", "memory_limit": memory, "autoinstall_known_extensions": "false"}
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET autoload_known_extensions = false; SET enable_progress_bar = false")
    return connection


def write_csv(table: Table, path: Path) -> None:
    """RFC 4180: UTF-8, comma, CRLF, quotes where needed; a missing value is empty, an empty text is `""`."""
    columns = [_named(_text(table, name), name) for name in table.all_columns()]
    _copy(table, path, columns, "FORMAT csv, " + _lines(table))


def write_csv_for_excel(table: Table, path: Path) -> None:
    """For a Dutch spreadsheet: BOM, `;`, decimal comma, and no cell that it would run as a formula."""
    names = table.all_columns()
    titles = [_BOM + name if place == 0 else name for place, name in enumerate(names)]
    columns = [_named(_cell(table, name), title) for name, title in zip(names, titles, strict=True)]
    _copy(table, path, columns, "FORMAT csv, DELIMITER ';', " + _lines(table))


def write_json(table: Table, path: Path) -> None:
    """One array of objects; geometry is WKT in the system of the table."""
    columns = [_named(_json_value(table, name), name) for name in table.all_columns()]
    _copy(table, path, columns, "FORMAT json, ARRAY true")


def features_query(table: Table, geometry: str) -> str:
    """SQL that gives each row as `properties` (JSON text) and `shape` (WKB)."""
    pairs = [f"{literal(name)}, {_json_value(table, name)}" for name in table.columns]
    shape = f"ST_AsWKB({quoted(geometry)}) AS shape"
    return f"SELECT CAST(json_object({', '.join(pairs)}) AS VARCHAR) AS properties, {shape} FROM {_source(table)}"


def _json_value(table: Table, name: str) -> str:
    """SQL for a value as JSON knows it: no NaN or infinity, documents nested, moments in ISO 8601."""
    column = quoted(name)
    if name in table.documents:
        return f"TRY_CAST({column} AS JSON)"
    if pa.types.is_floating(table.schema.field(name).type):
        return f"CASE WHEN isfinite({column}) THEN {column} END"
    return _text(table, name)


def _source(table: Table) -> str:
    """What follows FROM, and nothing may follow on it."""
    file = literal(str(table.source))
    if table.rows is None:
        return f"read_parquet({file})"
    first, last = table.rows
    return f"read_parquet({file}, file_row_number = true) WHERE file_row_number BETWEEN {first} AND {last}"


def _lines(table: Table) -> str:
    return rf"HEADER {str(table.begins).lower()}, NEW_LINE '\r\n'"


def _copy(table: Table, path: Path, columns: list[str], form: str) -> None:
    with connect() as connection:
        connection.execute(f"COPY (SELECT {', '.join(columns)} FROM {_source(table)}) TO {literal(str(path))} ({form})")


def _named(expression: str, name: str) -> str:
    return f"{expression} AS {quoted(name)}"


def _text(table: Table, name: str) -> str:
    column, kind = quoted(name), table.schema.field(name).type
    if name == table.geometry:
        return f"ST_AsText({column})"
    if pa.types.is_timestamp(kind):
        if kind.tz:
            return f"replace(CAST({column} AT TIME ZONE 'UTC' AS VARCHAR), ' ', 'T') || 'Z'"
        return f"replace(CAST({column} AS VARCHAR), ' ', 'T')"
    return column


def _cell(table: Table, name: str) -> str:
    kind = table.schema.field(name).type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return f"replace(CAST({quoted(name)} AS VARCHAR), '.', ',')"
    text = _text(table, name)
    return _harmless(text) if _is_text(kind) else text


def _harmless(text: str) -> str:
    risky = f"regexp_matches({text}, {literal(_FORMULA)}) AND NOT regexp_matches({text}, {literal(_NUMBER)})"
    return f"CASE WHEN {risky} THEN '''' || {text} ELSE {text} END"


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)
