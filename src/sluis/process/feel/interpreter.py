"""Evaluates a syntax tree. Each node becomes a closure once; running those only reaches FEEL values.

Nothing here looks at attributes of what it is handed: names and dots go to entries of contexts, and to the properties
FEEL itself defines. What a body costs is known beforehand (its number of nodes) and is paid each time it is run, so
nothing but a loop or a call can make an evaluation long, and those pay.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from sluis.process.feel import syntax as s
from sluis.process.feel.arithmetic import OPERATIONS, calculated, negated
from sluis.process.feel.faults import Budget
from sluis.process.feel.functions import FUNCTIONS
from sluis.process.feel.temporal import part
from sluis.process.feel.types import fits, readable
from sluis.process.feel.values import Function, Range, YearsMonths, compare, equal, from_python


class Frame:
    """Names that are in reach, the nearest first, and what may still be spent."""

    __slots__ = ("budget", "names", "parent")

    def __init__(self, names: Mapping[str, Any], budget: Budget, parent: "Frame | None" = None) -> None:
        self.names = names
        self.budget = budget
        self.parent = parent

    def inner(self, names: Mapping[str, Any]) -> "Frame":
        return Frame(names, self.budget, self)


Run = Callable[[Frame], Any]


def runner(node: s.Node) -> Run:
    """The closure that evaluates the node in a frame."""
    return _RUNNERS[type(node)](node)


def _literal(node: s.Literal) -> Run:
    value = node.value
    return lambda frame: value


def _name(node: s.Name) -> Run:
    name = node.name
    built_in = FUNCTIONS.get(name)
    head, dot, tail = name.partition(".")
    # A name with a dot in it (DMN allows it for parameters) may elsewhere be a way to an entry.
    dotted = _path(s.Path(node.at, s.Name(node.at, head), tail)) if dot and tail else None

    def run(frame: Frame) -> Any:
        place: Frame | None = frame
        while place is not None:
            if name in place.names:
                return place.names[name]
            place = place.parent
        return built_in if dotted is None else dotted(frame)

    return run


def _list(node: s.ListNode) -> Run:
    items = [runner(item) for item in node.items]
    return lambda frame: [item(frame) for item in items]


def _context(node: s.ContextNode) -> Run:
    entries = [(key, runner(value)) for key, value in node.entries]

    def run(frame: Frame) -> Any:
        made: dict[str, Any] = {}
        inside = frame.inner(made)
        for key, value in entries:
            made[key] = value(inside)
        return made

    return run


def _range(node: s.RangeNode) -> Run:
    low = runner(node.low) if node.low else None
    high = runner(node.high) if node.high else None

    def run(frame: Frame) -> Any:
        first, last = low and low(frame), high and high(frame)
        if (first is None and low) or (last is None and high):
            return None
        if low and high and compare("<=", first, last) is None:
            return None
        return Range(first, last, node.low_closed, node.high_closed)

    return run


def _negate(node: s.Negate) -> Run:
    operand = runner(node.operand)
    return lambda frame: negated(operand(frame))


def _arithmetic(node: s.Arithmetic) -> Run:
    left, right, operation = runner(node.left), runner(node.right), OPERATIONS[node.operator]
    return lambda frame: calculated(operation, left(frame), right(frame), frame.budget)


def compared(operator: str, left: Any, right: Any, budget: Budget) -> bool | None:
    """Any of the six comparisons, three-valued."""
    if operator in ("=", "!="):
        same = equal(left, right, budget)
        return same if operator == "=" or same is None else not same
    return compare(operator, left, right)


def _compare(node: s.Compare) -> Run:
    left, right, operator = runner(node.left), runner(node.right), node.operator
    return lambda frame: compared(operator, left(frame), right(frame), frame.budget)


def _logical(node: s.Logical) -> Run:
    """Kleene's: one false makes `and` false, one true makes `or` true, whatever the other is."""
    left, right, settles = runner(node.left), runner(node.right), node.operator == "or"

    def run(frame: Frame) -> Any:
        first = left(frame)
        if first is settles:
            return settles
        second = right(frame)
        if second is settles:
            return settles
        return (not settles) if first is (not settles) and second is (not settles) else None

    return run


def _between(node: s.Between) -> Run:
    value, low, high = runner(node.value), runner(node.low), runner(node.high)

    def run(frame: Frame) -> Any:
        first, last = low(frame), high(frame)
        return None if first is None or last is None else Range(first, last).contains(value(frame))

    return run


def _if(node: s.If) -> Run:
    condition, then, otherwise = runner(node.condition), runner(node.then), runner(node.otherwise)
    return lambda frame: then(frame) if condition(frame) is True else otherwise(frame)


# --- tests ------------------------------------------------------------------------------------------------------------

TestRun = Callable[[Any, Frame], bool | None]


def tests_runner(node: s.Tests) -> TestRun:
    """Whether a value passes, three-valued; the value is `?` in the frame for tests that ask for it."""
    tests = [_test(test) for test in node.tests]
    if not tests:
        return lambda value, frame: True
    if len(tests) == 1 and not node.negated:
        return tests[0]

    def run(value: Any, frame: Frame) -> bool | None:
        answers = [test(value, frame) for test in tests]
        passed = True if True in answers else None if None in answers else False
        return passed if not node.negated else None if passed is None else not passed

    return run


