"""The two outputs of a read: the GeoParquet file and the list of refused features."""

import csv
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from sluis.lake.geo import geoparquet
from sluis.lake.names import GEOMETRY, GEOMETRY_BOX
from sluis.lake.vector.columns import Layout
from sluis.lake.vector.geometry import Reason, Tally

_TEXT_CHARS = 32_000
_GROUP_ROWS = 65_536
_GROUP_BYTES = 64 * 1024 * 1024


class Writer:
    """Row groups of at most 65,536 rows or 64 MB, whichever comes first, so memory stays bounded."""

    def __init__(self, path: Path, layout: Layout) -> None:
        schema = layout.schema()
        self._geometry = layout.geometry is not None
        plain = list(schema.names)
        if self._geometry:
            schema = schema.append(pa.field(GEOMETRY, pa.binary()))
            schema = schema.append(pa.field(GEOMETRY_BOX, geoparquet.BOX_TYPE))
        self._schema = schema
        boxes = [f"{GEOMETRY_BOX}.{side}" for side in ("xmin", "ymin", "xmax", "ymax")] if self._geometry else []
        self._file = pq.ParquetWriter(
            path, schema, compression="zstd", use_dictionary=plain, write_statistics=plain + boxes, store_schema=True
        )
        self._waiting: list[pa.RecordBatch] = []
        self.rows = 0

    def add(self, arrays: list[pa.Array]) -> None:
        """One batch, its arrays in the order of the schema."""
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._waiting.append(batch)
        self.rows += batch.num_rows
        waiting = sum(item.num_rows for item in self._waiting)
        if waiting >= _GROUP_ROWS or sum(item.nbytes for item in self._waiting) >= _GROUP_BYTES:
            self._flush()

    def describe(self, crs: str | None, tally: Tally) -> None:
        """The GeoParquet metadata, known only at the end."""
        if self._geometry:
            self._file.add_key_value_metadata(geoparquet.metadata(crs, sorted(tally.types), tally.bounds))

    def _flush(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting, schema=self._schema)
            self._file.write_table(table, row_group_size=max(1, table.num_rows))
            self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._flush()
        self._file.close()


class Rejects:
    """`rejects.csv`, with the columns every reader uses; the line is the number of the feature, from 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow(["regel", "code", "reden", "tekst"])
        self.rows = 0

    def add(self, refused: dict[int, Reason], first: int, layout: Layout, arrays: list[pa.Array]) -> None:
        """`refused`: place in the batch → reason; `first`: number of the first feature of the batch."""
        for place, (code, reason) in sorted(refused.items()):
            record: dict[str, Any] = {
                field.column.title: array[place].as_py() for field, array in zip(layout.fields, arrays, strict=True)
            }
            self._csv.writerow([first + place, code, reason, json.dumps(record, ensure_ascii=False, default=str)])
        self.rows += len(refused)

    def add_text(self, number: int, code: str, reason: str, text: str) -> None:
        """One element that is no feature at all."""
        self._csv.writerow([number, code, reason, text[:_TEXT_CHARS]])
        self.rows += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self.rows:
            self._path.unlink()
