"""What breaks a rule, as SQL: a condition on one row, with its values."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sluis.kernel.sql import as_text, quoted
from sluis.lake.contracts.options import FORMATS
from sluis.lake.contracts.types import Rule
from sluis.lake.types import Column, ColumnType

type Condition = tuple[str, list[Any]]

TYPES: Mapping[str, tuple[ColumnType, ...]] = {
    "string": (ColumnType.TEXT,),
    "number": (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER),
    "integer": (ColumnType.INTEGER,),
    "boolean": (ColumnType.BOOLEAN,),
    "date": (ColumnType.DATE,),
    "timestamp": (ColumnType.DATETIME,),
    "time": (ColumnType.TIME,),
    "object": (ColumnType.JSON, ColumnType.GEOMETRY),
    "array": (ColumnType.JSON,),
}
_SIGNS = {"min": "<", "max": ">", "above": "<=", "below": ">="}
_CASTS = {"date": "DATE", "timestamp": "TIMESTAMP", "time": "TIME"}


def breaking(rule: Rule, column: Column) -> Condition | None:
    """True for a row that breaks the rule, which an empty cell never does; None for a rule that is not about rows."""
    make = _CONDITIONS.get(rule.kind)
    return make(rule.given, quoted(column.name), column) if make else None


def _bound(given: Mapping[str, Any], how: str, c: str) -> Condition:
    kind = given["type"]
    if kind in _CASTS:
        value = str(given["bound"])
        if kind == "timestamp":
            value = _utc(value)
        return f"{c}::{_CASTS[kind]} {_SIGNS[how]} CAST(? AS {_CASTS[kind]})", [value]
    return f"{c} {_SIGNS[how]} {_number(given['bound'])}", []


def _utc(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment).isoformat(sep=" ")


def _number(value: float) -> str:
    """As a literal that DuckDB reads exactly."""
    return format(Decimal(str(value)), "f")


def _multiple(given: Mapping[str, Any], c: str, column: Column) -> Condition:
    step = _number(given["bound"])
    if column.type is ColumnType.NUMBER:  # binary fractions: 0.3 is no exact multiple of 0.1
        return f"abs({c} / {step} - round({c} / {step})) > 1e-9", []
    return f"{c} % {step} <> 0", []


def _listed(values: list[Any], c: str) -> Condition:
    """Compared as text, so that 1 and '1' are the same code."""
    texts = [as_text(value) for value in values if value is not None]
    return f"{c}::VARCHAR IN (SELECT unnest(?::VARCHAR[]))", [texts]


def _metric(given: Mapping[str, Any], c: str) -> Condition | None:
    arguments = given["arguments"]
    if given["metric"] == "nullValues":
        return f"{c} IS NULL", []
    if given["metric"] == "missingValues":
        inside, params = _listed(arguments.get("missingValues", [None, ""]), c)
        empty = f"{c} IS NULL OR " if None in arguments.get("missingValues", [None]) else ""
        return f"{empty}{inside}", params
    if given["metric"] != "invalidValues":
        return None
    sql, params = [], []
    if "validValues" in arguments:
        inside, values = _listed(arguments["validValues"], c)
        sql.append(f"NOT ({inside})")
        params += values
    if "pattern" in arguments:
        sql.append(f"NOT regexp_matches({c}::VARCHAR, ?)")
        params.append(str(arguments["pattern"]))
    return " OR ".join(sql), params


_CONDITIONS: Mapping[str, Callable[[Mapping[str, Any], str, Column], Condition | None]] = {
    **{how: (lambda given, c, column, how=how: _bound(given, how, c)) for how in _SIGNS},
    "required": lambda given, c, column: (f"{c} IS NULL", []),
    "min_length": lambda given, c, column: (f"length({c}::VARCHAR) < ?", [given["bound"]]),
    "max_length": lambda given, c, column: (f"length({c}::VARCHAR) > ?", [given["bound"]]),
    "pattern": lambda given, c, column: (f"NOT regexp_matches({c}::VARCHAR, ?)", [given["pattern"]]),
    "format": lambda given, c, column: (f"NOT regexp_full_match({c}::VARCHAR, ?)", [FORMATS[given["format"]]]),
    "multiple": _multiple,
    "metric": lambda given, c, column: _metric(given, c),
}
