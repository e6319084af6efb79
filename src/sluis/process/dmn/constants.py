"""What in an expression is known before anything is asked: values that depend on no variable and not on the day."""

from typing import Any

from sluis.kernel.errors import SluisError
from sluis.process.feel import syntax as s
from sluis.process.feel.expressions import guarded
from sluis.process.feel.faults import Budget
from sluis.process.feel.frames import Frame, runner
from sluis.process.feel.functions import FUNCTIONS
from sluis.process.feel.names import free_names

_STEPS = 2_000
_OF_THE_DAY = frozenset({"now", "today"})


def closed(node: s.Node) -> bool:
    """Whether the node has one value, whatever the input."""
    names = free_names(node)
    return names <= FUNCTIONS.keys() and not names & _OF_THE_DAY


def constant(node: s.Node) -> Any:
    """The value of a closed node; None when working it out costs too much."""
    budget = Budget(steps=_STEPS)
    try:
        budget.spend(node.size)
        return guarded(lambda: runner(node)(Frame({}, budget)))
    except SluisError:
        return None


def constants(tests: s.Tests) -> list[Any]:
    """Every value that the text of a cell names, in its order."""
    found: list[Any] = []
    waiting: list[s.Node] = [test.operand for test in reversed(tests.tests)]
    while waiting:
        node = waiting.pop()
        if closed(node) and not isinstance(node, s.RangeNode | s.ListNode | s.Name):
            found.append(constant(node))
        else:
            waiting.extend(reversed(node.children))
    return found
