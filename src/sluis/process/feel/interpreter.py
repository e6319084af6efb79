"""Evaluates a syntax tree. Each node becomes a closure once; running those only reaches FEEL values.

Nothing here looks at attributes of what it is handed: names and dots go to entries of contexts, and to the properties
FEEL itself defines. What a body costs is known beforehand (its number of nodes) and is paid each time it is run, so
nothing but a loop or a call can make an evaluation long, and those pay.
"""

from typing import Any

from sluis.process.feel import syntax as s
from sluis.process.feel.arithmetic import OPERATIONS, calculated, negated
from sluis.process.feel.calls import call_runner, function_runner, instance_runner, path_runner
from sluis.process.feel.frames import RUNNERS, Frame, Run, runner
from sluis.process.feel.functions import FUNCTIONS
from sluis.process.feel.loops import filter_runner, for_runner, quantified_runner
from sluis.process.feel.unary import compared, in_runner, range_runner
from sluis.process.feel.values import Range


def _literal(node: s.Literal) -> Run:
    value = node.value
    return lambda frame: value


def _name(node: s.Name) -> Run:
    name = node.name
    built_in = FUNCTIONS.get(name)
    head, dot, tail = name.partition(".")
    # A name with a dot in it (DMN allows it for parameters) may elsewhere be a way to an entry.
    dotted = path_runner(s.Path(node.at, s.Name(node.at, head), tail)) if dot and tail else None

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


def _negate(node: s.Negate) -> Run:
    operand = runner(node.operand)
    return lambda frame: negated(operand(frame))


def _arithmetic(node: s.Arithmetic) -> Run:
    left, right, operation = runner(node.left), runner(node.right), OPERATIONS[node.operator]
    return lambda frame: calculated(operation, left(frame), right(frame), frame.budget)


def _compare(node: s.Compare) -> Run:
    left, right, sign = runner(node.left), runner(node.right), node.operator
    return lambda frame: compared(sign, left(frame), right(frame), frame.budget)


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


RUNNERS.update(
    {
        s.Literal: _literal,
        s.Name: _name,
        s.ListNode: _list,
        s.ContextNode: _context,
        s.RangeNode: range_runner,
        s.Negate: _negate,
        s.Arithmetic: _arithmetic,
        s.Compare: _compare,
        s.Logical: _logical,
        s.Between: _between,
        s.In: in_runner,
        s.InstanceOf: instance_runner,
        s.If: _if,
        s.For: for_runner,
        s.Quantified: quantified_runner,
        s.FunctionNode: function_runner,
        s.Call: call_runner,
        s.Path: path_runner,
        s.Filter: filter_runner,
    }
)
