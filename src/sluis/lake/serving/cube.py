"""Counts and sums for every combination of the shortest lists of values: a question per group without its rows."""

from collections.abc import Sequence

import numpy as np

from sluis.lake.serving.container import Array, Opened
from sluis.lake.serving.frames import Frame, Listed
from sluis.lake.serving.vectors import Vector

FILE = "cube"
MOST_CELLS = 1 << 16
_HALF = 1 << 16


class Cube:
    """`names` are its sides; the arrays have a place for every code of every side, the empty cell included."""

    def __init__(self, file: Opened) -> None:
        self.names: tuple[str, ...] = tuple(file.told["names"])
        self.shape: tuple[int, ...] = tuple(file.told["shape"])
        self.measures: tuple[str, ...] = tuple(file.told["measures"])
        self.counts = file.array("counts").reshape(self.shape)
        self._filled = {name: file.array(f"filled-{n}").reshape(self.shape) for n, name in enumerate(self.measures)}
        self._low = {name: file.array(f"low-{n}").reshape(self.shape) for n, name in enumerate(self.measures)}
        self._high = {name: file.array(f"high-{n}").reshape(self.shape) for n, name in enumerate(self.measures)}

    def of(self, measure: str) -> tuple[Array, Array, Array]:
        """Per combination: cells with a value, and the sum of their codes in two halves of 16 bits."""
        return self._filled[measure], self._low[measure], self._high[measure]


def sides(vectors: Sequence[Vector]) -> list[Vector]:
    """The shortest lists, as many as fit together."""
    chosen: list[Vector] = []
    cells = 1
    for vector in sorted(vectors, key=lambda one: one.top):
        cells *= vector.top + 2
        if isinstance(vector.meaning, Listed) and cells <= MOST_CELLS:
            chosen.append(vector)
    return chosen


def measures(vectors: Sequence[Vector]) -> list[Vector]:
    """What can be added up: whole and decimal numbers of at most four bytes."""
    return [
        vector
        for vector in vectors
        if isinstance(vector.meaning, Frame)
        and vector.meaning.type in ("integer", "decimal")
        and vector.codes.dtype.itemsize <= 4
    ]


def halves(codes: Array, keep: Array) -> tuple[Array, Array]:
    """Codes as two numbers whose sums are exact as doubles; 0 where `keep` is false."""
    kept = np.where(keep, codes, codes.dtype.type(0)).astype(np.uint32)
    return kept % _HALF, kept // _HALF


def total(frame: Frame, filled: int, low: float, high: float) -> int:
    """The exact sum of the values, times 10^decimals."""
    return frame.base * filled + frame.scale * (int(low) + int(high) * _HALF)
