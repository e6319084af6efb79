"""Values as JSON without loss: decimals as exact numbers, whole numbers of any size as numbers, dates as ISO 8601.

A reader that parses numbers as binary doubles may round above 2**53 or 15 digits; the text itself is exact.
What JSON cannot say (NaN, infinity) is null.
"""

import json
import math
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from json.encoder import encode_basestring
from types import NoneType
from typing import Any


def value_json(value: Any, kind: str) -> str:
    if kind == "json":
        return "null" if value is None else str(value)
    write = _WRITERS.get(type(value))
    if write is None:
        raise TypeError(type(value).__name__)
    return write(value)


def plain(value: Any) -> Any:
    """The same value for an encoder that knows only standard types and does not mind a double for a decimal."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _float(value: float) -> str:
    return repr(value) if math.isfinite(value) else "null"


def _moment(value: date | time) -> str:
    return f'"{value.isoformat()}"'


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    Decimal: lambda value: format(value, "f"),
    float: _float,
    NoneType: lambda value: "null",
    bool: lambda value: "true" if value else "false",
    date: _moment,
    datetime: _moment,
    time: _moment,
    dict: lambda value: json.dumps(value, separators=(",", ":")),  # a GeoJSON geometry
}
