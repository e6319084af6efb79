"""Parquet as it is; with fewer columns when fewer are asked for."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sluis.lake.export.table import Table
from sluis.lake.names import GEOMETRY_BOX


def write(table: Table, path: Path) -> None:
    names = table.all_columns()
    if table.geometry and GEOMETRY_BOX in table.schema.names:
        names.append(GEOMETRY_BOX)
    if set(names) == set(table.schema.names):
        shutil.copyfile(table.source, path)
        return
    _write_some(table, path, names)


def _write_some(table: Table, path: Path, names: list[str]) -> None:
    with pq.ParquetFile(table.source) as file:
        kept = pa.schema([file.schema_arrow.field(name) for name in names])
        with pq.ParquetWriter(path, kept, compression="zstd") as writer:
            for group in range(file.num_row_groups):
                part = file.read_row_group(group, columns=names).select(names)
                writer.write_table(part.cast(kept), row_group_size=max(1, part.num_rows))
            if table.geometry:
                writer.add_key_value_metadata({"geo": file.metadata.metadata[b"geo"].decode()})
