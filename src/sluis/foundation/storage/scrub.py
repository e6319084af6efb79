"""Bits change on disks without anybody touching them. What no longer fits its name is put aside and given to nobody."""

import logging
import time
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from django.conf import settings

from sluis.foundation.storage.chosen import bucket, disk
from sluis.foundation.storage.disk import fsync, hash_of
from sluis.foundation.storage.types import CHUNK
from sluis.foundation.storage.whole import checked
from sluis.kernel.errors import Unavailable
from sluis.kernel.recent import Recent

log = logging.getLogger("sluis.storage")
TURNS = 7
_TRUSTED_SECONDS = 86_400.0
_proven: Recent[str, float] = Recent(50_000)
"""When the bytes of a blob last fitted its name, by the clock of this process."""


def scrub(turn: int) -> list[str]:
    """Read the blobs on this disk whose turn it is (0 to 6), and put aside what is damaged; returns those."""
    mine = (one.sha256 for one in disk().stored() if int(one.sha256[:2], 16) % TURNS == turn % TURNS)
    found = list[str]()
    for sha256 in mine:
        try:
            whole = hash_of(disk().place(sha256)).sha256 == sha256
        except FileNotFoundError:  # went meanwhile
            continue
        except OSError:
            log.exception("a file cannot be read")
            whole = False
        if not whole:
            put_aside(sha256)
            found.append(sha256)
    return found


def put_aside(sha256: str) -> None:
    """A copy of what stands in the bucket is thrown away, and fetched anew; what stands nowhere else is kept apart."""
    log.error("file %s is no longer what was put in it", sha256)
    place = disk().place(sha256)
    if bucket() is not None:
        place.unlink(missing_ok=True)
        return
    target = _aside() / sha256
    target.parent.mkdir(mode=0o700, exist_ok=True)
    place.replace(target)
    fsync(target.parent)
    fsync(place.parent)


def is_aside(sha256: str) -> bool:
    return (_aside() / sha256).exists()


def sent(file: RawIOBase, sha256: str) -> Iterator[bytes]:
    """All bytes of an open blob of this disk; `checked` the first time in a day, and put aside when they do not fit."""
    pieces: Iterator[bytes] = iter(lambda: file.read(CHUNK), b"")
    if _is_proven(sha256):
        yield from pieces
        return
    try:
        yield from checked(pieces, sha256)
    except Unavailable:
        put_aside(sha256)
        raise
    _proven.put(sha256, time.monotonic())


def _is_proven(sha256: str) -> bool:
    at = _proven.get(sha256)
    return at is not None and time.monotonic() - at < _TRUSTED_SECONDS


def _aside() -> Path:
    return settings.SLUIS.data / "damaged"