def _test(node: s.Test) -> TestRun:
    operand, operator = runner(node.operand), node.operator
    if operator:
        return lambda value, frame: compared(operator, value, operand(frame), frame.budget)
    if node.asks_input:
        return lambda value, frame: _truth(operand(frame.inner({"?": value})))
    if isinstance(node.operand, s.RangeNode):
        return lambda value, frame: _within(operand(frame), value)
    if isinstance(node.operand, s.Literal):
        constant = node.operand.value
        return lambda value, frame: equal(value, constant)
    return lambda value, frame: passes(value, operand(frame), frame.budget)


def _within(range_: Range | None, value: Any) -> bool | None:
    return None if range_ is None else range_.contains(value)


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def passes(value: Any, operand: Any, budget: Budget) -> bool | None:
    """`value in operand` for an operand that does not mention `?`."""
    if isinstance(operand, Range):
        return operand.contains(value)
    if isinstance(operand, list):
        if isinstance(value, list) and equal(value, operand, budget):
            return True
        budget.spend(len(operand))
        return any(_one_passes(value, item, budget) for item in operand)
    if operand is True and not isinstance(value, bool):
        return value is not None
    return equal(value, operand, budget)


def _one_passes(value: Any, item: Any, budget: Budget) -> bool:
    if isinstance(item, Range):
        return item.contains(value) is True
    return equal(value, item, budget) is True


def _in(node: s.In) -> Run:
    value, tests = runner(node.value), tests_runner(node.tests)
    return lambda frame: tests(value(frame), frame)


# --- loops ------------------------------------------------------------------------------------------------------------


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


def _for(node: s.For) -> Run:
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


def _quantified(node: s.Quantified) -> Run:
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


def _filter(node: s.Filter) -> Run:
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


# --- functions, paths and types ---------------------------------------------------------------------------------------


def _function(node: s.FunctionNode) -> Run:
    names = tuple(name for name, _ in node.parameters)
    types = [type_ for _, type_ in node.parameters]
    body, cost = runner(node.body), node.body.size

    def run(frame: Frame) -> Function:
        def call(budget: Budget, arguments: list[Any]) -> Any:
            if any(type_ and not fits(value, type_) for value, type_ in zip(arguments, types, strict=True)):
                return None
            budget.spend(1 + cost)
            budget.enter()
            found = body(frame.inner(dict(zip(names, arguments, strict=True))))
            budget.leave()
            return found

        return Function("", (names,), call)

    return run


def _call(node: s.Call) -> Run:
    function, names = runner(node.function), node.names
    arguments = [runner(argument) for argument in node.arguments]

    def run(frame: Frame) -> Any:
        found = function(frame)
        if not isinstance(found, Function):
            return None
        given = [argument(frame) for argument in arguments]
        return called(found, given, names, frame.budget)

    return run


def called(function: Function, given: list[Any], names: tuple[str, ...], budget: Budget) -> Any:
    """Null when the arguments are not what the function takes."""
    budget.spend(1)
    for signature in function.signatures:
        arranged = _by_name(signature, given, names) if names else _by_place(signature, given)
        if arranged is not None:
            return function.call(budget, arranged)
    return None


def _by_place(signature: tuple[str, ...], given: list[Any]) -> list[Any] | None:
    if signature and signature[-1].endswith("..."):
        return given
    least = sum(not name.endswith("?") for name in signature)
    if not least <= len(given) <= len(signature):
        return None
    return [*given, *[None] * (len(signature) - len(given))]


def _by_name(signature: tuple[str, ...], given: list[Any], names: tuple[str, ...]) -> list[Any] | None:
    known = [name.rstrip("?.") for name in signature]
    said = dict(zip(names, given, strict=True))
    missing = [name for name in signature if not name.endswith("?") and name.rstrip(".") not in said]
    if missing or not said.keys() <= set(known) or len(said) < len(given):
        return None
    return [said.get(name) for name in known]


def _path(node: s.Path) -> Run:
    source, name = runner(node.source), node.name

    def run(frame: Frame) -> Any:
        return property_of(source(frame), name, frame.budget)

    return run


def property_of(value: Any, name: str, budget: Budget) -> Any:
    """The entry of a context, of each context of a list, or a property that FEEL defines; null for anything else."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        budget.spend(len(value))
        return [property_of(item, name, budget) if not isinstance(item, list) else None for item in value]
    if isinstance(value, Range):
        return _range_property(value, name)
    if isinstance(value, date | time | timedelta | YearsMonths):
        found = part(value, name)
        return from_python(found)
    return None


def _range_property(value: Range, name: str) -> Any:
    return {
        "start": value.low,
        "end": value.high,
        "start included": value.low_closed,
        "end included": value.high_closed,
    }.get(name)


def _instance_of(node: s.InstanceOf) -> Run:
    value, type_ = runner(node.value), node.type
    if not readable(type_):
        return lambda frame: None
    return lambda frame: fits(value(frame), type_, null_fits=False)


_RUNNERS: dict[type[s.Node], Callable[[Any], Run]] = {
    s.Literal: _literal,
    s.Name: _name,
    s.ListNode: _list,
    s.ContextNode: _context,
    s.RangeNode: _range,
    s.Negate: _negate,
    s.Arithmetic: _arithmetic,
    s.Compare: _compare,
    s.Logical: _logical,
    s.Between: _between,
    s.In: _in,
    s.InstanceOf: _instance_of,
    s.If: _if,
    s.For: _for,
    s.Quantified: _quantified,
    s.FunctionNode: _function,
    s.Call: _call,
    s.Path: _path,
    s.Filter: _filter,
}
