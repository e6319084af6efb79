"""What every store of blobs can do, whatever it is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class BlobRef:
    """`sha256` is 64 hexadecimal characters, `size` is in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob that is there; `at` is when it was last put, in seconds since 1970."""

    sha256: str
    size: int
    at: float


class Store(Protocol):
    """A blob that is there is whole; what is not there raises NotFound (`blob.missing`)."""

    def size(self, sha256: str) -> int | None:
        """In bytes; None when it is not there."""
        ...

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """`length` bytes from `start`, or all after it. Exactly so many come, or it raises."""
        ...

    def put(self, file: Path, ref: BlobRef) -> None:
        """Keep the bytes of `file`, which are those of `ref`. Safe when it returns; twice is the same as once."""
        ...

    def stored(self) -> Iterator[Stored]:
        """Every blob there is."""
        ...

    def remove(self, sha256: str) -> None:
        """Nothing happens when it is not there."""
        ...
