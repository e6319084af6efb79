"""Where an expression runs: the names in reach and the budget, and how a node of the tree becomes a closure."""

from collections.abc import Callable, Mapping
from typing import Any

from sluis.process.feel import syntax as s
from sluis.process.feel.faults import Budget


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
NOWHERE = Frame({}, Budget(steps=0))
"""For what needs no names and costs nothing."""
RUNNERS: dict[type[s.Node], Callable[[Any], Run]] = {}
"""How each kind of node becomes a closure; `interpreter` fills it."""


def runner(node: s.Node) -> Run:
    """The closure that evaluates the node in a frame."""
    return RUNNERS[type(node)](node)
