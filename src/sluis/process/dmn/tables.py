"""Decision tables: which rules match, and what the hit policy makes of them (DMN 1.5, chapter 8)."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sluis.kernel.text import N_
from sluis.process.dmn import elements as e
from sluis.process.dmn.tracing import Trace, note
from sluis.process.feel import UnaryTests, compile_unary_tests
from sluis.process.feel import syntax as s
from sluis.process.feel.faults import Budget, FeelFault
from sluis.process.feel.frames import Frame, Run, runner
from sluis.process.feel.functions import FUNCTIONS
from sluis.process.feel.unary import TestRun
from sluis.process.feel.values import equal

if TYPE_CHECKING:
    from sluis.process.dmn.boxed import Compiler

Cell = tuple[int, bool, TestRun]
"""Number of the column from 0, whether the text speaks of null, and the test."""
Output = Callable[[Frame], Any]


def table_runner(compiler: "Compiler", table: e.TableBox) -> Run:
    """The closure of a table. It notes which rules matched, and why a table has no answer."""
    columns = [_column(compiler, table, column) for column in table.inputs]
    rules = [(rule.number, _cells(compiler, rule)) for rule in table.rules]
    outputs = {rule.number: _output(compiler, table, rule.outputs, rule.output_ids) for rule in table.rules}
    choose = _policy(compiler, table, outputs)
    first_only = table.hit_policy == "FIRST"
    cost = sum(len(cells) for _, cells in rules) + 1

    def run(frame: Frame) -> Any:
        frame.budget.spend(cost)
        values = [column(frame) for column in columns]
        if _REFUSED in values:
            return None
        hits: list[int] = []
        for number, cells in rules:
            if _match(cells, values, frame):
                hits.append(number)
                if first_only:
                    break
        if isinstance(frame.budget, Trace):
            frame.budget.matched[table.id] = tuple(hits)
        return choose(hits, frame)

    return run


class _Refused:
    """Stands for an input that may not have that value."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


_REFUSED = _Refused()


def _match(cells: Sequence[Cell], values: Sequence[Any], frame: Frame) -> bool:
    for place, asks_null, test in cells:
        value = values[place]
        if value is None and not asks_null:
            return False
        if test(value, frame) is not True:
            return False
    return True


def _tests(compiler: "Compiler", text: str, element: str) -> UnaryTests | None:
    try:
        return compile_unary_tests(text, compiler.names)
    except FeelFault as fault:
        compiler.fault(element, fault)
        return None


def _column(compiler: "Compiler", table: e.TableBox, column: e.InputColumn) -> Run:
    value = compiler.expression(column.expression, column.id)
    allowed = _tests(compiler, column.allowed, column.id) if column.allowed else None
    if allowed is None:
        return value

    def run(frame: Frame) -> Any:
        found = value(frame)
        if found is None or allowed.holds(found, frame) or _each(found, allowed, frame):
            return found
        message = N_("{column} heeft een waarde die de tabel niet kent.")
        note(frame.budget, column.id, "dmn.not-allowed", message, column=column.label)
        return _REFUSED

    return run


def _each(value: Any, allowed: UnaryTests, frame: Frame) -> bool:
    """Of a list each item must be allowed."""
    return isinstance(value, list) and all(allowed.holds(item, frame) for item in value)


def _cells(compiler: "Compiler", rule: e.Rule) -> tuple[Cell, ...]:
    """Those cells that say something, the cheap ones first."""
    found: list[tuple[int, Cell]] = []
    for place, (text, element) in enumerate(zip(rule.cells, rule.cell_ids, strict=False)):
        tests = _tests(compiler, text, element)
        if tests is None:
            return ((0, True, lambda value, frame: False),)
        if tests.tree.tests:
            found.append((_dear(tests.tree), (place, tests.tree.asks_null, tests.run)))
    return tuple(cell for _, cell in sorted(found, key=lambda one: one[0]))


def _dear(tree: s.Tests) -> int:
    return tree.size + 100 * any(isinstance(node, s.Call) for node in s.walk(tree))


def _output(compiler: "Compiler", table: e.TableBox, texts: Sequence[str], ids: Sequence[str]) -> Output:
    """The value of a rule: that of its one output, or a context of them by name."""
    runs = [compiler.expression(text or "null", element) for text, element in zip(texts, ids, strict=False)]
    if len(runs) == 1:
        return runs[0]
    named = list(zip([column.name for column in table.outputs], runs, strict=False))
    return lambda frame: {name: run(frame) for name, run in named}


# --- hit policies -----------------------------------------------------------------------------------------------------

Choose = Callable[[list[int], Frame], Any]


