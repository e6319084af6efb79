"""Row numbers in the order of a column (empty cells last, ties by row): a value is found by halving."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sluis.lake.serving import CHUNK
from sluis.lake.serving.container import Array, Opened


class Order:
    """`filled` rows have a value; `unique`: no two the same."""

    def __init__(self, file: Opened) -> None:
        self.rows = file.array("rows")
        self.filled: int = file.told["filled"]
        self.unique: bool = file.told["unique"]

    def equal(self, value: Any, cell: Callable[[int], Any]) -> "These":
        """The rows with this value; `cell` gives the value of a row, comparable with `value`."""
        first = self._first(lambda found: found < value, cell)
        end = first
        if first < self.filled and cell(int(self.rows[first])) == value:
            end = first + 1 if self.unique else self._first(lambda found: found <= value, cell)
        return These(np.sort(self.rows[first:end]))

    def _first(self, before: Callable[[Any], bool], cell: Callable[[int], Any]) -> int:
        low, high = 0, self.filled
        while low < high:
            middle = (low + high) // 2
            if before(cell(int(self.rows[middle]))):
                low = middle + 1
            else:
                high = middle
        return low


@dataclass(frozen=True)
class These:
    """Rows by their number, rising."""

    rows: Array

    def chunks(self) -> list[int]:
        return list(dict.fromkeys((self.rows // CHUNK).tolist()))

    def mask(self, chunk: int) -> Array:
        first, end = np.searchsorted(self.rows, np.array([chunk * CHUNK, (chunk + 1) * CHUNK], self.rows.dtype))
        found = np.zeros(CHUNK, bool)
        found[self.rows[first:end] - self.rows.dtype.type(chunk * CHUNK)] = True
        return found
