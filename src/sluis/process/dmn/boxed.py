"""Boxed expressions (DMN 1.5, 7.3 and 10.2) as closures, like FEEL's own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sluis.kernel.text import N_
from sluis.process.dmn import elements as e
from sluis.process.dmn.faults import ModelFault
from sluis.process.dmn.tables import table_runner
from sluis.process.dmn.tracing import note, typed
from sluis.process.dmn.types import Types
from sluis.process.feel import compile_expression
from sluis.process.feel import syntax as s
from sluis.process.feel.calls import called
from sluis.process.feel.faults import Budget, FeelFault
from sluis.process.feel.frames import Frame, Run
from sluis.process.feel.loops import filtered, looped, quantified
from sluis.process.feel.values import Function


@dataclass(frozen=True)
class Compiler:
    """What boxes are compiled against: the names and types of the model, the list that faults go to, and the owner."""

    names: frozenset[str]
    types: Types
    faults: list[ModelFault]

    def fault(self, element: str, fault: FeelFault) -> None:
        """Note a text that is no FEEL."""
        text = fault.text if len(fault.text) <= 200 else fault.text[:200] + "…"
        self.faults.append(ModelFault(element, fault.code, fault.message, {**fault.params, "text": text}))

    def expression(self, text: str, element: str) -> Run:
        """The closure of a FEEL text; one that is not FEEL is noted as a fault and gives null."""
        try:
            compiled = compile_expression(text, self.names)
        except FeelFault as fault:
            self.fault(element, fault)
            return lambda frame: None
        run, cost = compiled.run, compiled.tree.size

        def paid(frame: Frame) -> Any:
            frame.budget.spend(cost)
            return run(frame)

        return run if isinstance(compiled.tree, s.Literal | s.Name) else paid

    def box(self, box: e.Box) -> Run:
        """The closure of a box, its result of the type the box asks for."""
        run = _BOXES[type(box)](self, box)
        if box.type in ("", "Any") or (isinstance(box, e.LiteralBox) and not box.type):
            return run
        return lambda frame: typed(self.types, run(frame), box.type, box.id, frame.budget)


def _literal(compiler: Compiler, box: e.LiteralBox) -> Run:
    return compiler.expression(box.text, box.id)


def _table(compiler: Compiler, box: e.TableBox) -> Run:
    return table_runner(compiler, box)


def _context(compiler: Compiler, box: e.ContextBox) -> Run:
    entries = [(variable, compiler.box(one)) for variable, one in box.entries]
    result = compiler.box(box.result) if box.result else None

    def run(frame: Frame) -> Any:
        made: dict[str, Any] = {}
        inside = frame.inner(made)
        for variable, value in entries:
            made[variable.name] = typed(compiler.types, value(inside), variable.type, variable.id, frame.budget)
        return result(inside) if result else made

    return run


def _invocation(compiler: Compiler, box: e.InvocationBox) -> Run:
    function = compiler.box(box.function)
    names = tuple(name for name, _ in box.bindings)
    arguments = [compiler.box(one) for _, one in box.bindings]

    def run(frame: Frame) -> Any:
        found = function(frame)
        if not isinstance(found, Function):
            note(frame.budget, box.id, "dmn.no-function", N_("Wat hier wordt aangeroepen is geen functie."))
            return None
        return called(found, [argument(frame) for argument in arguments], names, frame.budget)

    return run


def _relation(compiler: Compiler, box: e.RelationBox) -> Run:
    rows = [[compiler.box(cell) for cell in row] for row in box.rows]
    columns = box.columns
    return lambda frame: [{name: cell(frame) for name, cell in zip(columns, row, strict=False)} for row in rows]


def _list(compiler: Compiler, box: e.ListBox) -> Run:
    items = [compiler.box(item) for item in box.items]
    return lambda frame: [item(frame) for item in items]


def _function(compiler: Compiler, box: e.FunctionBox) -> Run:
    body, signature = compiler.box(box.body), tuple(one.name for one in box.parameters)

    def run(frame: Frame) -> Function:
        def call(budget: Budget, arguments: list[Any]) -> Any:
            given = typed_arguments(compiler.types, box.parameters, arguments, budget)
            if given is None:
                return None
            budget.spend(1)
            budget.enter()
            found = body(frame.inner(given))
            budget.leave()
            return found

        return Function("", (signature,), call)

    return run


def typed_arguments(
    types: Types, parameters: Iterable[e.Variable], arguments: list[Any], budget: Budget
) -> dict[str, Any] | None:
    """Each argument as its parameter wants it; None (and a note) when one is of another type."""
    given: dict[str, Any] = {}
    for parameter, value in zip(parameters, arguments, strict=True):
        made = typed(types, value, parameter.type, parameter.id, budget)
        if made is None and value is not None:
            return None
        given[parameter.name] = made
    return given


def _if(compiler: Compiler, box: e.IfBox) -> Run:
    condition, then, otherwise = (compiler.box(one) for one in (box.condition, box.then, box.otherwise))
    return lambda frame: then(frame) if condition(frame) is True else otherwise(frame)


def _for(compiler: Compiler, box: e.ForBox) -> Run:
    return looped(box.name, compiler.box(box.source), compiler.box(box.body))


def _quantified(compiler: Compiler, box: e.QuantifiedBox) -> Run:
    return quantified(box.name, compiler.box(box.source), compiler.box(box.condition), every=box.every)


def _filter(compiler: Compiler, box: e.FilterBox) -> Run:
    return filtered(compiler.box(box.source), compiler.box(box.condition))


_BOXES: dict[type[e.Box], Callable[[Compiler, Any], Run]] = {
    e.LiteralBox: _literal,
    e.TableBox: _table,
    e.ContextBox: _context,
    e.InvocationBox: _invocation,
    e.RelationBox: _relation,
    e.ListBox: _list,
    e.FunctionBox: _function,
    e.IfBox: _if,
    e.ForBox: _for,
    e.QuantifiedBox: _quantified,
    e.FilterBox: _filter,
}
