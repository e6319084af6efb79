"""A table cut into slices of whole row groups, so that each can be read by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

ROWS = 1_000_000
BYTES = 64_000_000
SLICES_A_GROUP = 4
_MOST_GROUPS = 1024


@dataclass(frozen=True, slots=True)
class Slice:
    """Row groups `groups` (first, and the one after the last) of file `part`.

    They are `rows` rows from row `first` of that file on; `before` rows of the table stand in the files before it.
    """

    part: int
    groups: tuple[int, int]
    first: int
    rows: int
    before: int


def sliced(parts: Sequence[Path]) -> list[Slice]:
    """All rows in their order; a slice has at most ROWS rows and BYTES bytes, or is one row group."""
    found: list[Slice] = []
    before = 0
    for number, path in enumerate(parts):
        metadata = pq.read_metadata(path)
        found += _of_file(number, metadata, before)
        before += metadata.num_rows
    return found


def buckets(places: Sequence[Slice]) -> int:
    """How many groups of rows there are: each has about the rows of a few slices."""
    return max(1, min(-(-len(places) // SLICES_A_GROUP), _MOST_GROUPS))


def _of_file(part: int, metadata: pq.FileMetaData, before: int) -> Iterator[Slice]:
    start = first = taken = weight = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        heavy = sum(group.column(n).total_compressed_size for n in range(group.num_columns))
        if taken and (taken + group.num_rows > ROWS or weight + heavy > BYTES):
            yield Slice(part, (start, number), first, taken, before)
            start, first, taken, weight = number, first + taken, 0, 0
        taken, weight = taken + group.num_rows, weight + heavy
    if taken:
        yield Slice(part, (start, metadata.num_row_groups), first, taken, before)
