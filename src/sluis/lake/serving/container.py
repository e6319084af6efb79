"""One file of named arrays and a header: written once from front to back, read by mapping it into memory."""

import json
import mmap
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

type Array = np.ndarray[Any, Any]
_MAGIC = b"SLUISAID"
_ALIGN = 64


class Writer:
    """Arrays in the order they are added; the header comes last, so that a file that was cut off is none."""

    def __init__(self, path: Path) -> None:
        self._out = path.open("wb")
        self._sections: dict[str, tuple[int, int, str]] = {}

    def add(self, name: str, parts: Iterable[Array | bytes], dtype: Any = np.uint8) -> None:
        """One array, which may come in parts."""
        self._out.write(bytes(-self._out.tell() % _ALIGN))
        start = self._out.tell()
        for part in parts:
            self._out.write(part if isinstance(part, bytes) else np.ascontiguousarray(part, dtype).data)
        self._sections[name] = (start, self._out.tell() - start, np.dtype(dtype).str)

    def close(self, told: Mapping[str, Any]) -> None:
        header = json.dumps({"sections": self._sections, "told": told}, ensure_ascii=False).encode()
        self._out.write(header + len(header).to_bytes(8, "little") + _MAGIC)
        self._out.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: object, trace: TracebackType | None) -> None:
        self._out.close()


class Opened:
    """`told` is what the writer said of it; the arrays stay valid when the file is removed meanwhile."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError when the file is not one of ours, or not whole."""
        with path.open("rb") as stream:
            self._map = mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ)
        if self._map[-8:] != _MAGIC:
            raise ValueError(path.name)
        size = int.from_bytes(self._map[-16:-8], "little")
        header = json.loads(self._map[-16 - size : -16])
        self._sections: dict[str, tuple[int, int, str]] = header["sections"]
        self.told: dict[str, Any] = header["told"]

    def array(self, name: str) -> Array:
        start, size, dtype = self._sections[name]
        kind = np.dtype(dtype)
        return np.frombuffer(self._map, kind, size // kind.itemsize, start)

    def piece(self, start: int, end: int) -> bytes:
        """Bytes of the file itself."""
        return self._map[start:end]

    def place(self, name: str) -> int:
        """Where an array begins in the file."""
        return self._sections[name][0]
