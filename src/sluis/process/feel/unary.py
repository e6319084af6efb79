"""Tests of one value: the cells of decision tables, and what stands after `in` (DMN 1.5, 7.3.3 and 10.3.2.8)."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sluis.process.feel import syntax as s
from sluis.process.feel.faults import Budget
from sluis.process.feel.frames import NOWHERE, Frame, Run, runner
from sluis.process.feel.values import Range, compare, equal

TestRun = Callable[[Any, Frame], bool | None]


def tests_runner(node: s.Tests) -> TestRun:
    """Whether a value passes, three-valued; the value is `?` in the frame for tests that ask for it."""
    tests = [_test(test) for test in node.tests]
    if not tests:
        return lambda value, frame: True
    if not node.negated:
        texts: list[object] = [
            one.operand.value for one in node.tests if one.operator is None and isinstance(one.operand, s.Literal)
        ]
        if len(texts) == len(tests) and all(isinstance(text, str) for text in texts):
            return _one_of(frozenset(texts))
        if len(tests) == 1:
            return tests[0]

    def run(value: Any, frame: Frame) -> bool | None:
        answers = [test(value, frame) for test in tests]
        passed = True if True in answers else None if None in answers else False
        return passed if not node.negated else None if passed is None else not passed

    return run


def _one_of(texts: frozenset[object]) -> TestRun:
    """The most common cell: one text, or a few."""

    def run(value: Any, frame: Frame) -> bool | None:
        return value in texts if type(value) is str else False if value is None else None

    return run


def _test(node: s.Test) -> TestRun:
    operand, sign = runner(node.operand), node.operator
    quick = _number_test(node)
    if quick:
        return quick
    if sign:
        return lambda value, frame: compared(sign, value, operand(frame), frame.budget)
    if node.asks_input:
        return lambda value, frame: _truth(operand(frame.inner({"?": value})))
    if isinstance(node.operand, s.RangeNode):
        return lambda value, frame: _within(operand(frame), value)
    if isinstance(node.operand, s.Literal):
        constant = node.operand.value
        return lambda value, frame: equal(value, constant)
    return lambda value, frame: passes(value, operand(frame), frame.budget)


def _number_test(node: s.Test) -> TestRun | None:
    """A comparison with fixed numbers, by far the most common after texts; None for any other test."""
    range_ = _fixed_range(node)
    if range_ is None:
        return None
    low: Any = range_.low
    high: Any = range_.high
    above = operator.ge if range_.low_closed else operator.gt
    below = operator.le if range_.high_closed else operator.lt

    def run(value: Any, frame: Frame) -> bool | None:
        if type(value) is not Decimal:
            return None
        return (low is None or above(value, low)) and (high is None or below(value, high))

    return run


def _fixed_range(node: s.Test) -> Range | None:
    """The numbers that pass, when those are known beforehand."""
    operand = node.operand
    if isinstance(operand, s.RangeNode) and node.operator is None and _fixed(operand.low) and _fixed(operand.high):
        found = range_runner(operand)(NOWHERE)
        return found if found and isinstance(found.low or found.high, Decimal) else None
    if not isinstance(operand, s.Literal) or not isinstance(operand.value, Decimal):
        return None
    end = operand.value
    match node.operator:
        case "<" | "<=":
            return Range(None, end, high_closed=node.operator == "<=")
        case ">" | ">=":
            return Range(end, None, low_closed=node.operator == ">=")
        case _:
            return None


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


def in_runner(node: s.In) -> Run:
    value, tests = runner(node.value), tests_runner(node.tests)
    return lambda frame: tests(value(frame), frame)


def range_runner(node: s.RangeNode) -> Run:
    low = runner(node.low) if node.low else None
    high = runner(node.high) if node.high else None
    if _fixed(node.low) and _fixed(node.high):
        made = _range_of(node, low, high, NOWHERE)
        return lambda frame: made
    return lambda frame: _range_of(node, low, high, frame)


def _fixed(node: s.Node | None) -> bool:
    return node is None or isinstance(node, s.Literal)


def _range_of(node: s.RangeNode, low: Run | None, high: Run | None, frame: Frame) -> Range | None:
    first, last = low and low(frame), high and high(frame)
    if (first is None and low) or (last is None and high):
        return None
    if low and high and compare("<=", first, last) is None:
        return None
    return Range(first, last, node.low_closed, node.high_closed)


def compared(sign: str, left: Any, right: Any, budget: Budget) -> bool | None:
    """Any of the six comparisons, three-valued."""
    if sign in ("=", "!="):
        same = equal(left, right, budget)
        return same if sign == "=" or same is None else not same
    return compare(sign, left, right)
