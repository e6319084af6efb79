"""Makes the vectors in two passes: what each column counts in, then its codes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sluis.lake.rows.values import write
from sluis.lake.serving.container import Array, Writer
from sluis.lake.serving.frames import COUNTED, ordered

MOST_VALUES = 60_000
_BATCH = 1 << 16
_LISTED = ("text", "boolean")
_INT64 = np.iinfo(np.int64)


def build(request: Mapping[str, Any], path: Path, progress: Any) -> dict[str, Any] | None:
    """Columns that count or that have few values; the others are told as `left`."""
    source, rows = Path(request["source"]), int(request["rows"])
    looks = [_Look(c["name"], c["type"]) for c in request["columns"] if c["type"] in (*COUNTED, *_LISTED)]
    for done, batch in _batches(source, [look.name for look in looks]):
        for look in looks:
            look.take(batch.column(look.name))
        looks = [look for look in looks if look.fits]
        progress(0.5 * done / max(1, rows), "vectors")
    made = [look for look in looks if look.useful(rows)]
    with Writer(path) as out:
        for place, look in enumerate(made):
            progress(0.5 + 0.5 * place / max(1, len(made)), look.name)
            out.add(f"codes-{place}", _codes(source, look), look.dtype)
        names = {look.name for look in made}
        told = {
            "rows": rows,
            "columns": [look.told() for look in made],
            "left": [c["name"] for c in request["columns"] if c["name"] not in names],
        }
        out.close(told)
    return told


def _batches(source: Path, names: list[str]) -> Iterator[tuple[int, Any]]:
    done = 0
    for batch in pq.ParquetFile(source).iter_batches(_BATCH, columns=names) if names else ():
        done += batch.num_rows
        yield done, batch


def _codes(source: Path, look: "_Look") -> Iterator[Array]:
    for _, batch in _batches(source, [look.name]):
        yield look.codes(batch.column(0))


@dataclass
class _Look:
    """What one column holds, while its batches pass by."""

    name: str
    type: str
    fits: bool = True
    nulls: bool = False
    rising: bool = True
    step: int = 0
    decimals: int = 0
    span: tuple[int, int] | None = None
    values: set[Any] = field(default_factory=set)
    _last: int = _INT64.min
    _listed: list[Any] = field(default_factory=list)

    def take(self, cells: Any) -> None:
        self.nulls |= cells.null_count > 0
        if self.type in _LISTED:
            self.rising = False
            self.values.update(pc.unique(cells.drop_null()).to_pylist())
            self.fits = len(self.values) <= MOST_VALUES
            return
        numbers = self._numbers(cells.drop_null())
        if numbers is None:
            self.fits = False
        elif len(numbers):
            self._measure(numbers)

    def _measure(self, numbers: Array) -> None:
        low, high = int(numbers.min()), int(numbers.max())
        if self.step != 1:
            first = self.span[0] if self.span else int(numbers[0])
            self.fits = abs(low - first) < 2**62 and abs(high - first) < 2**62
            self.step = int(np.gcd.reduce(np.abs(numbers - first), initial=self.step)) if self.fits else 1
        if self.rising:
            self.rising = int(numbers[0]) >= self._last and bool((numbers[1:] >= numbers[:-1]).all())
            self._last = int(numbers[-1])
        self.span = (min(low, self.span[0]), max(high, self.span[1])) if self.span else (low, high)
        self.fits = self.fits and self.span[1] - self.span[0] < 2**62

    def _numbers(self, cells: Any) -> Array | None:
        """As whole numbers of 64 bits; None when they do not fit."""
        kind = cells.type
        if pa.types.is_decimal128(kind):
            self.decimals = kind.scale
            words = np.frombuffer(cells.buffers()[1], np.int64).reshape(-1, 2)[cells.offset : cells.offset + len(cells)]
            low, high = words[:, 0], words[:, 1]
            return low.copy() if bool((high == low >> 63).all()) else None
        if pa.types.is_timestamp(kind):
            cells = cells.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
        elif pa.types.is_time(kind):
            cells = cells.cast(pa.time64("us")).cast(pa.int64())
        elif pa.types.is_date32(kind):
            cells = cells.cast(pa.int32())
        elif not pa.types.is_integer(kind) or pa.types.is_uint64(kind):
            return None
        return cells.cast(pa.int64()).to_numpy(zero_copy_only=False)

    @property
    def top(self) -> int:
        if self.type in _LISTED:
            return len(self.values) - 1
        return (self.span[1] - self.span[0]) // self.scale if self.span else -1

    @property
    def scale(self) -> int:
        return self.step or 1

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.min_scalar_type(self.top + 2))

    def useful(self, rows: int) -> bool:
        """A list nearly as long as the table says as much as the table."""
        return self.fits and (self.type not in _LISTED or len(self.values) <= max(256, rows // 20))

    def codes(self, cells: Any) -> Array:
        empty = cells.is_null().to_numpy(zero_copy_only=False)
        if self.type in _LISTED:
            self._listed = self._listed or ordered(self.values)
            found = pc.index_in(cells, value_set=pa.array(self._listed, cells.type), skip_nulls=True)
            return np.where(empty, self.top + 1, found.fill_null(0).to_numpy(zero_copy_only=False)).astype(self.dtype)
        codes = np.full(len(cells), self.top + 1, self.dtype)
        numbers = self._numbers(cells.drop_null())
        if numbers is not None and self.span:
            codes[~empty] = (numbers - self.span[0]) // self.scale
        return codes

    def told(self) -> dict[str, Any]:
        told = {"name": self.name, "type": self.type, "top": self.top, "nulls": self.nulls}
        told["rising"] = self.rising and not self.nulls
        if self.type not in _LISTED:
            return told | {"base": self.span[0] if self.span else 0, "scale": self.scale, "decimals": self.decimals}
        texts = [str(write(value)) for value in ordered(self.values)]
        return told | {"texts": texts, "lowered": _lowered(texts) if self.type == "text" else []}


def _lowered(texts: list[str]) -> list[str]:
    with duckdb.connect() as connection:
        return connection.execute("SELECT list_transform($1::VARCHAR[], lambda x: lower(x))", [texts]).fetchall()[0][0]
