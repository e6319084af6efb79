"""Parts as one relation, and rows to a new part, in DuckDB with bounded memory."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sluis.kernel.sql import literal, quoted
from sluis.lake.geo.geoparquet import BOX_TYPE
from sluis.lake.ingest.caps import ROW_GROUP
from sluis.lake.ingest.duck_convert import connect, write
from sluis.lake.names import GEOMETRY_BOX
from sluis.lake.parts.shape import around
from sluis.lake.types import Column, ColumnType

type Progress = Callable[[float, str], None]

_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.JSON: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.TIME: "TIME",
    ColumnType.GEOMETRY: "BLOB",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A table, or a load: its files, its columns, and the type in which each is stored."""

    paths: tuple[Path, ...]
    columns: tuple[Column, ...]
    stored: Mapping[str, str]

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, shape: Mapping[str, Any]) -> "Stored":
        """From `paths` and `columns` of a request."""
        paths = tuple(Path(path) for path in shape["paths"])
        columns = tuple(Column.from_json(column) for column in shape["columns"])
        return cls(paths, columns, physical(con, relation(paths)))

    @property
    def source(self) -> str:
        return relation(self.paths)


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """Shapes stay the bytes they are.

    Joins and groups of a hundred million rows take a third more than they are told to: they spill earlier than reading
    a file does, or the sandbox would end them.
    """
    con = connect(folder)
    con.execute("SET enable_geoparquet_conversion = false; SET memory_limit = '600MB'")
    return con


def relation(paths: Sequence[Path]) -> str:
    """All rows, part by part; a column that a part lacks is empty there."""
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}], union_by_name = true)"


def physical(con: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """The types as they are stored, by column."""
    return {name: kind for name, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}


def stored_as(column: Column, now: Mapping[str, str]) -> str:
    """The type in which a column is to be stored: a moment keeps what it has, with or without a zone."""
    if column.type is ColumnType.DECIMAL:
        return f"DECIMAL({column.precision or 38},{column.scale or 0})"
    had = now.get(column.name, "")
    return had if column.type is ColumnType.DATETIME and had.startswith("TIMESTAMP") else _TYPES[column.type]


def boxed(columns: Sequence[Column]) -> bool:
    """Does a box of each shape stand beside the columns?"""
    return any(column.type is ColumnType.GEOMETRY for column in columns)


def selection(columns: Sequence[Column], types: Mapping[str, str], present: Mapping[str, str], box: bool) -> str:
    """The select list that gives every column in its type; what is not `present` is empty."""
    chosen = [_value(quoted(c.name), types[c.name], present.get(c.name, "")) for c in columns]
    return ", ".join([*chosen, *([_value(quoted(GEOMETRY_BOX), "", present.get(GEOMETRY_BOX, ""))] if box else [])])


def _value(name: str, kind: str, has: str) -> str:
    if not has:
        return f"NULL::{kind or _BOX} AS {name}"
    return name if has == kind or not kind else f"{name}::{kind} AS {name}"


_BOX = "STRUCT(xmin DOUBLE, ymin DOUBLE, xmax DOUBLE, ymax DOUBLE)"


def write_part(con: duckdb.DuckDBPyConnection, select: str, target: Path, geo: str) -> int:
    """Rows to one file, in their order; with `geo` it says of its shapes what GeoParquet asks. Returns the rows."""
    if not geo:
        return write(con, select, target)
    reader = con.execute(select).to_arrow_reader(ROW_GROUP)
    schema = pa.schema([_field(field) for field in reader.schema], {"geo": geo})
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd", store_schema=True) as writer:
        for batch in reader:
            writer.write_table(pa.Table.from_batches([_boxes_whole(batch)]).cast(schema), row_group_size=ROW_GROUP)
            rows += batch.num_rows
    return rows


def _boxes_whole(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A row without a shape has no box: its sides are empty in DuckDB, where a file may only have no box at all."""
    if GEOMETRY_BOX not in batch.schema.names:
        return batch
    box = batch.column(GEOMETRY_BOX)
    sides = [pc.fill_null(box.field(place), 0.0) for place in range(BOX_TYPE.num_fields)]
    whole = pa.StructArray.from_arrays(sides, fields=list(BOX_TYPE), mask=box.is_null())
    return batch.set_column(batch.schema.names.index(GEOMETRY_BOX), GEOMETRY_BOX, whole)


def _field(field: pa.Field) -> pa.Field:
    return pa.field(field.name, BOX_TYPE) if field.name == GEOMETRY_BOX else field


def geo_of(paths: Sequence[Path]) -> str:
    """What the parts together say of their shapes: kinds and box; "" without shapes."""
    said = [json.loads(raw) for path in paths if (raw := (pq.read_metadata(path).metadata or {}).get(b"geo"))]
    if not said:
        return ""
    name = said[0]["primary_column"]
    columns: list[dict[str, Any]] = [one["columns"][name] for one in said]
    column = columns[0] | {"geometry_types": sorted({kind for c in columns for kind in c.get("geometry_types", ())})}
    boxes = [c["bbox"] for c in columns if c.get("bbox")]
    if boxes:
        column["bbox"] = around(boxes)
    return json.dumps(said[0] | {"columns": {name: column}})


def fingerprint(con: duckdb.DuckDBPyConnection, source: str, columns: Sequence[Column]) -> tuple[int, int]:
    """Number of rows, and a sum over them that is the same for the same rows in any order."""
    names = ", ".join(quoted(column.name) for column in columns)
    row = con.execute(f"SELECT count(*), coalesce(sum(hash({names})::HUGEINT), 0) FROM {source}").fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
