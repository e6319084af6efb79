"""A FEEL value as text, and as plain JSON."""

from decimal import Decimal
from typing import Any

from sluis.process.feel.faults import Budget
from sluis.process.feel.temporal import written
from sluis.process.feel.values import Function, Range


def number_text(value: Decimal) -> str:
    """Without exponent and without needless zeros."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def to_text(value: Any, budget: Budget, *, inside: bool = False) -> str:
    """As the function `string` writes it (DMN 1.5, 10.3.4.1); texts within lists and contexts get quotes."""
    budget.spend(1)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if inside else value
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list):
        return _joined("[", [to_text(item, budget, inside=True) for item in value], "]", budget)
    if isinstance(value, dict):
        return _joined(
            "{", [f"{_key(key)}: {to_text(item, budget, inside=True)}" for key, item in value.items()], "}", budget
        )
    if isinstance(value, Range):
        return _range_text(value, budget, inside=inside)
    return "function" if isinstance(value, Function) else _moment_text(value, inside)


def _moment_text(value: Any, inside: bool) -> str:
    return f'@"{written(value)}"' if inside else written(value)


def _joined(opening: str, parts: list[str], closing: str, budget: Budget) -> str:
    budget.text(sum(map(len, parts)) + 2 * len(parts))
    return opening + ", ".join(parts) + closing


def _key(key: str) -> str:
    return key if key.replace(" ", "_").isidentifier() else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _range_text(value: Range, budget: Budget, *, inside: bool) -> str:
    ends = [value.low, value.high]
    low, high = (to_text(end, budget, inside=True) for end in ends)
    if value.low is None:
        return f"({'<=' if value.high_closed else '<'} {high})"
    if value.high is None:
        return f"({'>=' if value.low_closed else '>'} {low})"
    return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"


def to_json(value: Any, budget: Budget | None = None) -> Any:
    """Plain JSON: whole numbers as integers, moments and ranges as text. Pays for each part of the result.

    A number that a JSON reader would not read back exactly (more digits than a double holds) becomes text.
    """
    budget = budget or Budget()
    budget.spend(1)
    if isinstance(value, Decimal):
        return _json_number(value)
    if isinstance(value, list):
        return [to_json(item, budget) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item, budget) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | str) else to_text(value, budget)


def _json_number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else number_text(value)


def measure(value: Any, budget: Budget) -> None:
    """Pay for a value as it would be written out: shared parts count each time they appear."""
    if isinstance(value, list | dict):
        budget.spend(1 + len(value))
        for item in value if isinstance(value, list) else value.values():
            if isinstance(item, list | dict):
                measure(item, budget)
