"""What goes through the items of a list: for, some, every, and the filter."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sluis.process.feel import syntax as s
from sluis.process.feel.frames import Frame, Run, runner
from sluis.process.feel.values import Range

Items = Callable[[Frame], Iterable[Any] | None]


def _items(source: Run, until: Run | None = None) -> Items:
    """What an iterator goes through; None when it is nothing to go through."""

    def run(frame: Frame) -> Iterable[Any] | None:
        found = source(frame)
        if until:
            return _steps(found, until(frame))
        if isinstance(found, Range):
            return _steps(found.low, found.high, found.low_closed, found.high_closed)
        return found if isinstance(found, list) or found is None else [found]

    return run


def _steps(first: Any, last: Any, first_in: bool = True, last_in: bool = True) -> Iterable[Any] | None:
    if type(first) is not type(last) or not (isinstance(first, Decimal) or type(first) is date):
        return None
    if isinstance(first, Decimal) and (first % 1 or last % 1):
        return None
    return _counted(first, last, first_in, last_in)


def _counted(first: Any, last: Any, first_in: bool, last_in: bool) -> Iterable[Any]:
    unit: Any = Decimal(1) if isinstance(first, Decimal) else timedelta(1)
    up = first <= last
    if not first_in:
        first = first + unit if up else first - unit
    while (first < last or (last_in and first == last)) if up else (first > last or (last_in and first == last)):
        yield first
        if first == last:
            return
        first = first + unit if up else first - unit


Walk = Callable[[Frame, Callable[[Frame], bool]], bool | None]


def _walker(iterators: tuple[s.Iterator, ...], cost: int) -> Walk:
    return _walked(
        [(one.name, _items(runner(one.source), runner(one.until) if one.until else None)) for one in iterators], cost
    )


def _walked(parts: list[tuple[str, Items]], cost: int) -> Walk:
    """Goes through all combinations until `visit` says stop (True). None when an iterator has nothing to offer."""

    def go(frame: Frame, visit: Callable[[Frame], bool], place: int = 0) -> bool | None:
        if place == len(parts):
            frame.budget.spend(cost)
            return visit(frame)
        name, items = parts[place]
        found = items(frame)
        if found is None:
            return None
        for item in found:
            frame.budget.spend(1)
            stop = go(frame.inner({name: item}), visit, place + 1)
            if stop is not False:
                return stop
        return False

    return go


def for_runner(node: s.For) -> Run:
    walk, body = _walker(node.iterators, node.body.size), runner(node.body)
    return _made(walk, body, asks_partial=s.mentions(node.body, "partial"))


def looped(name: str, source: Run, body: Run) -> Run:
    """What `for name in source return body` gives; `body` may ask for `partial`, the results so far."""
    return _made(_walked([(name, _items(source))], 1), body, asks_partial=True)


def _made(walk: Walk, body: Run, *, asks_partial: bool) -> Run:
    def run(frame: Frame) -> Any:
        made: list[Any] = []

        def visit(inside: Frame) -> bool:
            if asks_partial:
                inside.budget.spend(len(made))
                inside = inside.inner({"partial": list(made)})
            made.append(body(inside))
            return False

        return made if walk(frame, visit) is not None else None

    return run


def quantified_runner(node: s.Quantified) -> Run:
    walk, condition = _walker(node.iterators, node.condition.size), runner(node.condition)
    return _settled(walk, condition, settles=not node.every)


def quantified(name: str, source: Run, condition: Run, *, every: bool) -> Run:
    """What `some` or `every name in source satisfies condition` gives."""
    return _settled(_walked([(name, _items(source))], 1), condition, settles=not every)


def _settled(walk: Walk, condition: Run, *, settles: bool) -> Run:
    """Three-valued: one answer that is no boolean makes the whole null, unless another settles it."""

    def run(frame: Frame) -> Any:
        doubtful = False

        def visit(inside: Frame) -> bool:
            nonlocal doubtful
            answer = condition(inside)
            doubtful = doubtful or not isinstance(answer, bool)
            return answer is settles

        stopped = walk(frame, visit)
        if stopped is None:
            return None
        return settles if stopped else None if doubtful else not settles

    return run


def filter_runner(node: s.Filter) -> Run:
    return filtered(runner(node.source), runner(node.condition), node.condition.size)


def filtered(source: Run, condition: Run, cost: int = 1) -> Run:
    """Those items for which the condition is true, or the one at the place when the condition is a number."""

    def run(frame: Frame) -> Any:
        found = source(frame)
        if found is None:
            return None
        items: list[Any] = found if isinstance(found, list) else [found]
        kept: list[Any] = []
        for place, item in enumerate(items):
            frame.budget.spend(1 + cost)
            answer = condition(_item_frame(frame, item))
            if place == 0 and isinstance(answer, Decimal):
                return _at(items, condition(frame))
            if answer is True:
                kept.append(item)
        return kept if items or not isinstance(condition(frame), Decimal) else None

    return run


def _item_frame(frame: Frame, item: Any) -> Frame:
    if isinstance(item, dict):
        return frame.inner({"item": item, **item})
    return frame.inner({"item": item})


def _at(items: list[Any], place: Any) -> Any:
    """Counting from 1, or from the end with a negative number; null outside the list."""
    if not isinstance(place, Decimal) or place % 1 or not 1 <= abs(place) <= len(items):
        return None
    return items[int(place) - 1 if place > 0 else int(place)]
