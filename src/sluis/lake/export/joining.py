"""Files of a table that were made slice by slice, put together to the bytes that would have been made at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from sluis.foundation.sandbox import Crashed
from sluis.lake.export.table import AROUND_FEATURES

# What stands around the rows and between two of them. A CSV file has its header in the first slice alone.
_AROUND = {
    "csv": (b"", b"", b""),
    "csv_excel": (b"", b"", b""),
    "json": (b"[\n\t", b",\n\t", b"\n]\n"),
    "geojson": tuple(text.encode() for text in AROUND_FEATURES),
}
JOINED = tuple(_AROUND)
_CHUNK = 1 << 20


def joined(parts: Sequence[Path], form: str, out: Path) -> Path:
    """`parts` in the order of their slices; they go. Raises Crashed for one that is no such file."""
    begin, between, end = _AROUND[form]
    with out.open("xb") as target:
        target.write(begin)
        for number, part in enumerate(parts):
            target.write(between if number else b"")
            with part.open("rb") as source:
                _copied(source, target, part.stat().st_size, begin, end)
            part.unlink()
        target.write(end)
    return out


def _copied(source: BinaryIO, target: BinaryIO, size: int, begin: bytes, end: bytes) -> None:
    """What stands between `begin` and `end`."""
    left = size - len(begin) - len(end)
    if left < 0 or source.read(len(begin)) != begin:
        raise Crashed("a slice does not begin as such a file")
    while left and (data := source.read(min(left, _CHUNK))):
        left -= target.write(data)
    if source.read() != end:
        raise Crashed("a slice does not end as such a file")
