"""Compiled expressions: the syntax tree, the names it needs, and how to evaluate it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import localcontext
from functools import lru_cache
from typing import Any

from sluis.process.feel import interpreter as interpreter
from sluis.process.feel import syntax as s
from sluis.process.feel.faults import Budget, too_deep
from sluis.process.feel.frames import Frame, Run, runner
from sluis.process.feel.functions import FUNCTIONS
from sluis.process.feel.names import free_names
from sluis.process.feel.parser import parse_expression, parse_unary_tests
from sluis.process.feel.scanner import KEYWORDS
from sluis.process.feel.unary import TestRun, tests_runner
from sluis.process.feel.values import NUMBERS, from_python
from sluis.process.feel.writing import measure

_KEYWORDED = tuple(name for name in (*FUNCTIONS, "days and time duration") if KEYWORDS & {*name.split()})


@dataclass(frozen=True, eq=False)
class Expression:
    """`names` are the variables the text needs from outside; built-in functions are not among them."""

    text: str
    tree: s.Node
    names: frozenset[str]
    run: Run

    def evaluate(self, scope: Mapping[str, object], *, budget: Budget | None = None) -> Any:
        """The value with these variables; what FEEL cannot answer is None, as is a variable that is not there.

        Raises BudgetExceeded, and Invalid when a variable has a value that FEEL does not know.
        """
        frame = Frame({name: from_python(scope[name]) for name in self.names if name in scope}, budget or Budget())
        return guarded(lambda: self._measured(frame))

    def _measured(self, frame: Frame) -> Any:
        frame.budget.spend(self.tree.size)
        value = self.run(frame)
        measure(value, frame.budget)
        return value


@dataclass(frozen=True, eq=False)
class UnaryTests:
    """The text of one cell of a decision table."""

    text: str
    tree: s.Tests
    names: frozenset[str]
    run: TestRun

    def passes(self, value: object, scope: Mapping[str, object], *, budget: Budget | None = None) -> bool:
        """Whether the value passes. A missing value (None) passes only the dash, and a text that itself says null.

        Raises BudgetExceeded, and Invalid when a variable has a value that FEEL does not know.
        """
        frame = Frame({name: from_python(scope[name]) for name in self.names if name in scope}, budget or Budget())
        return guarded(lambda: self.holds(from_python(value), frame))

    def holds(self, value: Any, frame: Frame) -> bool:
        """The same within an evaluation that goes on."""
        if not self.tree.tests:
            return True
        if value is None and not self.tree.asks_null:
            return False
        frame.budget.spend(self.tree.size)
        return self.run(value, frame) is True


def guarded[T](work: Callable[[], T]) -> T:
    """Do the arithmetic of FEEL, and turn too deep a recursion into BudgetExceeded."""
    with localcontext(NUMBERS):
        try:
            return work()
        except RecursionError as error:
            raise too_deep() from error


def compile_expression(text: str, names: Iterable[str] = ()) -> Expression:
    """Read an expression. `names` are variables with signs or keywords in their names; names with spaces need none.

    Raises FeelFault, with the place of the first thing that is not FEEL.
    """
    return _expression(text, frozenset(names))


def compile_unary_tests(text: str, names: Iterable[str] = ()) -> UnaryTests:
    """Read the text of a cell. Raises FeelFault, with the place of the first thing that is not FEEL."""
    return _unary_tests(text, frozenset(names))


@lru_cache(4_096)
def _expression(text: str, names: frozenset[str]) -> Expression:
    tree = parse_expression(text, (*_KEYWORDED, *names))
    return Expression(text, tree, free_names(tree) - FUNCTIONS.keys(), runner(tree))


@lru_cache(4_096)
def _unary_tests(text: str, names: frozenset[str]) -> UnaryTests:
    tree = parse_unary_tests(text, (*_KEYWORDED, *names))
    return UnaryTests(text, tree, free_names(tree) - FUNCTIONS.keys() - {"?"}, tests_runner(tree))
