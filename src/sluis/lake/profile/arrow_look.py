"""The first look at a table: while its rows go by once, a sample is taken, and texts of plain words are told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sluis.lake.types import Column, ColumnType

SAMPLE_TEXT = 300  # characters of a text that take part in the sample
TEXTS = (ColumnType.TEXT, ColumnType.JSON)

_SPREAD = 2_654_435_761  # Knuth's multiplicative hash: the same rows whoever reads them
_TURN = 2**32
_BYTES_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Row groups `groups` (first, and the one after the last) of file `part`; `first` row of the table."""

    part: int
    groups: tuple[int, int]
    first: int


@dataclass(slots=True)
class Look:
    """Looks at some columns (no geometry) of Parquet files of `rows` rows, about `wanted` of which are the sample.

    A file may lack columns: those are empty in its rows. With a `stretch` only that is read.

    Complete once `batches` is read to its end: `sample` has the columns in their order with texts cut off, `plain`
    names the texts without any sign that could tell of a person.
    """

    source: Sequence[Path]
    columns: Sequence[Column]
    rows: int
    wanted: int
    stretch: Stretch | None = None
    plain: set[str] = field(init=False)
    _parts: list[pa.RecordBatch] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.plain = {column.name for column in self.columns if column.type in TEXTS}

    def batches(self) -> pa.RecordBatchReader:
        """All rows in their order, as a stream that is looked at while it is read. Texts are plain strings in it."""
        written = {field.name: field.type for path in self.source for field in pq.read_schema(path)}
        types = {c.name: pa.string() if c.type in TEXTS else written[c.name] for c in self.columns}
        schema = pa.schema(list(types.items()))
        return pa.RecordBatchReader.from_batches(schema, self._batches(schema))

    def seen(self, samples: Sequence[pa.Table], plain: Sequence[set[str]]) -> None:
        """What looks at all stretches, in their order, saw."""
        self._parts = [batch for sample in samples for batch in sample.to_batches()]
        self.plain = self.plain.intersection(*plain)

    def sample(self) -> pa.Table:
        return pa.Table.from_batches(self._parts) if self._parts else pa.table({c.name: [] for c in self.columns})

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        threshold = _TURN if self.rows <= self.wanted else self.wanted * _TURN // self.rows
        first = self.stretch.first if self.stretch else 0
        for read in _read(self.source, schema.names, self.stretch):
            batch = pa.record_batch([_column(read, field) for field in schema], schema)
            numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
            first += batch.num_rows
            self._look(batch, pa.array(numbers * _SPREAD % _TURN < threshold))
            yield batch

    def _look(self, batch: pa.RecordBatch, chosen: pa.Array) -> None:
        self.plain -= {name for name in self.plain if may_tell(batch.column(name))}
        kept = batch.filter(chosen)
        short = [_short(kept.column(column.name), column) for column in self.columns]
        self._parts.append(pa.record_batch(short, batch.schema))


def may_tell(texts: pa.Array) -> bool:
    """False when no text has an ASCII digit, an @ or a capital A-Z: all patterns of personal data need one of those.

    Tested as one range, which has the signs : ; < = > ? too: half the work, and a doubt more never hides a hit.
    """
    start, stop = texts.offset, texts.offset + len(texts)
    _, ends, data = texts.buffers()
    if data is None or not len(texts):
        return False
    offsets = np.frombuffer(ends, np.int32, count=stop + 1)
    seen = np.frombuffer(data, np.uint8)[offsets[start] : offsets[stop]]
    return bool((seen - np.uint8(ord("0")) <= ord("Z") - ord("0")).any())  # unsigned: what lies before turns large


def _read(source: Sequence[Path], names: Sequence[str], stretch: Stretch | None) -> Iterator[pa.RecordBatch]:
    for path in [source[stretch.part]] if stretch else source:
        with pq.ParquetFile(path) as file:
            here = [name for name in names if name in file.schema_arrow.names]
            for group in range(*stretch.groups) if stretch else range(file.num_row_groups):
                yield from file.iter_batches(_size(file, group), row_groups=[group], columns=here)


def _column(read: pa.RecordBatch, field: pa.Field) -> pa.Array:
    if field.name not in read.schema.names:
        return pa.nulls(read.num_rows, field.type)
    return _stored(read.column(field.name)).cast(field.type)


def _size(file: pq.ParquetFile, group: int) -> int:
    """As many rows at once as keeps long texts out of memory."""
    facts = file.metadata.row_group(group)
    return max(1, min(facts.num_rows, facts.num_rows * _BYTES_AT_ONCE // max(1, facts.total_byte_size)))


def _stored(values: pa.Array) -> pa.Array:
    return values.storage if isinstance(values, pa.ExtensionArray) else values


def _short(values: pa.Array, column: Column) -> pa.Array:
    return pc.utf8_slice_codeunits(values, 0, SAMPLE_TEXT) if column.type in TEXTS else values
