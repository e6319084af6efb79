"""Row groups of Parquet files as one file, copied as the bytes they are: nothing is unpacked or packed again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq

from sluis.lake.parts.footers import MAGIC, Footer, moved

_BLOCK = 4 * 1024 * 1024
# What is said of a column of a row group besides where it stands, which is what may differ from its copy.
_SAID = (
    *("physical_type", "path_in_schema", "compression", "encodings", "has_dictionary_page", "metadata"),
    *("num_values", "total_compressed_size", "total_uncompressed_size", "bloom_filter_length"),
    *("is_stats_set", "is_geo_stats_set"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Row groups `first` up to but not including `last` of one file."""

    path: Path
    first: int
    last: int


def glue(like: Path, pieces: Sequence[Piece], target: Path) -> int:
    """Write `target`: it says what `like` says, with the row groups of the pieces in their order. Returns the rows.

    Raises one of UNREADABLE when a piece does not mean the same by its columns, or cannot be copied.
    """
    template, groups, rows = Footer.of(like), list[bytes](), 0
    footers = {path: Footer.of(path) for path in {piece.path for piece in pieces}}
    for path, footer in footers.items():
        if footer.meaning != template.meaning:
            raise ValueError(f"{path.name} has other columns")
    with target.open("xb") as out:
        out.write(MAGIC)
        for piece in pieces:
            with piece.path.open("rb") as source:
                for place in range(piece.first, piece.last):
                    group, count = _copied(source, footers[piece.path], place, out)
                    groups.append(group)
                    rows += count
        out.write(template.with_groups(groups, rows))
    return rows


def _copied(source: BinaryIO, footer: Footer, place: int, out: BinaryIO) -> tuple[bytes, int]:
    """One row group, and behind it its Bloom filters; what the new footer says of it, and its rows."""
    extent = footer.extent(place)
    if extent is None:
        raise ValueError(f"row group {place} cannot be copied")
    start = out.tell()
    _copy(source, extent.start, extent.end - extent.start, out)
    filters: list[int | None] = []
    for standing in extent.filters:
        filters.append(out.tell() if standing else None)
        if standing:
            _copy(source, *standing, out)
    return moved(footer.groups[place], start - extent.start, filters), extent.rows


def _copy(source: BinaryIO, at: int, length: int, out: BinaryIO) -> None:
    out.writelines(_blocks(source, at, length))


def _blocks(source: BinaryIO, at: int, length: int) -> Iterator[bytes]:
    source.seek(at)
    while length:
        block = source.read(min(length, _BLOCK))
        if not block:
            raise ValueError("a file has ended before its row group")
        length -= len(block)
        yield block


def same_groups(pieces: Sequence[Piece], target: Path) -> bool:
    """Do the row groups of `target` hold, byte for byte, what those of the pieces hold, and say the same of it?

    Read with pyarrow, which knows nothing of how they were copied. The same bytes under the same description are the
    same values.
    """
    made = pq.read_metadata(target)
    facts = {path: pq.read_metadata(path) for path in {piece.path for piece in pieces}}
    if made.num_row_groups != sum(piece.last - piece.first for piece in pieces):
        return False
    groups = map(made.row_group, range(made.num_row_groups))
    with target.open("rb") as copy:
        for piece in pieces:
            olds = map(facts[piece.path].row_group, range(piece.first, piece.last))
            with piece.path.open("rb") as source:
                if not all(_same(source, old, copy, next(groups)) for old in olds):
                    return False
    return True


def _same(source: BinaryIO, old: Any, copy: BinaryIO, new: Any) -> bool:
    if (old.num_rows, old.num_columns, old.total_byte_size) != (new.num_rows, new.num_columns, new.total_byte_size):
        return False
    columns = ((old.column(place), new.column(place)) for place in range(old.num_columns))
    return all(
        _same_said(was, now)
        and all(
            _same_bytes(source, one, copy, other) for one, other in zip(_stretches(was), _stretches(now), strict=True)
        )
        for was, now in columns
    )


def _same_bytes(source: BinaryIO, one: tuple[int, int], copy: BinaryIO, other: tuple[int, int]) -> bool:
    pairs = zip(_blocks(source, *one), _blocks(copy, *other), strict=True)
    return all(block == again for block, again in pairs)


def _stretches(column: Any) -> list[tuple[int, int]]:
    """Where the pages of a column begin and how long they are, and the same of its Bloom filter."""
    pages = min(at for at in (column.dictionary_page_offset, column.data_page_offset) if at)
    found = [(pages, column.total_compressed_size)]
    filters = column.bloom_filter_offset, column.bloom_filter_length
    return [*found, filters] if filters[1] else found


def _same_said(was: Any, now: Any) -> bool:
    """Statistics are compared as they are stored: the year 20000, 44 BC and infinity are no date in Python."""
    return (
        all(getattr(was, name) == getattr(now, name) for name in _SAID)
        and (not was.is_stats_set or was.statistics.equals(now.statistics))
        and (not was.is_geo_stats_set or was.geo_statistics.to_dict() == now.geo_statistics.to_dict())
    )
