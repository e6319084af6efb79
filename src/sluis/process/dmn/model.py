"""A decision model that can be evaluated: `read` once, `evaluate` often."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.process.dmn import elements as e
from sluis.process.dmn.boxed import Compiler, typed_arguments
from sluis.process.dmn.faults import ModelFault, ModelRefused
from sluis.process.dmn.graph import inner_ids, known_names, needed_ids, structure_faults, walk
from sluis.process.dmn.reading import read_definitions
from sluis.process.dmn.tracing import Trace, typed
from sluis.process.dmn.types import Types
from sluis.process.feel.expressions import guarded
from sluis.process.feel.faults import Budget
from sluis.process.feel.frames import Frame, Run
from sluis.process.feel.values import Function, from_python
from sluis.process.feel.writing import measure


@dataclass(frozen=True)
class Evaluated:
    """A decision. `matched`: for each decision with a table, the numbers (from 1) of the rules that matched.

    `faults` say why parts have no answer (null): no rule, a wrong type, several rules where one may match.
    """

    value: Any
    matched: dict[str, tuple[int, ...]]
    faults: tuple[ModelFault, ...]


class Model:
    """Frozen after reading; may be shared between threads."""

    def __init__(self, definitions: e.Definitions, faults: list[ModelFault]) -> None:
        self.definitions = definitions
        self.types = Types(definitions.types)
        self.faults = [*faults, *structure_faults(definitions)]
        self._compiler = Compiler(known_names(definitions), self.types, self.faults)
        self._by_name = {one.name: one for one in reversed(definitions.elements.values())}
        self._runs: dict[str, Run] = {}
        self._tables: dict[str, str] = {}
        self._functions: dict[str, Function] = {}
        self._compile()
        self._faulty = self._by_owner()

    @property
    def names(self) -> frozenset[str]:
        """Names with signs or keywords in them that FEEL texts of this model may use."""
        return self._compiler.names

    @property
    def decisions(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.definitions.elements.values() if isinstance(one, e.Decision))

    def inputs(self, name: str) -> tuple[str, ...]:
        """The names of what must be handed in for a decision, a service or a function. Raises NotFound."""
        found: dict[str, None] = {}
        self._collect_inputs(self._element(name), found)
        return tuple(found)

    def evaluate(self, decision: str, inputs: Mapping[str, object], *, budget: Budget | None = None) -> Evaluated:
        """The value of a decision (or decision service, or function) by name or id; a missing input is null.

        Raises NotFound for an unknown name, ModelRefused when the decision needs a part that cannot be run,
        BudgetExceeded, and Invalid for an input value that FEEL does not know.
        """
        element = self._element(decision)
        budget = budget or Budget()
        trace = Trace(budget.steps, budget.depth, budget.characters)
        given = {name: from_python(value) for name, value in inputs.items()}
        value = guarded(lambda: _Session(self, given, trace).measured(element))
        matched = {self._tables[table]: rules for table, rules in trace.matched.items() if table in self._tables}
        return Evaluated(value, matched, tuple(trace.faults))

    # --- within the package ---------------------------------------------------------------------------------------

    def run_of(self, element: e.Decision) -> Run:
        return self._runs[element.id]

    def function_of(self, element: str) -> Function | None:
        return self._functions.get(element)

    def _element(self, name: str) -> e.Element:
        found = self._by_name.get(name) or self.definitions.elements.get(name)
        if found is None or isinstance(found, e.InputData):
            raise NotFound(
                "dmn.no-decision",
                N_("Het model heeft geen beslissing {name}."),
                way_out=N_("De beslissingen zijn: {known}."),
                name=name,
                known=", ".join(self.decisions),
            )
        if self.faults:
            self._refuse_when_faulty(found)
        return found

    def _refuse_when_faulty(self, element: e.Element) -> None:
        """Only faults of what the element needs count, so that a model can be tried while it is made."""
        needed = needed_ids(self.definitions, element)
        faults = [fault for id_ in ("", *needed) for fault in self._faulty.get(id_, ())]
        if faults:
            raise ModelRefused(faults)

    def _by_owner(self) -> dict[str, list[ModelFault]]:
        """The faults by the id of the element they stand in; those of the model as a whole under the empty name."""
        owners = {part: id_ for id_, element in self.definitions.elements.items() for part in inner_ids(element)}
        found: dict[str, list[ModelFault]] = {}
        for fault in self.faults:
            found.setdefault(owners.get(fault.element, ""), []).append(fault)
        return found

    def _compile(self) -> None:
        for element in self.definitions.elements.values():
            if isinstance(element, e.Decision):
                self._compile_decision(element)
            elif isinstance(element, e.Knowledge) and element.function:
                self._functions[element.id] = self._knowledge(element, element.function)
                self._name_tables(element, element.function)
            elif isinstance(element, e.Service):
                self._functions[element.id] = self._service(element)

    def _compile_decision(self, element: e.Decision) -> None:
        if element.box:
            self._name_tables(element, element.box)
        self._runs[element.id] = self._compiler.box(element.box) if element.box else (lambda frame: None)

    def _name_tables(self, element: e.Element, box: e.Box) -> None:
        self._tables |= {one.id: element.name for one in walk(box) if isinstance(one, e.TableBox)}

    def _knowledge(self, element: e.Knowledge, box: e.FunctionBox) -> Function:
        body, types = self._compiler.box(box.body), self.types

        def call(budget: Budget, arguments: list[Any]) -> Any:
            given = typed_arguments(types, box.parameters, arguments, budget)
            if given is None:
                return None
            budget.spend(1)
            budget.enter()
            frame = Frame(self.knowledge_names(element.knowledge) | given, budget)
            found = typed(types, body(frame), _result_type(element, box), element.id, budget)
            budget.leave()
            return found

        return Function(element.name, (tuple(one.name for one in box.parameters),), call)

    def _service(self, element: e.Service) -> Function:
        parameters = tuple(
            self.definitions.elements[one].variable for one in element.inputs if one in self.definitions.elements
        )

        def call(budget: Budget, arguments: list[Any]) -> Any:
            given = typed_arguments(self.types, parameters, arguments, budget)
            if given is None:
                return None
            budget.spend(1)
            budget.enter()
            found = _Session(self, given, budget, overriding=True).service(element)
            found = typed(self.types, found, element.variable.type, element.id, budget)
            budget.leave()
            return found

        return Function(element.name, (tuple(one.name for one in parameters),), call)

    def knowledge_names(self, ids: tuple[str, ...]) -> dict[str, Any]:
        """The functions with these ids by the name they are called by."""
        elements = self.definitions.elements
        return {elements[one].variable.name: self._functions.get(one) for one in ids if one in elements}

    def _collect_inputs(self, element: e.Element, found: dict[str, None]) -> None:
        if isinstance(element, e.Knowledge):
            found |= dict.fromkeys(one.name for one in element.function.parameters) if element.function else {}
            return
        if isinstance(element, e.Service):
            found |= dict.fromkeys(self.definitions.elements[one].name for one in element.inputs)
            return
        for id_ in needed_ids(self.definitions, element):
            one = self.definitions.elements[id_]
            if isinstance(one, e.InputData):
                found[one.name] = None


def _result_type(element: e.Knowledge, box: e.FunctionBox) -> str:
    """The variable of a function may be of the type of its result."""
    return element.variable.type if element.variable.type and element.variable.type != "function" else box.type


class _Session:
    """One evaluation: each decision is worked out at most once."""

    def __init__(self, model: Model, given: Mapping[str, Any], budget: Budget, *, overriding: bool = False) -> None:
        self._model, self._given, self._budget = model, given, budget
        self._overriding = overriding
        self._known: dict[str, Any] = {}

    def measured(self, element: e.Element) -> Any:
        value = self._top(element)
        measure(value, self._budget)
        return value

    def _top(self, element: e.Element) -> Any:
        if isinstance(element, e.Service):
            self._overriding = True
            found = self.service(element)
            return typed(self._model.types, found, element.variable.type, element.name, self._budget)
        if isinstance(element, e.Knowledge):
            function = self._model.function_of(element.id)
            names = function.signatures[0] if function else ()
            return function.call(self._budget, [self._given.get(name) for name in names]) if function else None
        return self.value(element.id)

    def service(self, element: e.Service) -> Any:
        """The one output decision, or a context of several by name."""
        self._inside = {*element.input_decisions}
        found = {self._model.definitions.elements[one].variable.name: self.value(one) for one in element.outputs}
        return next(iter(found.values())) if len(found) == 1 else found

    def value(self, id_: str) -> Any:
        if id_ not in self._known:
            self._known[id_] = self._work_out(self._model.definitions.elements[id_])
        return self._known[id_]

    def _work_out(self, element: e.Element) -> Any:
        variable = element.variable
        types = self._model.types
        if isinstance(element, e.InputData) or (self._overriding and element.id in self._inside):
            value = self._given.get(element.name, self._given.get(variable.name))
            return typed(types, value, variable.type, element.name, self._budget, read=True)
        if not isinstance(element, e.Decision):
            return self._model.function_of(element.id)
        elements = self._model.definitions.elements
        names = {elements[one].variable.name: self.value(one) for one in element.needs if one in elements}
        names |= self._model.knowledge_names(element.knowledge)
        self._budget.spend(1)
        value = self._model.run_of(element)(Frame(names, self._budget))
        return typed(types, value, variable.type, element.name, self._budget)

    _inside: "set[str] | frozenset[str]" = frozenset()


def read(xml: bytes, *, partly: bool = False) -> Model:
    """The model in a DMN file. Raises ModelRefused, with all faults, when any part of it cannot be run.

    With `partly` only a file that is no DMN at all is refused here; evaluating a part that cannot be run is refused
    then. That is for trying out a model that is being made, never for taking a decision.
    """
    definitions, faults = read_definitions(xml)
    model = Model(definitions, faults)
    if model.faults and not partly:
        raise ModelRefused(model.faults)
    return model
