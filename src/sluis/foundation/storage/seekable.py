"""A file that stands elsewhere, for programs that read it here and there: only what is asked for comes here."""

import io
import os
from collections.abc import Callable
from typing import Any

_AT_ONCE = 1 << 16


def seekable_file(size: int, read: Callable[[int, int], bytes]) -> io.BufferedReader:
    """`read` gives exactly the bytes from a place, and so many; `size` of all of it in bytes."""
    return io.BufferedReader(_Pieces(size, read), _AT_ONCE)


class _Pieces(io.RawIOBase):
    def __init__(self, size: int, read: Callable[[int, int], bytes]) -> None:
        self._size, self._read, self._at = size, read, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = max(0, min(len(buffer), self._size - self._at))
        if length:
            buffer[:length] = self._read(self._at, length)
            self._at += length
        return length
