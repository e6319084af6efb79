"""Pages and totals from structures: the row numbers that DuckDB would give, in the same order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, islice
from typing import Any

import numpy as np

from sluis.lake.rows.cursor import Cursor
from sluis.lake.rows.types import Column, PageRequest, Selection, Sort
from sluis.lake.serving import CHUNK
from sluis.lake.serving.container import Array
from sluis.lake.serving.judging import common, tests_of
from sluis.lake.serving.ready import Ready, Test
from sluis.lake.serving.vectors import Vector

_MOST_MATCHES = 8_000_000
_BITS = 62


def rows_of(ready: Ready, columns: Sequence[Column], request: PageRequest, at: Cursor | None) -> list[int] | None:
    """Row numbers of a page and one more, in the asked order (reversed when the cursor goes back); None: ask DuckDB."""
    tests = tests_of(request.selection, columns, ready)
    if tests is None:
        return None
    if not request.sort:
        return _in_file_order(ready, tests, request.limit + 1, at)
    return _sorted(ready, tests, request.sort, request.limit + 1, at)


def count_of(ready: Ready, columns: Sequence[Column], selection: Selection) -> int | None:
    """The exact number of rows; None: ask DuckDB."""
    tests = tests_of(selection, columns, ready)
    if tests is None:
        return None
    if not tests:
        return ready.rows
    return sum(int(np.count_nonzero(mask)) for _, mask in _masks(ready, tests, _chunks(ready, tests)))


def matches(ready: Ready, tests: Sequence[Test], most: int = _MOST_MATCHES) -> Array | None:
    """All rows that meet the tests, rising; None when there are more than `most`."""
    if not tests:
        return np.arange(ready.rows) if ready.rows <= most else None
    found: list[Array] = []
    size = 0
    for first, mask in _masks(ready, tests, _chunks(ready, tests)):
        rows = np.flatnonzero(mask) + first
        size += len(rows)
        if size > most:
            return None
        found.append(rows)
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _chunks(ready: Ready, tests: Sequence[Test]) -> list[int]:
    open_ = common(tests)
    return list(range(-(-ready.rows // CHUNK))) if open_ is None else sorted(open_)


def _masks(ready: Ready, tests: Sequence[Test], chunks: Sequence[int]) -> Iterator[tuple[int, Array]]:
    """Per chunk its first row, and which of its rows meet all tests."""
    for chunk in chunks:
        size = min(CHUNK, ready.rows - chunk * CHUNK)
        mask = np.ones(size, bool) if not tests else tests[0].mask(chunk)[:size]
        for test in tests[1:]:
            mask = mask & test.mask(chunk)[:size]
        yield chunk * CHUNK, mask


def _in_file_order(ready: Ready, tests: Sequence[Test], wanted: int, at: Cursor | None) -> list[int]:
    chunks = _chunks(ready, tests)
    back = at is not None and at.back
    if at is not None:
        here = at.row // CHUNK
        chunks = [chunk for chunk in chunks if (chunk <= here if back else chunk >= here)]
    found: list[int] = []
    for first, mask in _masks(ready, tests, chunks[::-1] if back else chunks):
        rows = np.flatnonzero(mask) + first
        if at is not None:
            rows = rows[rows < at.row] if back else rows[rows > at.row]
        found += (rows[::-1] if back else rows)[: wanted - len(found)].tolist()
        if len(found) >= wanted:
            break
    return found


def _sorted(
    ready: Ready, tests: Sequence[Test], sort: Sequence[Sort], wanted: int, at: Cursor | None
) -> list[int] | None:
    vectors = [ready.vectors.get(one.column) for one in sort]
    known = [vector for vector in vectors if vector is not None]
    keys = _Keys.of(known, sort, ready.rows) if len(known) == len(sort) else None
    rows = matches(ready, tests) if keys else None
    if keys is None or rows is None:
        return None
    ranks = keys.ranks(rows)
    if at is not None:
        place = keys.rank(at)
        if place is None:
            return None
        ranks = ranks[ranks < place] if at.back else ranks[ranks > place]
    back = at is not None and at.back
    if len(ranks) > wanted:
        ranks = np.partition(ranks, len(ranks) - wanted)[-wanted:] if back else np.partition(ranks, wanted)[:wanted]
    ranks.sort()
    return ((ranks[::-1] if back else ranks) & keys.row_mask).tolist()


@dataclass(frozen=True)
class _Keys:
    """One number per row that orders as the page does: the sort keys in front, the row behind."""

    parts: tuple[tuple[Vector, bool, int], ...]
    row_bits: int

    @classmethod
    def of(cls, vectors: Sequence[Vector], sort: Sequence[Sort], rows: int) -> "_Keys | None":
        parts = [(v, s.descending, (v.top + 1).bit_length()) for v, s in zip(vectors, sort, strict=True)]
        bits = max(1, rows.bit_length())
        return cls(tuple(parts), bits) if bits + sum(part[2] for part in parts) <= _BITS else None

    @property
    def row_mask(self) -> int:
        return (1 << self.row_bits) - 1

    def ranks(self, rows: Array) -> Array:
        found = np.zeros(len(rows), np.int64)
        for vector, descending, bits in self.parts:
            codes = vector.codes[rows].astype(np.int64)
            if descending:
                codes = np.where(codes > vector.top, codes, vector.top - codes)
            found = (found << bits) | codes
        return (found << self.row_bits) | rows

    def rank(self, at: Cursor) -> int | None:
        """Of the place of a cursor; None when one of its values is no value of the column."""
        found = 0
        for (vector, descending, bits), value in zip(self.parts, at.values, strict=True):
            code = vector.top + 1 if value is None else vector.code(value)
            if code is None:
                return None
            found = (found << bits) | (vector.top - code if descending and code <= vector.top else code)
        return (found << self.row_bits) | min(at.row, self.row_mask)


def lines(
    ready: Ready, sort: Sequence[Sort], rows: Sequence[int], read: Callable[[Sequence[int]], Iterable[tuple[Any, ...]]]
) -> Callable[[int], list[tuple[Any, ...]]]:
    """Hands out the next lines of a page that `rows_of` found: row number, what `read` makes of it, sort values."""

    def every() -> Iterator[tuple[Any, ...]]:
        for some in batched(rows, ready.together):
            keys = [ready.vectors[one.column].values(np.asarray(some)) for one in sort]
            yield from ((row, *made, *key) for row, made, *key in zip(some, read(some), *keys, strict=True))

    waiting = every()
    return lambda number: list(islice(waiting, number))
