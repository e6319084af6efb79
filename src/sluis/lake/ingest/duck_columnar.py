"""Parquet is never trusted as it is: it is decoded batch by batch and written anew with safe names and types."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import MAX_COLUMNS
from sluis.lake.ingest.dialect import too_many_columns
from sluis.lake.ingest.duck_convert import connect, write
from sluis.lake.ingest.duck_typed import Progress
from sluis.lake.ingest.header import name_columns
from sluis.lake.ingest.plan import Job
from sluis.lake.streams import stream
from sluis.lake.types import Column, ColumnType, IngestReport, Remark

_BATCH = 16_384
_FAULTS = (pa.ArrowException, duckdb.Error, OSError, ValueError, OverflowError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class _Target:
    position: int
    column: Column
    sql: str


def read_parquet(job: Job, progress: Progress) -> dict[str, Any]:
    """Rewrite a Parquet file; returns the report. Raises Invalid for a file that is damaged or lies about itself."""
    if job.options.types:
        raise Invalid("parquet.types", N_("De typen van een Parquet-bestand liggen vast en zijn niet te wijzigen."))
    try:
        file = pq.ParquetFile(job.source, page_checksum_verification=True)
        schema, promised = file.schema_arrow, file.metadata.num_rows
        if len(schema) > MAX_COLUMNS:
            raise too_many_columns(len(schema))
        targets, remarks = _targets(job, schema)
        loaded = _rewrite(job, file, targets, promised, progress)
    except _FAULTS as error:
        raise _broken(str(error)) from error
    if loaded != promised:
        raise _broken(f"{promised} rijen beloofd, {loaded} gevonden")
    columns = tuple(target.column for target in targets)
    report = IngestReport("parquet", promised, loaded, 0, columns, warnings=tuple(remarks))
    return report.to_json()


def _targets(job: Job, schema: pa.Schema) -> tuple[list[_Target], list[Remark]]:
    names, titles, remarks = name_columns(schema.names, job.options)
    targets = [
        _target(n, name, title, schema.field(n).type) for n, (name, title) in enumerate(zip(names, titles, strict=True))
    ]
    if not targets:
        raise Invalid("parquet.no-columns", N_("Het Parquet-bestand heeft geen kolommen."))
    return targets, remarks


def _target(position: int, name: str, title: str, kind: pa.DataType) -> _Target:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    source = f"c{position}"
    if pa.types.is_decimal(kind):
        scale = max(kind.scale, 0)
        return _Target(position, Column(name, title, ColumnType.DECIMAL, kind.precision, scale), source)
    for test, column_type, sql in _RULES:
        if test(kind):
            return _Target(position, Column(name, title, column_type), sql.format(c=source))
    return _Target(position, Column(name, title, ColumnType.JSON), f"to_json({source})::VARCHAR")


def _is_uint64(kind: pa.DataType) -> bool:
    return kind == pa.uint64()


_RULES = (
    (pa.types.is_boolean, ColumnType.BOOLEAN, "{c}"),
    (_is_uint64, ColumnType.DECIMAL, "{c}::DECIMAL(38,0)"),
    (pa.types.is_integer, ColumnType.INTEGER, "{c}::BIGINT"),
    (pa.types.is_floating, ColumnType.NUMBER, "CASE WHEN isfinite({c}::DOUBLE) THEN {c}::DOUBLE END"),
    (pa.types.is_date, ColumnType.DATE, "{c}::DATE"),
    (lambda kind: pa.types.is_timestamp(kind) and kind.tz is None, ColumnType.DATETIME, "{c}::TIMESTAMP"),
    (pa.types.is_timestamp, ColumnType.DATETIME, "{c}::TIMESTAMPTZ"),
    (pa.types.is_time, ColumnType.TIME, "{c}::TIME"),
    (pa.types.is_string, ColumnType.TEXT, "{c}"),
    (pa.types.is_large_string, ColumnType.TEXT, "{c}"),
    (pa.types.is_null, ColumnType.TEXT, "{c}::VARCHAR"),
    (pa.types.is_binary, ColumnType.TEXT, "coalesce(try(decode({c})), hex({c}))"),
    (pa.types.is_large_binary, ColumnType.TEXT, "coalesce(try(decode({c})), hex({c}))"),
    (pa.types.is_fixed_size_binary, ColumnType.TEXT, "hex({c})"),
)


def _rewrite(job: Job, file: pq.ParquetFile, targets: list[_Target], promised: int, progress: Progress) -> int:
    """Decode with Arrow, which checks pages and counts, then write with DuckDB; returns the rows written."""
    schema = pa.schema([pa.field(f"c{n}", _flat(field.type)) for n, field in enumerate(file.schema_arrow)])

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in file.iter_batches(batch_size=_BATCH):
            arrays = [column.cast(_flat(column.type)) for column in batch.columns]
            done += batch.num_rows
            progress(min(0.9, done / max(promised, 1)), "lezen")
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    con = connect(job.out)
    con.register("source", stream(pa.RecordBatchReader.from_batches(schema, batches())))
    select = ", ".join(f'{target.sql} AS "{target.column.name}"' for target in targets)
    try:
        return write(con, f"SELECT {select} FROM source", job.out / "data.parquet")
    finally:
        con.close()


def _flat(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _broken(reason: str) -> Invalid:
    return Invalid(
        "parquet.broken",
        N_("Het Parquet-bestand is beschadigd of klopt niet: {reason}."),
        way_out=N_("Maak het bestand opnieuw en lever het nog eens aan."),
        reason=reason.split(" Detail: ")[0][:200],
        english="reason",
    )
