"""The columns of a released Parquet file, from its last bytes: also when the file itself is not on this machine."""

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from sluis.foundation.service import blobs


@lru_cache(maxsize=2000)
def columns_of(sha256: str) -> Any:
    """A `pyarrow.Schema`. A file never changes, so what was read stays true."""
    import pyarrow.parquet as pq  # loads for long, and most processes never need it

    content = blobs.content(sha256)
    return pq.read_schema(content if isinstance(content, Path) else io.BufferedReader(_Parts(content), 1 << 16))


class _Parts(io.RawIOBase):
    """A file in the bucket, of which only what is read is fetched."""

    def __init__(self, content: blobs.Elsewhere) -> None:
        self._content, self._at = content, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._content.size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), self._content.size - self._at)
        if length <= 0:
            return 0
        data = b"".join(self._content.some(self._at, length))
        buffer[:length] = data
        self._at += length
        return length
