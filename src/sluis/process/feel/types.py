"""Types as FEEL writes them, and whether a value is of one (DMN 1.5, 10.3.2.9 and table 54)."""

from collections.abc import Iterable
from typing import Any

from sluis.process.feel.syntax import TypeNode
from sluis.process.feel.values import Function, Range, kind

_SIMPLE = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "list": "list",
    "context": "context",
    "range": "range",
    "function": "function",
}


def simple_kind(name: str) -> str | None:
    """The kind that a name of a built-in type stands for, with a prefix as in `feel:number`; None for other names."""
    return _SIMPLE.get(name.removeprefix("feel:").removeprefix("feel."))


def readable(type_: TypeNode) -> bool:
    """Whether the type is made of types that FEEL itself knows."""
    if type_.name not in ("Any", "Null") and simple_kind(type_.name) is None:
        return False
    return all(readable(part) for part in type_.parts)


def fits(value: Any, type_: TypeNode, *, null_fits: bool = True) -> bool:
    """Whether the value is of the type; a null is of every type where `null_fits`, else only of Any's opposite."""
    if value is None:
        return null_fits or type_.name == "Null"
    if type_.name == "Any":
        return True
    if simple_kind(type_.name) != kind(value):
        return False
    return not type_.parts or _parts_fit(value, type_)


def _parts_fit(value: Any, type_: TypeNode) -> bool:
    if isinstance(value, Function):
        return any(len(signature) == len(type_.parts) - 1 for signature in value.signatures)
    if isinstance(value, dict):
        pairs = zip(type_.names, type_.parts, strict=True)
        return all(name in value and fits(value[name], part) for name, part in pairs)
    items: Iterable[Any] = (
        [end for end in (value.low, value.high) if end is not None] if isinstance(value, Range) else value
    )
    return all(fits(item, type_.parts[0]) for item in items)