def _policy(compiler: "Compiler", table: e.TableBox, outputs: dict[int, Output]) -> Choose:
    several = _SEVERAL.get(table.hit_policy)
    if several:
        return several(compiler, table, outputs)
    otherwise = _default(compiler, table)

    def choose(hits: list[int], frame: Frame) -> Any:
        if not hits:
            return otherwise(frame)
        if len(hits) == 1 or table.hit_policy == "FIRST":
            return outputs[hits[0]](frame)
        return _several_in_single(table, outputs, hits, frame)

    return choose


def _several_in_single(table: e.TableBox, outputs: dict[int, Output], hits: list[int], frame: Frame) -> Any:
    rules = ", ".join(map(str, hits))
    if table.hit_policy == "UNIQUE":
        message = N_("De regels {rules} gelden tegelijk, terwijl er maar één mag gelden.")
        note(frame.budget, table.id, "dmn.not-unique", message, rules=rules)
        return None
    values = [outputs[number](frame) for number in hits]
    if all(equal(value, values[0], frame.budget) for value in values):
        return values[0]
    message = N_("De regels {rules} gelden tegelijk en geven niet hetzelfde.")
    note(frame.budget, table.id, "dmn.not-any", message, rules=rules)
    return None


def _default(compiler: "Compiler", table: e.TableBox) -> Output:
    """What a table without a matching rule gives: the defaults of its outputs, else null with a note."""
    if any(column.default for column in table.outputs):
        texts, ids = zip(*[(column.default, column.id) for column in table.outputs], strict=True)
        return _output(compiler, table, texts, ids)

    def none(frame: Frame) -> Any:
        note(frame.budget, table.id, "dmn.no-rule", N_("Geen enkele regel van de tabel past bij deze invoer."))
        return None

    return none


def _collect(compiler: "Compiler", table: e.TableBox, outputs: dict[int, Output]) -> Choose:
    aggregate = table.aggregation
    otherwise = _default(compiler, table) if any(column.default for column in table.outputs) else None

    def choose(hits: list[int], frame: Frame) -> Any:
        if not hits and otherwise:
            return otherwise(frame)
        values = [outputs[number](frame) for number in hits]
        return _aggregated(aggregate, values, frame.budget) if aggregate else values

    return choose


def _aggregated(aggregate: str, values: list[Any], budget: Budget) -> Any:
    if aggregate == "COUNT":
        return FUNCTIONS["count"].call(budget, [values])
    return FUNCTIONS[aggregate.lower()].call(budget, [values]) if values else None


def _ranked(
    compiler: "Compiler", table: e.TableBox, outputs: dict[int, Output]
) -> Callable[[list[int], Frame], list[Any]]:
    """The outputs of the rules in the order in which the output columns list their values, left column first."""
    orders = [_order(compiler, column) for column in table.outputs]
    single = len(orders) == 1

    def ranked(hits: list[int], frame: Frame) -> list[Any]:
        values = [outputs[number](frame) for number in hits]
        lists = [order(frame) for order in orders]

        def key(value: Any) -> tuple[int, ...]:
            parts = [value] if single else [value[column.name] for column in table.outputs]
            return tuple(_place(part, known) for part, known in zip(parts, lists, strict=True))

        return sorted(values, key=key)

    return ranked


def _place(value: Any, known: list[Any]) -> int:
    """Unlisted values come last; a column that lists nothing ranks nothing."""
    return next((place for place, one in enumerate(known) if equal(value, one)), len(known))


def _order(compiler: "Compiler", column: e.OutputColumn) -> Callable[[Frame], list[Any]]:
    text = column.allowed or compiler.types.allowed(column.type)
    tests = _tests(compiler, text, column.id) if text else None
    runs = _operands(tests) if tests else []
    return lambda frame: [run(frame) for run in runs]


def _operands(tests: UnaryTests) -> list[Run]:
    return [runner(test.operand) for test in tests.tree.tests if test.operator is None]


def _priority(compiler: "Compiler", table: e.TableBox, outputs: dict[int, Output]) -> Choose:
    ranked, otherwise = _ranked(compiler, table, outputs), _default(compiler, table)
    return lambda hits, frame: ranked(hits, frame)[0] if hits else otherwise(frame)


def _output_order(compiler: "Compiler", table: e.TableBox, outputs: dict[int, Output]) -> Choose:
    return _ranked(compiler, table, outputs)


_SEVERAL: dict[str, Callable[["Compiler", e.TableBox, dict[int, Output]], Choose]] = {
    "COLLECT": _collect,
    "RULE ORDER": _collect,
    "PRIORITY": _priority,
    "OUTPUT ORDER": _output_order,
}
