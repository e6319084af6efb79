"""Functions on contexts, and `is` (DMN 1.5, 10.3.4.10 and 10.3.4.8)."""

from datetime import datetime, time
from typing import Any

from sluis.process.feel.faults import Budget
from sluis.process.feel.functions.declaring import feel
from sluis.process.feel.values import equal


@feel("get value", "m: c, key: s")
def _get_value(budget: Budget, context: dict[str, Any], key: str) -> Any:
    return context.get(key)


@feel("get entries", "m: c")
def _get_entries(budget: Budget, context: dict[str, Any]) -> list[Any]:
    return [{"key": key, "value": value} for key, value in context.items()]


@feel("context", "entries: l")
def _context(budget: Budget, entries: list[Any]) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            return None
        if entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


@feel("context put", "context: c, key: s, value: any", "context: c, keys: l, value: any")
def _context_put(budget: Budget, context: dict[str, Any], key: str | list[Any], value: Any) -> dict[str, Any] | None:
    keys = key if isinstance(key, list) else [key]
    if not keys or not all(isinstance(one, str) for one in keys):
        return None
    budget.spend(len(context))
    first, *rest = keys
    if rest:
        below = context.get(first)
        if not isinstance(below, dict):
            return None
        value = _context_put(budget, below, rest, value)
        if value is None:
            return None
    return {**context, first: value}


@feel("context merge", "contexts: l")
def _context_merge(budget: Budget, contexts: list[Any]) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        budget.spend(len(context))
        made.update(context)
    return made


@feel("is", "value1: any, value2: any")
def _is(budget: Budget, left: Any, right: Any) -> bool:
    """The same in every way: also the zone of a time."""
    if type(left) is not type(right):
        return False
    if isinstance(left, datetime | time) and (left.utcoffset(), left.tzinfo is None) != (
        right.utcoffset(),
        right.tzinfo is None,
    ):
        return False
    return equal(left, right, budget) is True
