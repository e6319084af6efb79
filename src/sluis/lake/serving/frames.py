"""Values as whole numbers in their own order, and back: what a column counts in, from where, and in steps of what."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from sluis.lake.rows.values import read_exact
from sluis.lake.rows.wire import value_json
from sluis.lake.serving.container import Array

_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moments of rows are UTC without zone
_SECOND = 1_000_000
COUNTED = ("integer", "decimal", "date", "datetime", "time")


@dataclass(frozen=True)
class Frame:
    """value = (base + scale × code) / 10^decimals, in whole units of its type: days, microseconds, or one."""

    type: str
    base: int
    scale: int
    decimals: int = 0

    @cached_property
    def value(self) -> Callable[[int], Any]:
        """The value of a code."""
        base, scale, places = self.base, self.scale, -self.decimals
        match self.type:
            case "integer":
                return lambda code: base + scale * code
            case "decimal":
                return lambda code: Decimal(base + scale * code).scaleb(places)
            case "date":
                return lambda code: date.fromordinal(base + scale * code + _DAY)
            case "datetime":
                return lambda code: _EPOCH + timedelta(microseconds=base + scale * code)
            case _:
                return lambda code: (_EPOCH + timedelta(microseconds=base + scale * code)).time()

    def written(self, codes: Array) -> list[str]:
        """What `wire.value_json` writes of the values of these codes: no value is made only to be written."""
        numbers = self.base + self.scale * codes.astype(np.int64)
        match self.type:
            case "integer":
                return list(map(str, numbers.tolist()))
            case "decimal":
                return _pointed(numbers.tolist(), self.decimals)
            case "date":
                return [f'"{text}"' for text in np.datetime_as_string(numbers.astype("M8[D]")).tolist()]
            case _:
                first = 11 if self.type == "time" else 0
                moments = np.datetime_as_string(numbers.astype("M8[us]")).tolist()
                return [f'"{text[first:].removesuffix(".000000")}"' for text in moments]

    def place(self, value: Any) -> Fraction:
        """Where a value lies between the codes; a whole number when some code could be it."""
        return (_units(value) * 10**self.decimals - self.base) / self.scale

    def below(self, value: Any) -> int:
        """The number of codes, from 0 on without end, whose value is smaller."""
        return max(0, math.ceil(self.place(value)))

    def upto(self, value: Any) -> int:
        """The same for smaller or equal."""
        return max(0, math.floor(self.place(value)) + 1)


@dataclass(frozen=True)
class Listed:
    """Every different value, in DuckDB's order; the code is its place. `lowered`: texts as DuckDB lowers them."""

    type: str
    texts: tuple[str, ...]
    lowered: tuple[str, ...] = ()

    @cached_property
    def values(self) -> tuple[Any, ...]:
        return tuple(read_exact(self.type, text) for text in self.texts)

    @cached_property
    def _as_json(self) -> list[str]:
        return [value_json(value, self.type) for value in self.values]

    def written(self, codes: Array) -> list[str]:
        """As those of a frame."""
        texts = self._as_json
        return [texts[code] for code in codes.tolist()]

    @cached_property
    def _keys(self) -> Sequence[Any]:
        return [_key(value) for value in self.values]

    @cached_property
    def value(self) -> Callable[[int], Any]:
        return self.values.__getitem__

    def below(self, value: Any) -> int:
        return bisect_left(self._keys, _key(value))

    def upto(self, value: Any) -> int:
        return bisect_right(self._keys, _key(value))


def ordered(values: Iterable[Any]) -> list[Any]:
    """As DuckDB orders them: texts by their bytes."""
    return sorted(values, key=_key)


def _pointed(numbers: Iterable[int], decimals: int) -> list[str]:
    """Whole numbers with their decimal point: -5 with two decimals is -0.05."""
    if not decimals:
        return list(map(str, numbers))
    plain, signed = f"%0{decimals + 1}d", f"%0{decimals + 2}d"
    digits = [(signed if number < 0 else plain) % number for number in numbers]
    return [f"{text[:-decimals]}.{text[-decimals:]}" for text in digits]


def _key(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _units(value: Any) -> Fraction:
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return Fraction((moment - _EPOCH) // timedelta(microseconds=1))
    if isinstance(value, date):
        return Fraction(value.toordinal() - _DAY)
    if isinstance(value, time):
        return Fraction(((value.hour * 60 + value.minute) * 60 + value.second) * _SECOND + value.microsecond)
    return Fraction(value)
