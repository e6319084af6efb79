"""Numbers that the database declares without a length: the shortest exact decimal that holds all of them."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_MOST = 38


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


def exact(path: Path, columns: dict[str, Digits]) -> None:
    """Rewrite the file with decimals in these columns; those with a value that is no number stay text."""
    known = {name: digits.kind for name, digits in columns.items() if digits.kind != pa.string()}
    if not known:
        return
    target = path.with_name("exact.parquet")
    with pq.ParquetFile(path) as file:
        fields = [pa.field(field.name, known.get(field.name, field.type)) for field in file.schema_arrow]
        schema = pa.schema(fields)
        with pq.ParquetWriter(target, schema) as writer:
            for batch in file.iter_batches():
                arrays = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    target.replace(path)
