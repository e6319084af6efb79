"""The footer of a Parquet file: what it says of its columns, and its row groups, which can be said to stand elsewhere.

Names and numbers: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sluis.lake.parts.thrift import I64, LIST, Fields, fields, items, number, signed, struct, structs

MAGIC = b"PAR1"
# What is raised for a footer that is not as we know them.
UNREADABLE = (ValueError, IndexError, KeyError)
# FileMetaData; beyond 7 it speaks of keys
_VERSION, _SCHEMA, _ROWS, _GROUPS, _WRITER, _ORDERS = 1, 2, 3, 4, 6, 7
_FILE_KNOWN = set(range(1, 8))
# RowGroup
_CHUNKS, _GROUP_ROWS, _GROUP_OFFSET, _GROUP_PLACE = 1, 3, 5, 7
_GROUP_KNOWN = set(range(1, 8))
# ColumnChunk; 1 would say that it stands in another file, 8 that it is encrypted
_CHUNK_OFFSET, _ABOUT, _PAGE_INDEX = 2, 3, set(range(4, 8))
_CHUNK_KNOWN = set(range(2, 8))
# ColumnMetaData
_SIZE, _DATA, _INDEX, _DICTIONARY, _FILTER, _FILTER_SIZE = 7, 9, 10, 11, 14, 15
_ABOUT_KNOWN = set(range(1, 18))


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the bytes of a row group stand, how many rows it has, and its Bloom filters: (place, size) per column."""

    start: int
    end: int
    rows: int
    filters: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Footer:
    """Row groups are kept as bytes: of a large table there are many."""

    content: Fields
    groups: Sequence[bytes]
    start: int
    """Where it begins in its file, which is where the rows have ended."""

    @classmethod
    def of(cls, path: Path) -> "Footer":
        """Raises one of UNREADABLE for what is no Parquet file with a footer as we know them."""
        with path.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - 8))
            tail = file.read(8)
            start = end - 8 - int.from_bytes(tail[:4], "little")
            if tail[4:] != MAGIC or start < len(MAGIC):
                raise ValueError(f"{path.name} is not a Parquet file")
            file.seek(start)
            content = fields(file.read(end - 8 - start))
        return cls(content, items(content[_GROUPS][1]), start)

    @property
    def meaning(self) -> tuple[bytes | None, ...]:
        """What readers go by to understand row groups: version, columns, who wrote them, and how values are ordered."""
        return tuple(
            self.content[name][1] if name in self.content else None for name in (_VERSION, _SCHEMA, _WRITER, _ORDERS)
        )

    def extent(self, place: int) -> Extent | None:
        """None when the group cannot be copied as it is: there is something in or about it that we do not know."""
        found = _extent(fields(self.groups[place])) if self.content.keys() <= _FILE_KNOWN else None
        return found if found and len(MAGIC) <= found.start and found.end <= self.start else None

    def with_groups(self, groups: Sequence[bytes], rows: int) -> bytes:
        """The end of a file with these row groups, its length and mark included."""
        content = self.content | {_ROWS: (I64, signed(rows)), _GROUPS: (LIST, structs(groups))}
        told = struct(content)
        return told + len(told).to_bytes(4, "little") + MAGIC


def _extent(group: Fields) -> Extent | None:
    """The columns must stand back to back, in their order: then nothing that belongs to them stands elsewhere."""
    start = end = None
    filters: list[tuple[int, int] | None] = []
    for chunk in map(fields, items(group[_CHUNKS][1])):
        about = fields(chunk[_ABOUT][1]) if _ABOUT in chunk else {}
        pages = [at for name in (_DATA, _INDEX, _DICTIONARY) if name in about and (at := number(about[name])) > 0]
        if not pages or not (chunk.keys() <= _CHUNK_KNOWN and about.keys() <= _ABOUT_KNOWN):
            return None
        if end not in (None, min(pages)):
            return None
        start, end = min(pages) if start is None else start, min(pages) + number(about[_SIZE])
        if max(pages) >= end:
            return None
        sized = _FILTER in about and _FILTER_SIZE in about
        filters.append((number(about[_FILTER]), number(about[_FILTER_SIZE])) if sized else None)
    if start is None or end is None or not group.keys() <= _GROUP_KNOWN:
        return None
    return Extent(start, end, number(group[_GROUP_ROWS]), tuple(filters))


def moved(group: bytes, by: int, filters: Sequence[int | None]) -> bytes:
    """A row group whose bytes stand `by` further, with its Bloom filters at these places.

    Without its page index: that says the place of every page. Our own writers make none.
    """
    told = fields(group)
    chunks: list[bytes] = []
    for data, at in zip(items(told[_CHUNKS][1]), filters, strict=True):
        chunk = fields(data)
        about = _shifted(fields(chunk[_ABOUT][1]), (_DATA, _INDEX, _DICTIONARY), by)
        if at is None:
            about = {name: value for name, value in about.items() if name not in (_FILTER, _FILTER_SIZE)}
        else:
            about[_FILTER] = I64, signed(at)
        chunk = {name: value for name, value in chunk.items() if name not in _PAGE_INDEX}
        chunk |= {_CHUNK_OFFSET: (I64, signed(0)), _ABOUT: (chunk[_ABOUT][0], struct(about))}
        chunks.append(struct(chunk))
    told = _shifted({name: value for name, value in told.items() if name != _GROUP_PLACE}, (_GROUP_OFFSET,), by)
    return struct(told | {_CHUNKS: (LIST, structs(chunks))})


def _shifted(content: Fields, names: Sequence[int], by: int) -> Fields:
    """0 is written by some for what is not there."""
    known = {name: number(content[name]) for name in names if name in content}
    return content | {name: (I64, signed(at + by)) for name, at in known.items() if at > 0}
