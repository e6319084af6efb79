"""A decision model as it stands in the file (DMN 1.5, chapters 6, 7 and 10): frozen shapes, nothing evaluated."""

from dataclasses import dataclass, field
from typing import Literal as OneOf

HitPolicy = OneOf["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
Aggregation = OneOf["", "SUM", "COUNT", "MIN", "MAX"]


@dataclass(frozen=True)
class ItemType:
    """A type of the model's own. `allowed` holds for each item, `allowed_whole` for the list as a whole."""

    id: str
    name: str
    base: str = ""
    collection: bool = False
    components: "tuple[ItemType, ...]" = ()
    allowed: str = ""
    allowed_whole: str = ""
    function: bool = False


@dataclass(frozen=True)
class Box:
    """An expression with a place of its own in the file; `type` is a reference, or empty."""

    id: str
    type: str


@dataclass(frozen=True)
class LiteralBox(Box):
    text: str


@dataclass(frozen=True)
class InputColumn:
    id: str
    label: str
    expression: str
    type: str
    allowed: str


@dataclass(frozen=True)
class OutputColumn:
    id: str
    name: str
    label: str
    type: str
    allowed: str
    default: str


@dataclass(frozen=True)
class Rule:
    """`number` counts from 1, as people read the table."""

    id: str
    number: int
    cells: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...]
    cell_ids: tuple[str, ...]
    output_ids: tuple[str, ...]


@dataclass(frozen=True)
class TableBox(Box):
    hit_policy: HitPolicy
    aggregation: Aggregation
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rules: tuple[Rule, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True)
class Variable:
    id: str
    name: str
    type: str


@dataclass(frozen=True)
class ContextBox(Box):
    """Without a `result` the value is the context itself."""

    entries: tuple[tuple[Variable, Box], ...]
    result: Box | None


@dataclass(frozen=True)
class InvocationBox(Box):
    function: Box
    bindings: tuple[tuple[str, Box], ...]


@dataclass(frozen=True)
class RelationBox(Box):
    columns: tuple[str, ...]
    rows: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True)
class ListBox(Box):
    items: tuple[Box, ...]


@dataclass(frozen=True)
class FunctionBox(Box):
    """`kind` is FEEL; Java and PMML are refused."""

    kind: str
    parameters: tuple[Variable, ...]
    body: Box


@dataclass(frozen=True)
class IfBox(Box):
    condition: Box
    then: Box
    otherwise: Box


@dataclass(frozen=True)
class ForBox(Box):
    name: str
    source: Box
    body: Box


@dataclass(frozen=True)
class QuantifiedBox(Box):
    every: bool
    name: str
    source: Box
    condition: Box


@dataclass(frozen=True)
class FilterBox(Box):
    source: Box
    condition: Box


@dataclass(frozen=True)
class Element:
    """`variable` is the name by which other elements know its value."""

    id: str
    name: str
    variable: Variable
    description: str = ""


@dataclass(frozen=True)
class InputData(Element):
    pass


@dataclass(frozen=True)
class Decision(Element):
    """`needs` are the ids of inputs and decisions, `knowledge` those of functions it may call."""

    question: str = ""
    box: Box | None = None
    needs: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True)
class Knowledge(Element):
    function: FunctionBox | None = None
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service(Element):
    outputs: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Ids of what is handed in, in the order of the arguments (DMN 1.5, 10.4)."""
        return (*self.input_data, *self.input_decisions)


@dataclass(frozen=True)
class Definitions:
    """A whole file. `elements` by id, in the order of the file."""

    name: str
    types: dict[str, ItemType] = field(default_factory=dict[str, ItemType])
    elements: dict[str, Element] = field(default_factory=dict[str, Element])
