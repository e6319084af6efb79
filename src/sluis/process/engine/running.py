"""One instance at work: what waits, and what happens when something is done, due or said.

Each call moves the instance as far as it goes by itself. The caller loads, calls once, dumps, and stores.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_
from sluis.process import timing
from sluis.process.bpmn.expressions import literal
from sluis.process.bpmn.model import HUMAN, Node, NodeKind
from sluis.process.engine import workflow as tree
from sluis.process.engine.events import Named, Timed, fire, is_round, throw_code
from sluis.process.engine.program import Program
from sluis.process.engine.scripting import scope_of
from sluis.process.engine.steps import Outside, TooMany
from sluis.process.feel import compile_expression

MAX_MOVE = 1_000
"""Steps an instance may take by itself before something outside has to happen."""
MAX_TREE = 6_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What a policy said: a plain JSON value, and which rules of which decision matched."""

    value: Any
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pending:
    """A step for a person or a job. `token` is the place of this visit; `round` the variables of a repeated step."""

    token: str
    node: Node
    round: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Timer:
    """`key` is the element whose time it is; a wait for the first of several has one token and several keys."""

    token: str
    key: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message or signal that this instance would take."""

    token: str
    element: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Passed:
    """An element that was done in this move, in order."""

    element: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


type Decide = Callable[[str, str, Mapping[str, Any]], Decided]


class Running:
    """Make one with `start` or `load`."""

    def __init__(self, program: Program, decide: Decide, now: datetime) -> None:
        self.program = program
        self.now = now
        self.passed: list[Passed] = []
        self.thrown: list[tuple[str, str]] = []
        self.outcome = ""
        self._decide = decide
        self._evidence: dict[str, Mapping[str, Any]] = {}
        self._top: tree.Outer

    @classmethod
    def start(cls, program: Program, variables: Mapping[str, Any], decide: Decide, now: datetime) -> "Running":
        made = cls(program, decide, now)
        made._top = tree.Outer(program, dict(variables), made._rule)
        made._advance()
        return made

    @classmethod
    def load(
        cls, program: Program, variables: Mapping[str, Any], state: Mapping[str, Any], decide: Decide, now: datetime
    ) -> "Running":
        made = cls(program, decide, now)
        made._top = tree.load(program, dict(variables), made._rule, state)
        return made

    def dump(self) -> dict[str, Any]:
        return tree.dump(self._top)

    @property
    def variables(self) -> dict[str, Any]:
        return self._top.variables

    @property
    def ended(self) -> bool:
        return bool(self._top.completed)

    # --- what waits

    def pending(self) -> list[Pending]:
        """Steps that somebody or something outside has to do."""
        found = [task for task in self._tasks(TaskState.READY) if isinstance(task.task_spec, Outside)]
        return [Pending(str(task.id), self._node(task), dict(task.data)) for task in found]

    def timers(self) -> list[Timer]:
        """Every moment this instance waits for. Asking fixes the moments of durations that began just now."""
        return [
            Timer(str(task.id), str(definition.name), due)
            for task in self._tasks(TaskState.WAITING)
            for definition in _definitions(task)
            if isinstance(definition, Timed) and (due := self._due(task, definition))
        ]

    def waiting(self) -> list[Waiting]:
        return [
            Waiting(str(task.id), self._node(task).id, definition.kind, str(definition.name))
            for task in self._tasks(TaskState.WAITING)
            for definition in _definitions(task)
            if isinstance(definition, Named)
        ]

    def live(self) -> dict[str, Node]:
        """The elements where this instance stands now, by id: steps, waits and the sub-processes around them."""
        found = self._tasks(TaskState.READY | TaskState.WAITING | TaskState.STARTED)
        return {node.id: node for task in found if (node := self._node_or_none(task))}

    # --- what happens

    def finish(self, token: str, values: Mapping[str, Any]) -> None:
        """A step is done; its values become variables, of the round when it is a repeated step."""
        task = self._at(token)
        self._put(task, values)
        task.run()
        self._note(task)
        self._advance()

    def fail(self, token: str, code: str) -> bool:
        """A step ended in an error; False when nothing in the process catches it, and then nothing has happened."""
        if not throw_code(self._at(token), "error", code, itself=True):
            return False
        self._advance()
        return True

    def time(self, token: str, key: str) -> None:
        """A moment has come."""
        task = self._at(token, TaskState.WAITING)
        definition = next(found for found in _definitions(task) if found.name == key)
        if isinstance(task.task_spec.event_definition, MultipleEventDefinition):
            task.internal_data.setdefault("seen_events", []).append(BpmnEvent(definition))
            task.task_spec._update(task)
        else:
            task.internal_data["next"] = self._following(task, key)
            fire(task)
        self._advance()

    def message(self, name: str, values: Mapping[str, Any], kind: str = "message") -> bool:
        """Something was said; False when this instance does not wait for it."""
        event = BpmnEvent(Named(kind, name))
        heard = [
            task
            for task in self._tasks(TaskState.WAITING)
            if any(d == event.event_definition for d in _definitions(task))
        ]
        if not heard:
            return False
        self._top.variables.update(values)
        self._top.catch(event)
        self._advance()
        return True

    def returnable(self, token: str) -> tuple[str, ...]:
        """Steps for people that this step can be sent back to, in the order of the file."""
        task = self._at(token)
        node = self._node(task)
        scope = self.program.model.scopes[node.scope]
        if is_round(task.task_spec):
            return ()
        return tuple(one.id for one in scope.kinds(*HUMAN) if one.id != node.id and self._can_go(task, one))

    def back(self, token: str, element: str) -> None:
        """Send a step back. Raises Conflict for an element that `returnable` does not name."""
        if element not in self.returnable(token):
            raise Conflict(
                "process.return",
                N_("Naar ‘{element}’ kan deze taak niet terug."),
                way_out=N_("Kies een eerdere stap van hetzelfde deel van het proces."),
                element=element,
            )
        task = self._at(token)
        tree.go_back(task, element, alone=bool(self._others(task, self.program.model.nodes[element])))
        self._advance()

    def _can_go(self, task: Any, target: Node) -> bool:
        """Only to what lies before it; and if others are at work, to before all of them or within its own branch."""
        after = self._after(target)
        if self._node(task).id not in after:
            return False
        others = self._others(task, target)
        return not others or len(others) == len(self._beside(task))

    def _after(self, target: Node) -> frozenset[str]:
        return self.program.model.scopes[target.scope].reachable(target.id, forward_only=True)

    def _beside(self, task: Any) -> list[Any]:
        """What else is alive in the same process: other steps, and branches that wait for this one."""
        mine = tree.border_of(task)
        alive = TaskState.READY | TaskState.WAITING | TaskState.STARTED
        found = [one for one in task.workflow.tasks.values() if one.has_state(alive) and self._node_or_none(one)]
        return [one for one in found if one is not task and one not in mine]

    def _others(self, task: Any, target: Node) -> list[Any]:
        """Those beside it that would not be done again after going back to the target."""
        after = self._after(target)
        return [one for one in self._beside(task) if not self._came_after(one, after)]

    def _came_after(self, task: Any, after: frozenset[str]) -> bool:
        node = self._node(task)
        if node.kind in (NodeKind.PARALLEL, NodeKind.INCLUSIVE):  # waits there: which branch did it come from?
            before = self._node_or_none(task.parent) if task.parent else None
            return before is not None and before.id in after
        return node.id in after

    # --- another version

    def not_in(self, target: Program) -> tuple[str, ...]:
        """Elements that the state still leans on and that the other version does not have, or has as another kind."""
        needed = {node for workflow in self._top.everything() for node in self._leaning(workflow)}
        nodes = target.model.nodes
        old = self.program.model.nodes
        gone = {
            key
            for key in needed
            if key not in nodes or nodes[key].kind != old[key].kind or bool(nodes[key].loop) != bool(old[key].loop)
        }
        return tuple(sorted(gone | {key for key in needed - gone if nodes[key].scope != old[key].scope}))

    def _leaning(self, workflow: Any) -> Iterator[str]:
        tree.shorten(workflow)
        for task in workflow.tasks.values():
            if not task.has_state(TaskState.PREDICTED_MASK | TaskState.FUTURE) and (node := self._node_or_none(task)):
                yield node.id

    def replan(self) -> None:
        """After `load` with another version: what lies ahead is that version's."""
        tree.replan(self._top)

    def cancel(self) -> None:
        self._top.cancel()

    # --- the inside

    def _advance(self) -> None:
        """Let it walk until everything waits. Steps are counted, so that no file can keep a worker busy."""
        count = 0

        def done(task: Any) -> None:
            nonlocal count
            count += 1
            if count > MAX_MOVE or len(task.workflow.tasks) > MAX_TREE:
                raise _too_many()
            self._note(task)

        try:
            while self._top.walk(done):
                pass
        except (TooMany, RecursionError) as error:
            raise _too_many() from error
        said = [event.event_definition for event in self._top.get_events()]
        self.thrown += [(one.kind, str(one.name)) for one in said if isinstance(one, Named)]

    def _note(self, task: Any) -> None:
        node = self._node_or_none(task)
        if node is None or is_round(task.task_spec):
            return
        self.passed.append(Passed(node.id, self._evidence.pop(str(task.id), {})))
        if node.kind is NodeKind.END and node.scope == self.program.model.main:
            self.outcome = node.given.get("outcome", self.outcome)

    def _rule(self, task: Any) -> None:
        node = self._node(task)
        decided = self._decide(node.given["policy"], node.given["decision"], scope_of(task))
        self._evidence[str(task.id)] = decided.evidence
        self._put(task, {node.given["result"]: decided.value})

    def _put(self, task: Any, values: Mapping[str, Any]) -> None:
        target = task.data if "loopCounter" in task.data else self._top.variables
        target.update(values)

    def _due(self, task: Any, definition: Any) -> datetime | None:
        """When it is due, fixed the first time it is asked; None when its expression says nothing usable."""
        kept: dict[str, Any] = task.internal_data.setdefault("due", {})
        key = str(definition.name)
        if key not in kept:
            kept[key] = self._first(definition, task)
        return datetime.fromisoformat(kept[key]["at"]) if kept[key] else None

    def _first(self, definition: Any, task: Any) -> dict[str, Any] | None:
        event = self.program.model.nodes[definition.name].events[0]
        value: Any = literal(event)
        text = event.expression.text if event.expression else ""
        if value is None:
            value = text = compile_expression(text).evaluate(scope_of(task))
        if event.form == "cycle":
            return self._repeating(definition.name, str(text))
        when = _moment(value, self.now)
        if when is None:
            raise _no_moment(definition.name)
        return {"at": when.isoformat(), "left": 1}

    def _repeating(self, element: str, text: str) -> dict[str, Any] | None:
        every = timing.cycle(text)
        if every is None:
            raise _no_moment(element)
        if every.times == 0:
            return None
        return {"at": every.every.after(self.now).isoformat(), "left": every.times, "every": text}

    def _following(self, task: Any, key: str) -> dict[str, Any] | None:
        """The next moment of a repeating time, as `_due` keeps it; None when this was the last."""
        kept = task.internal_data["due"][key]
        left = None if kept["left"] is None else kept["left"] - 1
        every = timing.cycle(kept.get("every", ""))
        if every is None or left == 0:
            return None
        following = every.every.after(datetime.fromisoformat(kept["at"]))
        return {key: {"at": following.isoformat(), "left": left, "every": kept["every"]}}

    def _at(self, token: str, state: int = TaskState.READY) -> Any:
        for workflow in self._top.everything():
            task = workflow.tasks.get(UUID(token))
            if task is not None and task.has_state(state):
                return task
        raise Conflict("process.moved", N_("Deze stap is al gedaan of niet meer aan de orde."))

    def _tasks(self, state: int) -> Iterator[Any]:
        for workflow in self._top.everything():
            yield from [task for task in workflow.tasks.values() if task.has_state(state)]

    def _node_or_none(self, task: Any) -> Node | None:
        return self.program.model.nodes.get(getattr(task.task_spec, "bpmn_id", None) or "")

    def _node(self, task: Any) -> Node:
        return self.program.model.nodes[task.task_spec.bpmn_id]


def _definitions(task: Any) -> list[Any]:
    definition = getattr(task.task_spec, "event_definition", None)
    return list(definition.event_definitions) if isinstance(definition, MultipleEventDefinition) else [definition]


def _moment(value: Any, now: datetime) -> datetime | None:
    """The moment that a timer's value means, counted from now."""
    if isinstance(value, str):
        value = timing.moment(value) or timing.duration(value)
    if isinstance(value, timing.Duration):
        return value.after(now)
    if isinstance(value, timedelta):
        return now + value
    if isinstance(value, datetime):
        return value if value.tzinfo else None
    return timing.at_midnight(value) if isinstance(value, date) else None


def _too_many() -> Invalid:
    return Invalid(
        "process.too-many-steps",
        N_("Dit proces doet te veel stappen zonder dat iemand iets doet, of werkt met een te lange lijst."),
        way_out=N_("Vraag de beheerder naar de lussen en lijsten van het proces te kijken."),
    )


def _no_moment(element: str) -> Invalid:
    return Invalid(
        "process.no-moment",
        N_("De tijd bij stap ‘{element}’ levert geen datum, moment of duur op."),
        way_out=N_("Laat een beheerder de expressie bij deze stap herstellen."),
        element=element,
    )
