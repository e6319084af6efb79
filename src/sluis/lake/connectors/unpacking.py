"""A file that was packed with gzip, unpacked within a ceiling."""

import zlib
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

MB = 1_000_000
_PIECE = 262_144
_GZIP = b"\x1f\x8b"


def unpacked(path: Path, filename: str, most_mb: int) -> tuple[Path, str]:
    """The file itself when it is no gzip; otherwise what was in it, and its name without `.gz`.

    Raises Invalid for a damaged file, and for one that becomes larger than `most_mb`.
    """
    with path.open("rb") as packed:
        if packed.read(2) != _GZIP:
            return path, filename
        packed.seek(0)
        target, size, inflate = path.with_name("unpacked"), 0, zlib.decompressobj(wbits=31)
        with target.open("xb") as out:
            piece = packed.read(_PIECE)
            while piece:
                data = _inflated(inflate, piece, filename)
                size += out.write(data)
                if size > most_mb * MB:
                    raise too_big(filename, most_mb)
                piece = inflate.unconsumed_tail or inflate.unused_data or packed.read(_PIECE)
                if inflate.eof and piece:  # a gzip file may hold several streams
                    inflate = zlib.decompressobj(wbits=31)
    if not inflate.eof:
        raise _damaged(filename)
    path.unlink()
    return target, filename.removesuffix(".gz")


def too_big(filename: str, most_mb: int) -> Invalid:
    return Invalid(
        "source.too-big",
        N_("{file} is groter dan {limit} MB."),
        way_out=N_("Verhoog de grens bij deze bron, of vraag een kleiner deel op."),
        file=filename,
        limit=most_mb,
    )


def _inflated(inflate: Any, piece: bytes, filename: str) -> bytes:
    try:
        return inflate.decompress(piece, _PIECE)
    except zlib.error as error:
        raise _damaged(filename) from error


def _damaged(filename: str) -> Invalid:
    return Invalid("source.gzip", N_("Het gzip-bestand {file} is beschadigd of afgebroken."), file=filename)
