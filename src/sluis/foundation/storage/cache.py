"""The disk as cache of the bucket: fetched once per machine, bounded, and never emptied under somebody's hands.

A file carries when it was last asked for. What was asked for within the hour is in use; a job that takes longer says
so again and again while it runs. The room is kept by whoever adds to it: what was longest unused goes first.
"""

import fcntl
import os
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from sluis.foundation.storage.bucket import Bucket
from sluis.foundation.storage.chosen import disk
from sluis.foundation.storage.disk import Disk, fsync
from sluis.foundation.storage.whole import checked, damaged, digest

IN_USE_SECONDS = 3600
_ATTEMPTS = 3
# When it is full, this share goes at once, so that not every file that comes looks at all that are there.
_SHARE = 0.1
_asked: ContextVar[set[str] | None] = ContextVar("asked", default=None)
_added = [0.0]
_lock = threading.Lock()


def path(bucket: Bucket, sha256: str) -> Path:
    """The file on this disk, fetched when it is not there. Raises NotFound, Unavailable."""
    here = disk()
    place = here.place(sha256)
    if not _used(here, sha256):
        with _locked(f"fetch-{sha256[:3]}"):
            if not _used(here, sha256):  # somebody else fetched it while we waited
                _fetch(bucket, here, sha256)
    asked = _asked.get()
    if asked is not None:
        asked.add(sha256)
    return place


def streamed(bucket: Bucket, sha256: str, size: int) -> Iterator[bytes]:
    """All bytes as they come from the bucket, `checked`. What is small beside the cache is kept in it on the way.

    Raises as `path` does.
    """
    here = disk()
    temporary = here.temporary()
    keep = size <= _room() * _SHARE
    try:
        with temporary.open("wb") as out:
            for piece in checked(bucket.read(sha256, 0, size), sha256):
                keep = keep and _written_too(out, piece)
                yield piece
        if keep:
            fsync(temporary)
            here.settle(temporary, sha256)
            added(size)
    finally:
        temporary.unlink(missing_ok=True)


def _written_too(out: BinaryIO, piece: bytes) -> bool:
    """A full disk ends the keeping, not the sending."""
    with suppress(OSError):
        return out.write(piece) == len(piece)
    return False


@contextmanager
def held() -> Generator["Held"]:
    """Around long work: everything that it asks for stays, for as long as somebody calls `renew`."""
    asked = set[str]()
    token = _asked.set(asked)
    try:
        yield Held(asked)
    finally:
        _asked.reset(token)


class Held:
    def __init__(self, asked: set[str]) -> None:
        self._asked = asked

    def renew(self) -> None:
        here = disk()
        for sha256 in list(self._asked):
            here.use(sha256)


def added(size: int) -> None:
    """Bytes came into the cache: now and then, look whether they fit."""
    room = _room()
    with _lock:
        _added[0] += size
        look = _added[0] >= room * _SHARE / 2
        if look:
            _added[0] = 0.0
    if look:
        shrink()


def shrink(*, most: float | None = None) -> int:
    """Remove what was longest unused until the cache is well within its room (bytes); returns how many files went."""
    here, most = disk(), _room() if most is None else most
    every = sorted((here.used(one.sha256), one.size, one.sha256) for one in here.stored())
    over = sum(size for _, size, _ in every) - most
    if over <= 0:
        return 0
    over += most * _SHARE
    gone = 0
    for _, size, sha256 in every:
        if over > 0 and _removed(here, sha256):
            over -= size
            gone += 1
    return gone


def _room() -> float:
    return settings.SLUIS.storage_cache_gb * 1e9


def _removed(here: Disk, sha256: str) -> bool:
    """Remove it unless it is in use: nobody can begin to use it between the look and the removal."""
    with _locked("use", exclusive=True), suppress(FileNotFoundError):
        if here.used(sha256) < time.time() - IN_USE_SECONDS:
            here.remove(sha256)
            return True
    return False


def _used(here: Disk, sha256: str) -> bool:
    with _locked("use", exclusive=False):
        return here.use(sha256)


def _fetch(bucket: Bucket, here: Disk, sha256: str) -> None:
    temporary = here.temporary()
    try:
        for _ in range(_ATTEMPTS):
            with temporary.open("wb") as out:
                found = digest(bucket.read(sha256), out)
            if found == sha256:
                fsync(temporary)
                here.settle(temporary, sha256)
                added(here.place(sha256).stat().st_size)
                return
    finally:
        temporary.unlink(missing_ok=True)
    raise damaged(sha256)


@contextmanager
def _locked(name: str, *, exclusive: bool = True) -> Generator[None]:
    """Between all processes of this machine; a process that dies lets go."""
    folder = settings.SLUIS.data / "locks"
    folder.mkdir(exist_ok=True, mode=0o700)
    held = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(held)
