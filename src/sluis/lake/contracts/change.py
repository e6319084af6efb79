"""What a new version of a contract means for who uses the data.

One principle: whatever was promised must still be promised. A version that keeps every promise is compatible, also when
it promises more; one that drops or loosens a promise is breaking. Rules that are warnings promise nothing, but an age
does. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sluis.lake.contracts.standard import is_number
from sluis.lake.contracts.types import Agreed, Change, Rule, Severity

_INFINITE = float("inf")
_LOWER, _UPPER = ("min", "above"), ("max", "below")
_STRICT = ("above", "below")


def kind_of(before: Agreed, after: Agreed) -> Change:
    old, new = promises(before), promises(after)
    if not all(kept(promise, new) for promise in old):
        return Change.BREAKING
    return Change.NONE if all(kept(promise, old) for promise in new) else Change.COMPATIBLE


def broken(before: Agreed, after: Agreed) -> tuple[Rule, ...]:
    """The promises that are no longer kept."""
    new = promises(after)
    return tuple(promise for promise in promises(before) if not kept(promise, new))


def promises(found: Agreed) -> tuple[Rule, ...]:
    return tuple(rule for rule in found.rules if rule.severity is Severity.ERROR or rule.kind == "fresh")


def kept(promise: Rule, rules: Sequence[Rule]) -> bool:
    """Do these rules together promise at least this?"""
    if promise.kind in ("required", "unique", "key"):
        return _kept_together(promise, rules)
    if promise.kind == "metric" and (same := _as_plain(promise)):
        return kept(same, rules) or any(_stronger(rule, promise) for rule in rules)
    return any(_stronger(rule, promise) for rule in rules)


def _kept_together(promise: Rule, rules: Sequence[Rule]) -> bool:
    plain = [_as_plain(rule) or rule for rule in rules]
    filled = {rule.column for rule in plain if rule.kind == "required"}
    filled |= {column for rule in plain if rule.kind == "key" for column in rule.given["columns"]}
    apart = [{rule.column} for rule in plain if rule.kind == "unique"]
    apart += [set(rule.given["columns"]) for rule in plain if rule.kind == "key"]
    columns = set(promise.given["columns"]) if promise.kind == "key" else {promise.column}
    is_filled, is_apart = columns <= filled, any(some <= columns for some in apart)
    return {"required": is_filled, "unique": is_apart, "key": is_filled and is_apart}[promise.kind]


def _as_plain(rule: Rule) -> Rule | None:
    """A metric that says the same as `required` or `unique`."""
    given = rule.given
    if rule.kind != "metric" or not rule.column or (given["compare"], given["bound"]) != ("mustBe", 0):
        return None
    if given["metric"] == "nullValues":
        return Rule(rule.id, "required", rule.column)
    whole = given["metric"] == "duplicateValues" and not given["arguments"]
    return Rule(rule.id, "unique", rule.column) if whole else None


def _stronger(rule: Rule, promise: Rule) -> bool:
    """Does this one rule promise at least as much?"""
    if rule.column != promise.column:
        return False
    kind, new, old = promise.kind, rule.given, promise.given
    if kind in _LOWER or kind in _UPPER:
        return _bounded(rule, promise)
    if rule.kind != kind:
        return False
    if kind == "type":
        return new["type"] == old["type"] or (old["type"], new["type"]) == ("number", "integer")
    if kind in ("min_length", "max_length"):
        return new["bound"] >= old["bound"] if kind == "min_length" else new["bound"] <= old["bound"]
    if kind == "multiple":
        times = new["bound"] / old["bound"]
        return times == int(times)
    if kind == "fresh":
        return new["property"] == old["property"] and new["seconds"] <= old["seconds"]
    if kind == "metric":
        return _metric(new, old)
    if kind == "sql":
        return new["query"] == old["query"] and _within(new, old)
    return kind == "column" or new == old


def _bounded(rule: Rule, promise: Rule) -> bool:
    side = _LOWER if promise.kind in _LOWER else _UPPER
    new, old = rule.given.get("bound"), promise.given["bound"]
    if rule.kind not in side or isinstance(new, str) != isinstance(old, str):
        return False
    if new == old:
        return promise.kind not in _STRICT or rule.kind in _STRICT
    return (new > old) if side is _LOWER else (new < old)  # type: ignore[operator]


def _metric(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    if (new["metric"], new["percent"]) != (old["metric"], old["percent"]) or not _within(new, old):
        return False
    if new["arguments"] == old["arguments"]:
        return True
    both = [given["arguments"] for given in (new, old)]
    if any(set(arguments) != {"validValues"} for arguments in both) or not _is_interval(old) or _edges(old)[0] > 0:
        return False
    return all(value in both[1]["validValues"] for value in both[0]["validValues"])  # fewer valid values is stricter


def _within(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Every outcome that the new comparison allows, the old one allowed too."""
    if (new["compare"], new["bound"]) == (old["compare"], old["bound"]):
        return True
    if not (_is_interval(new) and _is_interval(old)):
        return False
    (low, low_open, high, high_open), (old_low, old_low_open, old_high, old_high_open) = _edges(new), _edges(old)
    below = low > old_low or (low == old_low and (low_open or not old_low_open))
    above = high < old_high or (high == old_high and (high_open or not old_high_open))
    return below and above


def _is_interval(given: Mapping[str, Any]) -> bool:
    bound = given["bound"]
    return given["compare"] == "mustBeBetween" or (is_number(bound) and not given["compare"].startswith("mustNot"))


def _edges(given: Mapping[str, Any]) -> tuple[float, bool, float, bool]:
    """Lowest, without it, highest, without it."""
    bound = given["bound"]
    return {
        "mustBe": lambda: (bound, False, bound, False),
        "mustBeGreaterThan": lambda: (bound, True, _INFINITE, False),
        "mustBeGreaterOrEqualTo": lambda: (bound, False, _INFINITE, False),
        "mustBeLessThan": lambda: (-_INFINITE, False, bound, True),
        "mustBeLessOrEqualTo": lambda: (-_INFINITE, False, bound, False),
        "mustBeBetween": lambda: (bound[0], False, bound[1], False),
    }[given["compare"]]()
