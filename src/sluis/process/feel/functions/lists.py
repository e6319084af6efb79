"""Functions on lists (DMN 1.5, 10.3.4.4 and 10.3.4.6)."""

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from sluis.process.feel.faults import Budget
from sluis.process.feel.functions.declaring import FUNCTIONS, feel, whole
from sluis.process.feel.values import Function, compare, equal


@feel("list contains", "list: l, element: any")
def _list_contains(budget: Budget, items: list[Any], element: Any) -> bool:
    return any(equal(item, element, budget) for item in items)


@feel("count", "list: l")
def _count(budget: Budget, items: list[Any]) -> Decimal:
    return Decimal(len(items))


def _extreme(items: list[Any], operator: str) -> Any:
    if not items:
        return None
    best = items[0]
    if len(items) == 1:
        return best if compare("<=", best, best) else None
    for item in items[1:]:
        found = compare(operator, item, best)
        if found is None:
            return None
        best = item if found else best
    return best


@feel("min", "list...: any")
def _min(budget: Budget, items: list[Any]) -> Any:
    return _extreme(items, "<")


@feel("max", "list...: any")
def _max(budget: Budget, items: list[Any]) -> Any:
    return _extreme(items, ">")


def _numbers(items: list[Any]) -> list[Decimal]:
    """Raises ValueError (so: null) when not all are numbers, or there are none."""
    if not items or not all(isinstance(item, Decimal) for item in items):
        raise ValueError(items)
    return items


@feel("sum", "list...: any")
def _sum(budget: Budget, items: list[Any]) -> Decimal:
    return sum(_numbers(items), Decimal())


@feel("mean", "list...: any")
def _mean(budget: Budget, items: list[Any]) -> Decimal:
    return sum(_numbers(items), Decimal()) / len(items)


@feel("product", "list...: any")
def _product(budget: Budget, items: list[Any]) -> Decimal:
    made = Decimal(1)
    for item in _numbers(items):
        made *= item
    return made


@feel("median", "list...: any")
def _median(budget: Budget, items: list[Any]) -> Decimal | None:
    ordered = sorted(_numbers(items)) if items else []
    if not ordered:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@feel("stddev", "list...: any")
def _stddev(budget: Budget, items: list[Any]) -> Decimal | None:
    """Of a sample: divided by one less than the number of items."""
    if len(_numbers(items)) < 2:
        return None
    mean = sum(items, Decimal()) / len(items)
    return (sum(((item - mean) ** 2 for item in items), Decimal()) / (len(items) - 1)).sqrt()


@feel("mode", "list...: any")
def _mode(budget: Budget, items: list[Any]) -> list[Decimal]:
    if not items:
        return []
    counts: dict[Decimal, int] = {}
    for item in _numbers(items):
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values())
    return sorted(item for item, count in counts.items() if count == most)


def _settled(items: list[Any], settles: bool) -> bool | None:
    if any(item is settles for item in items):
        return settles
    return (not settles) if all(isinstance(item, bool) for item in items) else None


@feel("all", "list...: any")
def _all(budget: Budget, items: list[Any]) -> bool | None:
    return _settled(items, settles=False)


@feel("any", "list...: any")
def _any(budget: Budget, items: list[Any]) -> bool | None:
    return _settled(items, settles=True)


@feel("sublist", "list: l, start position: n", "list: l, start position: n, length?: n")
def _sublist(budget: Budget, items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    place = whole(start)
    if not place or abs(place) > len(items):
        return None
    begin = place - 1 if place > 0 else len(items) + place
    end = len(items) if length is None else begin + whole(length)
    return items[begin:end] if begin <= end <= len(items) else None


def _append(budget: Budget, given: list[Any]) -> list[Any] | None:
    if not given:
        return None
    first = given[0] if isinstance(given[0], list) else [given[0]]
    return [*first, *given[1:]]


def _concatenate(budget: Budget, given: list[Any]) -> list[Any]:
    made: list[Any] = []
    for one in given:
        items = one if isinstance(one, list) else [one]
        budget.spend(len(items))
        made += items
    return made


def _union(budget: Budget, given: list[Any]) -> list[Any]:
    return _distinct(budget, _concatenate(budget, given))


@feel("distinct values", "list: l")
def _distinct(budget: Budget, items: list[Any]) -> list[Any]:
    made: list[Any] = []
    for item in items:
        budget.spend(len(made))
        if not any(equal(item, one, budget) for one in made):
            made.append(item)
    return made


@feel("insert before", "list: l, position: n, newItem: any")
def _insert_before(budget: Budget, items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    place = _place(items, position)
    return [*items[:place], item, *items[place:]]


@feel("remove", "list: l, position: n")
def _remove(budget: Budget, items: list[Any], position: Decimal) -> list[Any] | None:
    place = _place(items, position)
    return [*items[:place], *items[place + 1 :]]


def _place(items: list[Any], position: Decimal) -> int:
    """Raises ValueError (so: null) outside the list."""
    place = int(position) if abs(position) <= len(items) + 1 else 0
    if not place or abs(place) > len(items):
        raise ValueError(position)
    return place - 1 if place > 0 else len(items) + place


@feel("list replace", "list: l, position: n, newItem: any", "list: l, match: f, newItem: any")
def _list_replace(budget: Budget, items: list[Any], position: Decimal | Function, item: Any) -> list[Any] | None:
    if isinstance(position, Decimal):
        place = _place(items, position)
        return [*items[:place], item, *items[place + 1 :]]
    answers = [_asked(position, budget, one, item) for one in items]
    if not all(isinstance(answer, bool) for answer in answers):
        return None
    return [item if answer else one for one, answer in zip(items, answers, strict=True)]


def _asked(function: Function, budget: Budget, left: Any, right: Any) -> Any:
    if not any(len(signature) == 2 for signature in function.signatures):
        raise ValueError(function.name)
    return function.call(budget, [left, right])


@feel("reverse", "list: l")
def _reverse(budget: Budget, items: list[Any]) -> list[Any]:
    return items[::-1]


@feel("index of", "list: l, match: any")
def _index_of(budget: Budget, items: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match, budget)]


@feel("flatten", "list: l")
def _flatten(budget: Budget, items: list[Any]) -> list[Any]:
    made: list[Any] = []
    for item in items:
        budget.spend(1)
        if isinstance(item, list):
            budget.enter()
            made += _flatten(budget, item)
            budget.leave()
        else:
            made.append(item)
    return made


@feel("sort", "list: l", "list: l, precedes?: f")
def _sort(budget: Budget, items: list[Any], precedes: Function | None = None) -> list[Any]:
    """Without a function in the order of the values."""

    def before(left: Any, right: Any) -> bool:
        budget.spend(1)
        answer = compare("<", left, right) if precedes is None else _asked(precedes, budget, left, right)
        if not isinstance(answer, bool):
            raise TypeError(answer)
        return answer

    def order(left: Any, right: Any) -> int:
        return -1 if before(left, right) else 1 if before(right, left) else 0

    return sorted(items, key=cmp_to_key(order))


FUNCTIONS["append"] = Function("append", (("list", "item..."),), _append)
FUNCTIONS["concatenate"] = Function("concatenate", (("list...",),), _concatenate)
FUNCTIONS["union"] = Function("union", (("list...",),), _union)
