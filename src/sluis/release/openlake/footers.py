"""The columns of a released Parquet file, from its last bytes: also when the file itself is not on this machine."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from sluis.foundation.service import blobs
from sluis.foundation.storage.seekable import seekable_file


@lru_cache(maxsize=2000)
def columns_of(sha256: str) -> Any:
    """A `pyarrow.Schema`. A file never changes, so what was read stays true."""
    import pyarrow.parquet as pq  # loads for long, and most processes never need it

    content = blobs.content(sha256)
    if isinstance(content, Path):
        return pq.read_schema(content)
    return pq.read_schema(seekable_file(content.size, lambda at, length: b"".join(content.some(at, length))))
