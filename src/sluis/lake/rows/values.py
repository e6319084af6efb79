"""One value of a column as text, and back: for query parameters and cursors."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sluis.kernel.text import N_
from sluis.lake.rows.types import MAX_TEXT, Value

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,27}(?:[.,][0-9]{1,11})?|[+-]?[0-9]{1,10}(?:[.,][0-9]{1,28})?")
_DUTCH_DATE = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})")
_TRUE, _FALSE = {"true", "ja", "1", "waar"}, {"false", "nee", "0", "onwaar"}
_INT64 = 2**63

EXPECTED = {
    "text": N_("een tekst van hooguit 1000 tekens"),
    "integer": N_("een geheel getal, zoals 42"),
    "decimal": N_("een getal, zoals 12,50"),
    "number": N_("een getal, zoals 12,5"),
    "boolean": N_("ja of nee"),
    "date": N_("een datum, zoals 2026-03-31"),
    "datetime": N_("een datum met tijd, zoals 2026-03-31T14:30:00"),
    "time": N_("een tijd, zoals 14:30"),
}


def read(kind: str, text: str) -> Value:
    """Read `text` as a value of column type `kind`; raises ValueError when it is none."""
    return _READERS[kind](text)


def write(value: Value | None) -> str | None:
    """The exact text that `read` turns into the same value again."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | time):
        return value.isoformat()
    return repr(value)


def read_exact(kind: str, text: str) -> Value:
    """As `read`, for a text made by `write`: texts of any length and numbers that are not finite are fine."""
    if kind == "text":
        text.encode()
        return text
    if kind == "number":
        return float(text)
    if kind == "decimal":
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return number
    return read(kind, text)


def _text(text: str) -> str:
    text.encode()  # a lone surrogate cannot be searched for
    if len(text) > MAX_TEXT:
        raise ValueError(text)
    return text


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    number = int(text)
    if not -_INT64 <= number < _INT64:
        raise ValueError(text)
    return number


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return Decimal(text.replace(",", "."))


def _number(text: str) -> float:
    number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(text)
    return word in _TRUE


def _date(text: str) -> date:
    dutch = _DUTCH_DATE.fullmatch(text)
    if dutch:
        return date(int(dutch[3]), int(dutch[2]), int(dutch[1]))
    return date.fromisoformat(text)


def _datetime(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace(" ", "T", 1))
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _time(text: str) -> time:
    return time.fromisoformat(text).replace(tzinfo=None)


_READERS: dict[str, Callable[[str], Value]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
}
