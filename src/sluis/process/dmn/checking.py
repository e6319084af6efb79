"""Everything that is wrong with a model before it may decide anything, element by element."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sluis.kernel.text import N_
from sluis.process.dmn import coverage
from sluis.process.dmn import elements as e
from sluis.process.dmn.constants import closed, constant
from sluis.process.dmn.faults import ModelFault, ModelRefused
from sluis.process.dmn.graph import box_of, inner_boxes, walk
from sluis.process.dmn.model import Model
from sluis.process.dmn.reading import read_definitions
from sluis.process.dmn.types import NotAllowed, Types, WrongType
from sluis.process.feel import UnaryTests, compile_expression, compile_unary_tests
from sluis.process.feel import syntax as s
from sluis.process.feel.expressions import guarded
from sluis.process.feel.faults import Budget, FeelFault
from sluis.process.feel.frames import Frame
from sluis.process.feel.functions import FUNCTIONS
from sluis.process.feel.names import free_names
from sluis.process.feel.values import Range, kind
from sluis.process.feel.writing import to_text

_ASKS_FOR_ONE = ("UNIQUE", "ANY", "FIRST", "PRIORITY")
Scope = frozenset[str]


def check(xml: bytes) -> tuple[ModelFault, ...]:
    """All faults of a DMN file; none means that it may be used.

    Beside what `read` refuses: unknown names and types, values of the wrong type or not allowed, rules of a UNIQUE
    table that overlap, rules of an ANY table that overlap and differ, and input for which no rule holds.
    """
    try:
        definitions, faults = read_definitions(xml)
    except ModelRefused as refused:
        return refused.model_faults
    model = Model(definitions, faults)
    if any(fault.code == "dmn.table-shape" for fault in model.faults):
        return tuple(model.faults)
    return (*model.faults, *_Checker(model).faults())


class _Checker:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._elements = model.definitions.elements
        self._types: Types = model.types

    def faults(self) -> Iterator[ModelFault]:
        yield from self._type_faults()
        for element in self._elements.values():
            box = box_of(element)
            yield from self._reference(element.variable)
            if box:
                yield from self._names(box, self._scope(element))
                yield from self._tables(box)
            if isinstance(element, e.Decision) and isinstance(box, e.LiteralBox):
                yield from self._value(box.text, element.variable.type or box.type, "", box.id)

    # --- types ----------------------------------------------------------------------------------------------------

    def _type_faults(self) -> Iterator[ModelFault]:
        waiting = list(self._model.definitions.types.values())
        while waiting:
            item = waiting.pop()
            waiting.extend(item.components)
            if not self._types.knows(item.base):
                yield _unknown_type(item.id, item.base)
            for text in (item.allowed, item.allowed_whole):
                if text and isinstance(tests := self._tests(text), FeelFault):
                    yield ModelFault(item.id, tests.code, tests.message, tests.params)

    def _reference(self, variable: e.Variable) -> Iterator[ModelFault]:
        if not self._types.knows(variable.type) and variable.type != "null":
            yield _unknown_type(variable.id, variable.type)

    # --- names ----------------------------------------------------------------------------------------------------

    def _scope(self, element: e.Element) -> Scope:
        ids: tuple[str, ...] = ()
        if isinstance(element, e.Decision):
            ids = (*element.needs, *element.knowledge)
        elif isinstance(element, e.Knowledge):
            ids = element.knowledge
        return frozenset(self._elements[one].variable.name for one in ids if one in self._elements)

    def _names(self, box: e.Box, scope: Scope) -> Iterator[ModelFault]:
        """Names in the texts of a box that nothing gives a value."""
        match box:
            case e.LiteralBox(text=text):
                yield from self._unknown(text, box.id, scope)
            case e.TableBox():
                yield from self._table_names(box, scope)
            case e.ContextBox():
                yield from self._context_names(box, scope)
            case e.FunctionBox(parameters=parameters, body=body):
                for parameter in parameters:
                    yield from self._reference(parameter)
                yield from self._names(body, scope | {one.name for one in parameters})
            case (
                e.ForBox(name=name, source=source, body=body)
                | e.QuantifiedBox(name=name, source=source, condition=body)
            ):
                yield from self._names(source, scope)
                yield from self._names(body, scope | {name, "partial"})
            case e.FilterBox(source=source):
                yield from self._names(source, scope)
            case _:
                for one in inner_boxes(box):
                    yield from self._names(one, scope)

    def _context_names(self, box: e.ContextBox, scope: Scope) -> Iterator[ModelFault]:
        for variable, one in box.entries:
            yield from self._names(one, scope)
            yield from self._reference(variable)
            scope |= {variable.name}
        yield from self._names(box.result, scope) if box.result else ()

    def _table_names(self, table: e.TableBox, scope: Scope) -> Iterator[ModelFault]:
        for column in table.inputs:
            yield from self._unknown(column.expression, column.id, scope)
            if not self._types.knows(column.type):
                yield _unknown_type(column.id, column.type)
        for rule in table.rules:
            for text, element in zip(rule.cells, rule.cell_ids, strict=True):
                tests = self._tests(text)
                if isinstance(tests, UnaryTests):
                    yield from _not_in(tests.tree, element, scope | {"?"})
            for text, element in zip(rule.outputs, rule.output_ids, strict=True):
                yield from self._unknown(text or "null", element, scope)

    def _unknown(self, text: str, element: str, scope: Scope) -> Iterator[ModelFault]:
        tree = self._tree(text)
        yield from _not_in(tree, element, scope) if tree else ()

    def _tree(self, text: str) -> s.Node | None:
        try:
            return compile_expression(text, self._model.names).tree
        except FeelFault:
            return None

    def _tests(self, text: str) -> UnaryTests | FeelFault:
        try:
            return compile_unary_tests(text, self._model.names)
        except FeelFault as fault:
            return fault

    # --- tables ---------------------------------------------------------------------------------------------------

    def _tables(self, box: e.Box) -> Iterator[ModelFault]:
        for table in walk(box):
            if isinstance(table, e.TableBox):
                yield from self._table(table)

    def _table(self, table: e.TableBox) -> Iterator[ModelFault]:
        cells = [[self._tests(text) for text in rule.cells] for rule in table.rules]
        known = [[one for one in row if isinstance(one, UnaryTests)] for row in cells]
        if any(len(row) != len(table.inputs) for row in known):
            return
        wrong = [*self._cells(table, known), *self._outputs(table)]
        yield from wrong
        if not wrong:
            yield from self._coverage(table, known)

    def _column_type(self, column: e.InputColumn) -> str:
        """Its own type, or that of the variable it shows."""
        tree = self._tree(column.expression)
        if not column.type and isinstance(tree, s.Name):
            same = (one.variable.type for one in self._elements.values() if one.variable.name == tree.name)
            return next(same, "")
        return column.type

    def _counts(self, column: e.InputColumn) -> bool:
        """Whether the column counts something, so that only 0, 1, 2, … can come."""
        match self._tree(column.expression):
            case s.Call(function=s.Name(name="count" | "string length")):
                return True
            case _:
                return False

    def _allowed(self, column: e.InputColumn) -> UnaryTests | None:
        text = column.allowed or self._types.allowed(self._column_type(column)) or self._shown_allowed(column)
        tests = self._tests(text) if text else None
        return tests if isinstance(tests, UnaryTests) else None

    def _shown_allowed(self, column: e.InputColumn) -> str:
        """A column may name the plain type while the variable it shows has allowed values."""
        tree = self._tree(column.expression)
        if not isinstance(tree, s.Name):
            return ""
        return next(
            (
                self._types.allowed(one.variable.type)
                for one in self._elements.values()
                if one.variable.name == tree.name
            ),
            "",
        )

    def _cells(self, table: e.TableBox, known: list[list[UnaryTests]]) -> Iterator[ModelFault]:
        for place, column in enumerate(table.inputs):
            wanted, allowed = self._types.kind(self._column_type(column)), self._allowed(column)
            for rule, row in zip(table.rules, known, strict=True):
                yield from _cell(row[place], wanted, allowed, column, rule.cell_ids[place])

    def _outputs(self, table: e.TableBox) -> Iterator[ModelFault]:
        for place, column in enumerate(table.outputs):
            if not self._types.knows(column.type):
                yield _unknown_type(column.id, column.type)
                continue
            texts = [(rule.outputs[place], rule.output_ids[place]) for rule in table.rules]
            for text, element in (*texts, *([(column.default, column.id)] if column.default else [])):
                yield from self._value(text, column.type, column.allowed, element)

    def _value(self, text: str, type_: str, allowed: str, element: str) -> Iterator[ModelFault]:
        """What a text gives that depends on nothing must be of the type, and one of the allowed values."""
        tree = self._tree(text) if text else None
        if tree is None or not closed(tree) or not self._types.knows(type_):
            return
        value = constant(tree)
        tests = self._tests(allowed) if allowed else None
        try:
            self._types.coerced(value, type_)
        except NotAllowed:
            yield _not_allowed(element, value)
            return
        except WrongType as error:
            yield _wrong_type(element, error.expected, error.found)
            return
        if isinstance(tests, UnaryTests) and value is not None and not _holds(tests, value):
            yield _not_allowed(element, value)

    def _coverage(self, table: e.TableBox, known: list[list[UnaryTests]]) -> Iterator[ModelFault]:
        try:
            columns = [
                coverage.column(
                    column.expression,
                    self._types.kind(self._column_type(column)),
                    self._allowed(column),
                    [row[place] for row in known],
                    counts=self._counts(column),
                )
                for place, column in enumerate(table.inputs)
            ]
            yield from islice(self._overlaps(table, columns), coverage.MOST_SHOWN)
            if table.hit_policy in _ASKS_FOR_ONE and not any(column.default for column in table.outputs):
                for example in islice(coverage.gaps(columns, len(table.rules)), coverage.MOST_SHOWN):
                    message = N_("Geen enkele regel geldt bij: {example}.")
                    yield ModelFault(table.id, "dmn.gap", message, {"example": example})
        except coverage.TooComplex:
            message = N_("De tabel is te groot om te controleren op gaten en dubbelingen; splits de tabel.")
            yield ModelFault(table.id, "dmn.too-complex", message)

    def _overlaps(self, table: e.TableBox, columns: list[coverage.Column]) -> Iterator[ModelFault]:
        if table.hit_policy not in ("UNIQUE", "ANY"):
            return
        for first, second, example in coverage.overlaps(columns, len(table.rules)):
            if table.hit_policy == "ANY" and not self._differ(table.rules[first - 1], table.rules[second - 1]):
                continue
            message = N_("De regels {first} en {second} gelden allebei bij: {example}.")
            params = {"first": first, "second": second, "example": example}
            yield ModelFault(table.rules[second - 1].id, "dmn.overlap", message, params)

    def _differ(self, one: e.Rule, other: e.Rule) -> bool:
        """Whether two rules surely give something else."""
        for left, right in zip(one.outputs, other.outputs, strict=True):
            trees = self._tree(left), self._tree(right)
            if left != right and all(tree and closed(tree) for tree in trees):
                values = [constant(tree) for tree in trees if tree]
                if values[0] != values[1]:
                    return True
        return False


def _not_in(tree: s.Node, element: str, scope: Scope) -> Iterator[ModelFault]:
    for name in sorted(free_names(tree, in_filters=False) - scope - FUNCTIONS.keys()):
        if name.partition(".")[0] not in scope:
            yield ModelFault(element, "dmn.unknown-name", N_("De naam {name} is hier niet bekend."), {"name": name})


def _cell(
    cell: UnaryTests, wanted: str | None, allowed: UnaryTests | None, column: e.InputColumn, element: str
) -> Iterator[ModelFault]:
    for test in cell.tree.tests:
        if test.asks_input or not closed(test.operand):
            continue
        for value in _values(constant(test.operand)):
            if wanted and kind(value) not in (wanted, "null"):
                yield _wrong_type(element, wanted, kind(value))
            elif allowed and _names_a_value(test) and value is not None and not _holds(allowed, value):
                yield _not_allowed(element, value)


def _names_a_value(test: s.Test) -> bool:
    """Whether the test is for certain values, so that one outside the allowed ones is a mistake."""
    return test.operator in (None, "=", "!=") and not isinstance(test.operand, s.RangeNode)


def _values(value: Any) -> Iterable[Any]:
    if isinstance(value, Range):
        return (value.low, value.high)
    return value if isinstance(value, list) else (value,)


def _holds(tests: UnaryTests, value: Any) -> bool:
    return guarded(lambda: tests.holds(value, Frame({}, Budget(steps=5_000))))


def _unknown_type(element: str, name: str) -> ModelFault:
    return ModelFault(element, "dmn.unknown-type", N_("Het type {name} is niet bekend."), {"name": name})


def _wrong_type(element: str, expected: str, found: str) -> ModelFault:
    message = N_("Hier staat een waarde van het soort {found}, maar het moet {expected} zijn.")
    return ModelFault(element, "dmn.wrong-type", message, {"expected": expected, "found": found})


def _not_allowed(element: str, value: Any) -> ModelFault:
    shown = to_text(value, Budget(), inside=True)
    message = N_("De waarde {value} is niet een van de toegestane waarden.")
    return ModelFault(element, "dmn.not-allowed", message, {"value": shown})
