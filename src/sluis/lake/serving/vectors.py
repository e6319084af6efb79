"""A number per cell: conditions, orders and sums become arithmetic on arrays of one, two, four or eight bytes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sluis.lake.serving import CHUNK
from sluis.lake.serving.container import Array, Opened
from sluis.lake.serving.frames import Frame, Listed

FILE = "vectors"


@dataclass(frozen=True)
class Vector:
    """Codes run from 0 to `top`, smaller values first; an empty cell is `top` + 1."""

    name: str
    codes: Array
    top: int
    meaning: Frame | Listed
    rising: bool
    nulls: bool

    @classmethod
    def of(cls, told: dict[str, Any], codes: Array) -> "Vector":
        if "texts" in told:
            meaning: Frame | Listed = Listed(told["type"], tuple(told["texts"]), tuple(told.get("lowered", ())))
        else:
            meaning = Frame(told["type"], told["base"], told["scale"], told["decimals"])
        return cls(told["name"], codes, told["top"], meaning, told["rising"], told["nulls"])

    def values(self, rows: Array) -> list[Any]:
        """The cells of these rows; None for an empty one."""
        value, top = self.meaning.value, self.top
        return [value(code) if code <= top else None for code in self.codes[rows].tolist()]

    def written(self, rows: Array) -> list[str]:
        """The same cells as JSON."""
        codes = self.codes[rows]
        if not self.nulls:
            return self.meaning.written(codes)
        filled = codes <= self.top
        found = iter(self.meaning.written(codes[filled]))
        return [next(found) if one else "null" for one in filled.tolist()]

    def code(self, value: Any) -> int | None:
        """The code of a value; None when no code is."""
        if value is None:
            return self.top + 1 if self.nulls else None
        first = self.meaning.below(value)
        return first if first <= self.top and self.meaning.upto(value) == first + 1 else None

    def between(self, first: int, end: int) -> "Between":
        return Between(self, min(first, self.top + 1), min(end, self.top + 1))


@dataclass(frozen=True)
class Between:
    """Rows whose code lies in [first, end); never an empty cell."""

    vector: Vector
    first: int
    end: int

    def chunks(self) -> Iterable[int] | None:
        if self.first >= self.end:
            return ()
        if not self.vector.rising:
            return None
        codes = self.vector.codes
        start, stop = np.searchsorted(codes, np.array([self.first, self.end], codes.dtype)) if len(codes) else (0, 0)
        return range(int(start) // CHUNK, -(-int(stop) // CHUNK))

    def mask(self, chunk: int) -> Array:
        codes = self.vector.codes[chunk * CHUNK : (chunk + 1) * CHUNK]
        if self.end == self.first + 1:
            return codes == codes.dtype.type(self.first)
        return (codes - codes.dtype.type(self.first)) < codes.dtype.type(self.end - self.first)


@dataclass(frozen=True)
class AnyOf:
    """Rows whose code is marked in `wanted`, an array of truth by code."""

    vector: Vector
    wanted: Array

    def chunks(self) -> Iterable[int] | None:
        return None if self.wanted.any() else ()

    def mask(self, chunk: int) -> Array:
        return self.wanted[self.vector.codes[chunk * CHUNK : (chunk + 1) * CHUNK]]


@dataclass(frozen=True)
class Other:
    """All rows but those of one code."""

    vector: Vector
    code: int

    def chunks(self) -> Iterable[int] | None:
        return None

    def mask(self, chunk: int) -> Array:
        codes = self.vector.codes[chunk * CHUNK : (chunk + 1) * CHUNK]
        return codes != codes.dtype.type(self.code)


def opened(file: Opened) -> dict[str, Vector]:
    """Every vector of a table by the name of its column."""
    columns: Sequence[dict[str, Any]] = file.told["columns"]
    return {told["name"]: Vector.of(told, file.array(f"codes-{place}")) for place, told in enumerate(columns)}
