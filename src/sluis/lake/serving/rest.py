"""Cells that are no narrow number, such as lines of text: by row, in small blocks compressed with one dictionary."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from json.encoder import encode_basestring
from typing import Any

import numpy as np
import zstandard

from sluis.lake.rows.values import read_exact
from sluis.lake.rows.wire import value_json
from sluis.lake.serving.container import Array, Opened

FILE = "rest"
_AS_IS = ("text", "json")
_scan = json.JSONDecoder().scan_once


class Rest:
    """Threads may share it: a decompressor, which they may not, is made for each reading."""

    def __init__(self, file: Opened) -> None:
        self._file = file
        told = file.told
        self.names: tuple[str, ...] = tuple(told["names"])
        self._types: list[str] = told["types"]
        self.size: int = told["block"]
        self._starts = file.array("starts")
        self._place = file.place("blocks")
        self._dictionary = zstandard.ZstdCompressionDict(file.array("dictionary").tobytes())

    def values(self, rows: Sequence[int]) -> dict[str, Sequence[Any]]:
        """Per column the cells of these rows; geometry as WKB."""
        return {
            name: texts if kind in _AS_IS else [_cell(text, kind) for text in texts]
            for name, kind, texts in self._columns(rows)
        }

    def written(self, rows: Sequence[int]) -> dict[str, Sequence[Any]]:
        """The same as JSON (see `rows.wire`), but geometry still as WKB."""
        return {name: [_text(text, kind) for text in texts] for name, kind, texts in self._columns(rows)}

    def cell(self, row: int, name: str) -> Any:
        return self.values([row])[name][0]

    def _columns(self, rows: Sequence[int]) -> Iterable[tuple[str, str, Sequence[str | None]]]:
        lines = _scan(f"[{b','.join(self._lines(rows)).decode()}]", 0)[0]
        return zip(self.names, self._types, zip(*lines, strict=True) if lines else repeat(()), strict=False)

    def _lines(self, rows: Sequence[int]) -> Iterator[bytes]:
        """Of each row its cells, as a list in JSON."""
        expand = zstandard.ZstdDecompressor(dict_data=self._dictionary).decompress
        held, lines = -1, list[bytes]()
        for row in rows:
            block, line = divmod(row, self.size)
            if block != held:
                held, lines = block, self._block(block, expand).split(b"\n")
            yield lines[line]

    def _block(self, number: int, expand: Any) -> bytes:
        first, end = self._starts[number : number + 2].tolist()
        return expand(self._file.piece(self._place + first, self._place + end))


def _cell(text: str | None, kind: str) -> Any:
    if text is None or kind in _AS_IS:
        return text
    return bytes.fromhex(text) if kind == "geometry" else read_exact(kind, text)


def _text(text: str | None, kind: str) -> Any:
    if kind == "text" and text is not None:
        return encode_basestring(text)
    value = _cell(text, kind)
    return value if kind == "geometry" else value_json(value, kind)


def starts_of(sizes: Sequence[int]) -> Array:
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, np.uint64), dtype=np.uint64)]).astype(np.uint64)
