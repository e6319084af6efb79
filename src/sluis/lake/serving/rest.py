"""Cells that are no narrow number, such as lines of text: by row, in small blocks compressed with one dictionary."""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from json.encoder import encode_basestring
from typing import Any

import numpy as np
import zstandard

from sluis.lake.rows.values import read_exact
from sluis.lake.rows.wire import value_json
from sluis.lake.serving.container import Array, Opened

FILE = "rest"
_scan = json.JSONDecoder().scan_once


class Rest:
    """Threads may share it: a decompressor, which they may not, is made for each reading."""

    def __init__(self, file: Opened) -> None:
        self._file = file
        told = file.told
        self.names: tuple[str, ...] = tuple(told["names"])
        self._types: list[str] = told["types"]
        self.size: int = told["block"]
        self._starts = memoryview(file.array("starts"))
        self._place = file.place("blocks")
        self._dictionary = zstandard.ZstdCompressionDict(file.array("dictionary").tobytes())

    def values(self, rows: Sequence[int]) -> dict[str, Sequence[Any]]:
        """Per column the cells of these rows; geometry as WKB."""
        return {name: [_cell(text, kind) for text in texts] for name, kind, texts in self._columns(rows)}

    def written(self, rows: Sequence[int]) -> dict[str, Sequence[Any]]:
        """The same as JSON (see `rows.wire`), but geometry still as WKB."""
        return {name: _texts(texts, kind) for name, kind, texts in self._columns(rows)}

    def cells(self, name: str) -> Callable[[int], Any]:
        """The cell of a row in this column, for one search through the rows."""
        line, place = self._reader(), self.names.index(name)
        return lambda row: _cell(_scan(line(row).decode(), 0)[0][place], self._types[place])

    def _columns(self, rows: Sequence[int]) -> Iterable[tuple[str, str, Sequence[str | None]]]:
        lines = _scan(f"[{b','.join(map(self._reader(), rows)).decode()}]", 0)[0]
        return zip(self.names, self._types, zip(*lines, strict=True) if lines else repeat(()), strict=False)

    def _reader(self) -> Callable[[int], bytes]:
        """Gives the cells of a row as a list in JSON; the next row is mostly in the same block."""
        expand = zstandard.ZstdDecompressor(dict_data=self._dictionary).decompress
        held, lines = -1, list[bytes]()

        def line(row: int) -> bytes:
            nonlocal held, lines
            block, place = divmod(row, self.size)
            if block != held:
                held, lines = block, self._block(block, expand).split(b"\n")
            return lines[place]

        return line

    def _block(self, number: int, expand: Any) -> bytes:
        first, end = self._starts[number], self._starts[number + 1]
        return expand(self._file.piece(self._place + first, self._place + end))


def _cell(text: str | None, kind: str) -> Any:
    if text is None or kind in ("text", "json"):
        return text
    return bytes.fromhex(text) if kind == "geometry" else read_exact(kind, text)


def _texts(texts: Sequence[str | None], kind: str) -> Sequence[Any]:
    if kind == "text":
        return ["null" if text is None else encode_basestring(text) for text in texts]
    values = [_cell(text, kind) for text in texts]
    return values if kind == "geometry" else [value_json(value, kind) for value in values]


def starts_of(sizes: Sequence[int]) -> Array:
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, np.uint64), dtype=np.uint64)]).astype(np.uint64)
