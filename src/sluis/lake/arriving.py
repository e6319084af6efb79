"""The bytes of an upload while they come in: in a file on this disk, or in the bucket, where every machine sees them.

`safe` is how far they stand, by this writer's own count: what somebody else wrote beyond it never counts.
"""

import os
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings

from sluis.foundation.service import BlobRef, blobs
from sluis.kernel.errors import Unavailable

PIECE_BYTES = 16 << 20


class Arriving(Protocol):
    """One writer's turn at an upload, with its fence."""

    safe: int

    def begin(self) -> int:
        """Make ready to write; what an earlier writer left beyond the offset is cut off. Returns how far the bytes
        stand: less than the offset when some were lost, which are asked for again."""
        ...

    def add(self, chunk: bytes) -> None: ...

    def end(self) -> None:
        """After this `safe` is as far as it goes. Called also when the sender broke off."""
        ...


def arriving(upload_id: UUID, offset: int, fence: int) -> Arriving:
    """To write at `offset`. Nothing is touched before `begin`."""
    pieces = blobs.pieces(upload_id.hex)
    return _OnDisk(upload_id, offset) if pieces is None else _InBucket(pieces, offset, fence)


def kept(upload_id: UUID, length: int) -> tuple[int, BlobRef | None]:
    """How many bytes are there, and the blob when that is all of them."""
    pieces = blobs.pieces(upload_id.hex)
    if pieces is None:
        path = _path(upload_id)
        present = path.stat().st_size if path.exists() else 0
        return present, blobs.put_file(path) if present == length else None
    chain = pieces.chain(length)
    present = chain[-1].end if chain else 0
    return present, blobs.put_chunks(pieces.read(chain)) if present == length else None


def remove(upload_id: UUID) -> None:
    """Throw the bytes away. In a bucket that is away they wait for the sweep."""
    pieces = blobs.pieces(upload_id.hex)
    if pieces is None:
        _path(upload_id).unlink(missing_ok=True)
        return
    with suppress(Unavailable):
        pieces.remove()


class _OnDisk:
    def __init__(self, upload_id: UUID, offset: int) -> None:
        self.safe = self._at = offset
        self._path = _path(upload_id)
        self._file: FileIO | None = None

    def begin(self) -> int:
        offset = self._at
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self._path.open("r+b" if self._path.exists() else "x+b", buffering=0)
        self._at = min(offset, self._file.seek(0, os.SEEK_END))
        if self._at == offset:
            self._file.truncate(offset)
            self._file.seek(offset)
        return self._at

    def add(self, chunk: bytes) -> None:
        """Counts when all of it was written: a full disk may take a part."""
        if self._file is None:
            raise ValueError("begin first")
        left = memoryview(chunk)
        while left:
            left = left[self._file.write(left) :]
        self._at += len(chunk)

    def end(self) -> None:
        if self._file is not None:
            with self._file:
                os.fsync(self._file.fileno())
            self.safe = self._at


class _InBucket:
    def __init__(self, pieces: blobs.Pieces, offset: int, fence: int) -> None:
        self.safe, self._pieces, self._fence = offset, pieces, fence
        self._waiting = bytearray()

    def begin(self) -> int:
        chain = self._pieces.chain(self.safe, below=self._fence) if self.safe else []
        self.safe = chain[-1].end if chain else 0
        return self.safe

    def add(self, chunk: bytes) -> None:
        self._waiting += chunk
        while len(self._waiting) >= PIECE_BYTES:
            self._put(PIECE_BYTES)

    def end(self) -> None:
        if self._waiting:
            self._put(len(self._waiting))

    def _put(self, size: int) -> None:
        self._pieces.add(self.safe, self._fence, bytes(self._waiting[:size]))
        del self._waiting[:size]
        self.safe += size


def _path(upload_id: UUID) -> Path:
    return settings.SLUIS.data / "uploads" / upload_id.hex
