"""The running tree of SpiffWorkflow, with our variables beside it, written to and read from plain JSON.

Its own serialiser stores the specs and all data with every task. Here the specs come from the file, the variables lie
in the instance, and what is finished and can matter no more is cut off, so that an instance may live for years.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.inclusive_gateway import InclusiveGateway
from SpiffWorkflow.bpmn.specs.mixins.parallel_gateway import ParallelGateway
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import TaskNotFoundException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from sluis.process.engine.program import Program
from sluis.process.engine.scripting import FeelScripting

LIVE = TaskState.DEFINITE_MASK
LONG = 60
_DEEP = 100_000


class Inner(BpmnSubWorkflow):
    """A sub-process at work."""

    def get_tasks_iterator(self, first_task: Any = None, **kwargs: Any) -> Any:
        return super().get_tasks_iterator(first_task, **{"max_depth": _DEEP, **kwargs})

    def _task_removed_notify(self, task: Any) -> None:
        super()._task_removed_notify(task)
        self.top_workflow.forget(task)


class Outer(BpmnWorkflow):
    """A process at work. `decide` does a decision step; `variables` and `loops` are plain JSON."""

    def __init__(
        self, program: Program, variables: dict[str, Any], decide: Callable[[Any], None], *, deserializing: bool = False
    ) -> None:
        self.program = program
        self.variables = variables
        self.loops: dict[str, int] = {}
        self.decide = decide
        super().__init__(program.main, program.specs, script_engine=FeelScripting(), deserializing=deserializing)

    def get_tasks_iterator(self, first_task: Any = None, **kwargs: Any) -> Any:
        return super().get_tasks_iterator(first_task, **{"max_depth": _DEEP, **kwargs})

    def create_subprocess(self, my_task: Any, spec_name: str) -> Inner:
        made = Inner(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = made
        return made

    def _task_removed_notify(self, task: Any) -> None:
        super()._task_removed_notify(task)
        self.forget(task)

    def forget(self, task: Any) -> None:
        """A task left the tree: what runs inside it or listens for it leaves too."""
        self.event_manager.remove_task(task)
        inner = self.subprocesses.pop(task.id, None)
        if inner is not None:
            inner.cancel()

    def walk(self, done: Callable[[Any], None]) -> bool:
        """Do every step that needs nobody; False when there was none."""
        try:
            return bool(self._do_engine_steps(did_complete_task=done))
        except TaskNotFoundException:
            return True  # a sub-process was left through the border of another around it, halfway its list of both

    def everything(self) -> Iterable[BpmnWorkflow | Inner]:
        return (self, *self.subprocesses.values())


def dump(top: Outer) -> dict[str, Any]:
    """The state as plain JSON; what is finished for good is left out."""
    for task_id in [key for key, inner in top.subprocesses.items() if inner.completed]:
        host = top.get_task_from_id(task_id)
        if host.has_state(TaskState.FINISHED_MASK):
            del top.subprocesses[task_id]
    for workflow in top.everything():
        _cut(workflow)
    return {
        "format": 1,
        "loops": top.loops,
        "main": _tree(top),
        "inner": {str(key): _tree(inner) for key, inner in top.subprocesses.items()},
    }


def load(program: Program, variables: dict[str, Any], decide: Callable[[Any], None], state: Mapping[str, Any]) -> Outer:
    """The workflow that `dump` wrote."""
    top = Outer(program, variables, decide, deserializing=True)
    top.loops = dict(state["loops"])
    _grow(top, state["main"])
    _inside(top, top, state["inner"])
    for workflow in top.everything():
        for task in workflow.tasks.values():
            if task.state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
                top.event_manager.add_task(task)
    return top


def _inside(top: Outer, workflow: Any, inner: Mapping[str, Any]) -> None:
    """Sub-processes after the process that holds the step they run in."""
    for task in list(workflow.tasks.values()):
        if (tree := inner.get(str(task.id))) is None:
            continue
        spec = top.subprocess_specs[task.task_spec.spec]
        made = Inner(spec, task.id, top, deserializing=True)
        _grow(made, tree)
        made.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        top.subprocesses[task.id] = made
        _inside(top, made, inner)


def _tree(workflow: Any) -> dict[str, Any]:
    return {
        "root": str(workflow.task_tree.id),
        "completed": workflow.completed,
        "tasks": [_plain(task) for task in workflow.tasks.values()],
    }


def _plain(task: Any) -> list[Any]:
    return [
        str(task.id),
        str(task._parent) if task._parent else None,
        [str(child) for child in task._children],
        task.state,
        task.task_spec.name,
        task.triggered,
        task.internal_data,
        task.data,
        task.last_state_change,
    ]


def _grow(workflow: Any, tree: Mapping[str, Any]) -> None:
    known = workflow.spec.task_specs
    rows = [row for row in tree["tasks"] if row[4] in known]  # another version may lack a step that was foreseen
    kept = {row[0] for row in rows}
    for key, parent, children, state, spec, triggered, internal, data, changed in rows:
        task: Any = Task(workflow, known[spec], state=state, id=UUID(key))
        task._parent = UUID(parent) if parent else None
        task._children = [UUID(child) for child in children if child in kept]
        task.triggered, task.internal_data, task.data = triggered, internal, data
        task.last_state_change = changed
    workflow.task_tree = workflow.tasks[UUID(tree["root"])]
    workflow.completed = tree["completed"]


def _cut(workflow: Any, longest: int = LONG) -> None:
    """Take out the history before the one step that everything still alive stands behind.

    Not while a gateway waits for branches: it looks at finished steps to see which have come.
    """
    if len(workflow.tasks) <= longest or workflow.completed:
        return
    live = [task for task in workflow.tasks.values() if task.has_state(LIVE)]
    waiting = TaskState.WAITING
    if not live or any(
        t.state == waiting and isinstance(t.task_spec, ParallelGateway | InclusiveGateway) for t in live
    ):
        return
    for task in [task for task in workflow.tasks.values() if _over(workflow, task)]:
        workflow._remove_task(task.id)
    root, first = workflow.task_tree, _common([task for task in live if task.id in workflow.tasks])
    if first is root or first.parent is root:
        return
    kept = {root.id, *_below(workflow, first)}
    for task_id in [key for key in workflow.tasks if key not in kept]:
        del workflow.tasks[task_id]
    root._children, first._parent = [first.id], root.id
    if workflow.last_task is not None and workflow.last_task.id not in kept:
        workflow.last_task = None


def border_of(task: Any) -> list[Any]:
    """The events on the border of a step, while it is done."""
    split = task.parent
    return split.children if split is not None and isinstance(split.task_spec, BoundaryEventSplit) else []


def go_back(task: Any, element: str, *, alone: bool) -> None:
    """Put the token of this task at an earlier element of the same process.

    `alone`: only this one, within its branch. Otherwise the process begins again there: everything alive is broken
    off, and the history goes too, so that no gateway counts a branch that came in before.
    """
    workflow: Any = task.workflow
    spec = workflow.spec.task_specs.get(f":{element}.split") or workflow.spec.task_specs[f":{element}"]
    anchor = task.parent if border_of(task) else task
    parent = anchor.parent if alone else workflow.task_tree
    for gone in [anchor] if alone else list(parent.children):
        workflow._remove_task(gone.id)
    child = parent._add_child(spec, TaskState.FUTURE)
    child.triggered = True
    spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
    spec._update(child)


def replan(top: Outer) -> None:
    """Forget what was foreseen, and foresee it again by the specs of now."""
    workflow: Any
    for workflow in top.everything():
        for task in list(workflow.tasks.values()):
            if task.id in workflow.tasks and task.has_state(TaskState.PREDICTED_MASK | TaskState.FUTURE):
                workflow._remove_task(task.id)
        for task in list(workflow.tasks.values()):
            if task.has_state(LIVE):
                task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)


def shorten(workflow: Any) -> None:
    """Cut what can be cut, however short the history is."""
    _cut(workflow, 0)


def _over(workflow: Any, task: Any) -> bool:
    """Has this event on the border of a step, which did not break it off, happened and had all its consequences?"""
    if not isinstance(task.task_spec, BoundaryEvent) or task.state != TaskState.COMPLETED:
        return False
    after = (workflow.tasks[key] for key in _below(workflow, task))
    busy = [one for one in after if not one.has_state(TaskState.FINISHED_MASK)]
    return all(isinstance(one.task_spec, BoundaryEventJoin) and one.state == TaskState.WAITING for one in busy)


def _common(tasks: list[Any]) -> Any:
    """The nearest task that all of these descend from, or are."""
    paths = [_path(task) for task in tasks]
    shared = paths[0]
    for path in paths[1:]:
        count = next((n for n, (a, b) in enumerate(zip(shared, path, strict=False)) if a is not b), None)
        shared = shared[: min(len(shared), len(path)) if count is None else count]
    return shared[-1]


def _path(task: Any) -> list[Any]:
    found = [task]
    while (task := task.parent) is not None:
        found.append(task)
    return found[::-1]


def _below(workflow: Any, task: Any) -> set[UUID]:
    found: set[UUID] = set()
    waiting = [task.id]
    while waiting:
        here = waiting.pop()
        found.add(here)
        waiting += workflow.tasks[here]._children
    return found
