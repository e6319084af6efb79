"""Numbers that the database declares without a length: the shortest exact decimal that holds all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

_MOST = 38


class Loose(Protocol):
    """A column whose type is known when all its values are: text until then."""

    def text(self, value: Any) -> str: ...
    @property
    def kind(self) -> pa.DataType: ...


@dataclass
class Digits:
    """How many digits the values of one column have before and after the mark; `odd` when one is no number."""

    before: int = 1
    after: int = 0
    odd: bool = False

    def text(self, value: Any) -> str:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite():
            self.odd = True
            return str(number)
        exponent = int(number.as_tuple().exponent)
        self.before = max(self.before, number.adjusted() + 1)
        self.after = max(self.after, -exponent)
        return format(number, "f")

    @property
    def kind(self) -> pa.DataType:
        precision = self.before + self.after
        return pa.string() if self.odd or precision > _MOST else pa.decimal128(precision, self.after)


def exact(path: Path, columns: Mapping[str, Loose]) -> None:
    """Rewrite the file with what these columns are now known to hold; those with an odd value stay text."""
    known = {name: loose.kind for name, loose in columns.items() if loose.kind != pa.string()}
    if not known:
        return
    target = path.with_name("exact.parquet")
    with pq.ParquetFile(path) as file:
        fields = [pa.field(field.name, known.get(field.name, field.type)) for field in file.schema_arrow]
        schema = pa.schema(fields)
        with pq.ParquetWriter(target, schema) as writer:
            for batch in file.iter_batches():
                arrays = [_as(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    target.replace(path)


def _as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_time(kind) and column.type != kind:  # which Arrow does not read from text
        return pa.array([None if text is None else time.fromisoformat(text) for text in column.to_pylist()], kind)
    return column.cast(kind)
