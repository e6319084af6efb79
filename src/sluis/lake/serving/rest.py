"""Cells that are no narrow number, such as lines of text: by row, in small blocks compressed with one dictionary."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import zstandard

from sluis.lake.rows.values import read_exact
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
        self._starts = file.array("starts")
        self._place = file.place("blocks")
        self._dictionary = zstandard.ZstdCompressionDict(file.array("dictionary").tobytes())

    def lines(self, rows: Sequence[int]) -> list[tuple[Any, ...]]:
        """The cells of these rows, in the order of `names`."""
        expand = zstandard.ZstdDecompressor(dict_data=self._dictionary).decompress
        held: tuple[int, list[bytes]] = (-1, [])
        found = []
        for row in rows:
            block, line = divmod(row, self.size)
            if block != held[0]:
                held = block, self._block(block, expand).split(b"\n")
            found.append(tuple(map(_cell, _scan(held[1][line].decode(), 0)[0], self._types)))
        return found

    def cell(self, row: int, name: str) -> Any:
        return self.lines([row])[0][self.names.index(name)]

    def _block(self, number: int, expand: Any) -> bytes:
        first, end = self._starts[number : number + 2].tolist()
        return expand(self._file.piece(self._place + first, self._place + end))


def _cell(text: str | None, kind: str) -> Any:
    if text is None or kind in ("text", "json"):
        return text
    return bytes.fromhex(text) if kind == "geometry" else read_exact(kind, text)


def starts_of(sizes: Sequence[int]) -> Array:
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, np.uint64), dtype=np.uint64)]).astype(np.uint64)
