"""The syntax tree of FEEL (DMN 1.5, chapter 10.3.1): frozen, so it can be kept and shared."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Literal as OneOf

Comparison = OneOf["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Node:
    """`at` is the place of the first character in the text, from 0."""

    at: int

    @cached_property
    def children(self) -> "tuple[Node, ...]":
        found: list[Node] = []
        for field in fields(self):
            _collect(getattr(self, field.name), found)
        return tuple(found)

    @cached_property
    def size(self) -> int:
        """Number of nodes of the tree."""
        return 1 + sum(child.size for child in self.children)


def _collect(value: object, found: "list[Node]") -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, found)


@dataclass(frozen=True)
class Literal(Node):
    value: object


@dataclass(frozen=True)
class Name(Node):
    name: str


@dataclass(frozen=True)
class ListNode(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class ContextNode(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class RangeNode(Node):
    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True)
class Negate(Node):
    operand: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    operator: OneOf["+", "-", "*", "/", "**"]
    left: Node
    right: Node


@dataclass(frozen=True)
class Compare(Node):
    operator: Comparison
    left: Node
    right: Node


@dataclass(frozen=True)
class Logical(Node):
    operator: OneOf["and", "or"]
    left: Node
    right: Node


@dataclass(frozen=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True)
class Test(Node):
    """One test of the value `?`. Without `operator`: equal to it, in that range or list, or a condition on `?`."""

    operator: Comparison | None
    operand: Node

    @cached_property
    def asks_input(self) -> bool:
        return mentions(self.operand, "?")


@dataclass(frozen=True)
class Tests(Node):
    """One of `tests` holds, or none when `negated`; no tests at all is the dash, which always holds."""

    tests: tuple[Test, ...]
    negated: bool = False

    @cached_property
    def asks_null(self) -> bool:
        """Whether the text itself says what happens when the value is missing."""
        return any(isinstance(node, Literal) and node.value is None for node in walk(self))


@dataclass(frozen=True)
class In(Node):
    value: Node
    tests: Tests


@dataclass(frozen=True)
class TypeNode(Node):
    """`name` is simple (`number`) or one of list, range, context, function with its parts; names go with context."""

    name: str
    parts: "tuple[TypeNode, ...]" = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstanceOf(Node):
    value: Node
    type: TypeNode


@dataclass(frozen=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Iterator(Node):
    """`name in source`, or `name in source..until`."""

    name: str
    source: Node
    until: Node | None = None


@dataclass(frozen=True)
class For(Node):
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True)
class Quantified(Node):
    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True)
class FunctionNode(Node):
    parameters: tuple[tuple[str, TypeNode | None], ...]
    body: Node


@dataclass(frozen=True)
class Call(Node):
    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()
    """Names of the arguments, when they are given by name."""


@dataclass(frozen=True)
class Path(Node):
    source: Node
    name: str


@dataclass(frozen=True)
class Filter(Node):
    source: Node
    condition: Node


def walk(node: Node) -> "list[Node]":
    """The node and everything below it."""
    found, waiting = [], [node]
    while waiting:
        found.append(waiting.pop())
        waiting.extend(found[-1].children)
    return found


def mentions(node: Node, name: str) -> bool:
    return any(isinstance(one, Name) and one.name == name for one in walk(node))
