"""Functions and their arguments, the dot, and `instance of`."""

from datetime import date, time, timedelta
from typing import Any

from sluis.process.feel import syntax as s
from sluis.process.feel.faults import Budget
from sluis.process.feel.frames import Frame, Run, runner
from sluis.process.feel.temporal import part
from sluis.process.feel.types import fits, readable
from sluis.process.feel.values import Function, Range, YearsMonths, from_python


def function_runner(node: s.FunctionNode) -> Run:
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


def call_runner(node: s.Call) -> Run:
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
    if function.built_in and not names:
        return function.call(budget, given)
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


def path_runner(node: s.Path) -> Run:
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


def instance_runner(node: s.InstanceOf) -> Run:
    value, type_ = runner(node.value), node.type
    if not readable(type_):
        return lambda frame: None
    return lambda frame: fits(value(frame), type_, null_fits=False)
