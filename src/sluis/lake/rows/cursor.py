"""Where a page ends: the sort values and row number of its last row, as opaque text.

Not signed: a cursor gives nothing that a filter does not give. It is validated: one that we did not make for these
columns and this order is Invalid.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sluis.kernel.canonical import digest
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.rows.types import Column, Sort, Value
from sluis.lake.rows.values import read_exact, write

_INT64 = 2**63


@dataclass(frozen=True, slots=True)
class Cursor:
    """`back` reads towards the start."""

    values: tuple[Value | None, ...]
    row: int
    back: bool = False


def encode(cursor: Cursor, sort: Sequence[Sort]) -> str:
    parts = [_order(sort), [write(value) for value in cursor.values], cursor.row, int(cursor.back)]
    raw = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str, sort: Sequence[Sort], columns: Mapping[str, Column]) -> Cursor:
    """Raises Invalid when the text is no cursor of this order."""
    try:
        order, values, row, back = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        if order != _order(sort) or len(values) != len(sort) or type(row) is not int or back not in (0, 1):
            raise ValueError(text)
        if not 0 <= row < _INT64:
            raise ValueError(text)
        typed = tuple(_typed(columns[s.column], v) for s, v in zip(sort, values, strict=True))
    except (ValueError, TypeError, ArithmeticError, RecursionError, binascii.Error) as fault:
        raise unusable() from fault
    return Cursor(typed, row, bool(back))


def unusable() -> Invalid:
    return Invalid(
        "rows.cursor",
        N_("De plaats in de lijst (cursor) klopt niet of hoort bij een andere volgorde."),
        way_out=N_("Begin opnieuw bij de eerste bladzijde."),
        faults=[Fault(N_("Deze cursor is niet bruikbaar."), field="cursor")],
    )


def _order(sort: Sequence[Sort]) -> str:
    return digest([[s.column, s.descending] for s in sort])[:8]


def _typed(column: Column, value: Any) -> Value | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(column.name)
    return read_exact(column.type, value)
