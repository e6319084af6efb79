"""DuckDB in the sandbox, for what it does better than numpy: lowering texts, writing JSON, sorting more than fits."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sluis.kernel.sql import literal
from sluis.lake.export import duck_text

MEMORY = "800MB"


def connect(out: Path) -> duckdb.DuckDBPyConnection:
    """The engine of exports; what does not fit goes to the folder of `out`. A geometry is the WKB that is stored."""
    connection = duck_text.connect(MEMORY)
    spill = literal(str(out.parent / "spill"))
    connection.execute(f"SET temp_directory = {spill}; SET TimeZone = 'UTC'; SET enable_geoparquet_conversion = false")
    return connection


def cells(request: Mapping[str, Any], *chosen: str) -> str:
    """A query for these expressions, in the order of the rows."""
    return f"SELECT {', '.join(chosen)} FROM {_source(request)}"


def in_order(request: Mapping[str, Any], column: str) -> str:
    """A query for the number of each row and its value, smallest value first."""
    return f"{cells(request, 'file_row_number', column)} ORDER BY {column} NULLS LAST, file_row_number"


def different(query: str, most: int) -> str:
    """A query for how many values the first `most` of another query are, and how many different ones."""
    return f"SELECT count(*), count(DISTINCT one) FROM (SELECT one FROM ({query}) AS given(one) LIMIT {most})"


def distinct(query: str, most: int) -> str:
    return f"SELECT DISTINCT one FROM ({query}) AS given(one) LIMIT {most}"


def _source(request: Mapping[str, Any]) -> str:
    return f"read_parquet({literal(str(request['source']))}, file_row_number = true)"


def batches(connection: duckdb.DuckDBPyConnection, sql: str, size: int) -> Iterator[Any]:
    """The answer as batches of Arrow, of exactly `size` rows but the last."""
    held: list[Any] = []
    count = 0
    for batch in connection.execute(sql).to_arrow_reader(size):
        while batch.num_rows:
            part = batch.slice(0, size - count)
            held.append(part)
            count += part.num_rows
            batch = batch.slice(part.num_rows)
            if count == size:
                yield _joined(held)
                held, count = [], 0
    if held:
        yield _joined(held)


def _joined(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else pa.Table.from_batches(parts).combine_chunks().to_batches()[0]
