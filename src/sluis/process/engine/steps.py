"""Steps for SpiffWorkflow, where ours differ from its own; each class says why."""

from typing import Any, Literal

from SpiffWorkflow.bpmn.specs import defaults as spiff
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.operators import Operator
from SpiffWorkflow.util.task import TaskState

from sluis.process.engine.events import Coded, Named
from sluis.process.engine.scripting import scope_of

MAX_ITEMS = 1_000


class TooMany(Exception):
    """A list of more items, or an instance of more steps, than one may have."""


class Outside(spiff.UserTask):
    """A step that somebody or something outside does: a person, or a job. The engine waits for it."""


class Rule(spiff.UserTask):
    """A decision table, decided at once by our own DMN."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = False

    def _run_hook(self, my_task: Any) -> Literal[True]:
        my_task.workflow.top_workflow.decide(my_task)
        return True


class FlowCondition(Operator):
    """The condition of a flow; true only for FEEL's `true`, and not more often than its maximum."""

    def __init__(self, flow_id: str, expression: str, maximum: int | None) -> None:
        super().__init__(expression)
        self.flow_id = flow_id
        self.maximum = maximum

    def _matches(self, task: Any) -> bool:
        top = task.workflow.top_workflow
        times = top.loops.get(self.flow_id, 0)
        if self.maximum is not None and times >= self.maximum:
            return False
        if top.script_engine.evaluate(task, self.args[0]) is not True:
            return False
        if self.maximum is not None:
            top.loops[self.flow_id] = times + 1
        return True


class Together(spiff.ParallelGateway):
    """Goes on when a token has come over each incoming flow, and uses each token once.

    SpiffWorkflow looks for finished steps in the whole history, so that in a later round of a loop a branch of an
    earlier one can count again.
    """

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        my_task.internal_data["came"] = True
        first: dict[str, Any] = {}
        came = (task for task in my_task.workflow.tasks.values() if task.task_spec is self)
        for task in sorted(came, key=lambda task: task.last_state_change):
            if task.internal_data.get("came"):
                first.setdefault(task.parent.task_spec.name, task)
        if len(first) < len(set(self._inputs)):
            return False
        for task in first.values():
            task.internal_data["came"] = False
        return True


class Inclusive(spiff.InclusiveGateway):
    """Waits while anything else alive in its process can still come to it, not counting ways back.

    SpiffWorkflow looks at what ever came, so that in a second round of a loop it no longer waits.
    """

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        before = my_task.workflow.top_workflow.program.model.upstream[self.bpmn_id]
        return not any(
            task.has_state(TaskState.DEFINITE_MASK) and getattr(task.task_spec, "bpmn_id", None) in before
            for task in my_task.workflow.tasks.values()
        )


class Race(spiff.EventBasedGateway):
    """SpiffWorkflow leaves the event that won in the state of the gateway, where it cannot be written as JSON."""

    def _run_hook(self, my_task: Any) -> Literal[True]:
        super()._run_hook(my_task)
        self.event_definition.reset(my_task)
        return True


class Boundary(spiff.BoundaryEvent):
    """SpiffWorkflow hears a message on the border of a step once; one that does not interrupt can come again.

    The same for a repeating time: `next` holds when (see `Running.time`).
    """

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        following = my_task.internal_data.pop("next", None)
        if self.cancel_activity or not (following or isinstance(self.event_definition, Named | Coded)):
            return
        host = [task for task in my_task.parent.children if not isinstance(task.task_spec, spiff.BoundaryEvent)]
        if any(not task.has_state(TaskState.FINISHED_MASK) for task in host):
            again = my_task.parent._add_child(self, TaskState.WAITING)
            if following:
                again.internal_data["due"] = following
            again.task_spec._predict(again, mask=TaskState.NOT_FINISHED_MASK)
            again.task_spec._update(again)


class Sub(spiff.SubWorkflowTask):
    """An interrupted sub-process that ends afterwards must not wake the step that was cancelled."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if not my_task.has_state(TaskState.FINISHED_MASK):
            super()._on_subworkflow_completed(subworkflow, my_task)


class Call(spiff.CallActivity):
    """As `Sub`."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if not my_task.has_state(TaskState.FINISHED_MASK):
            super()._on_subworkflow_completed(subworkflow, my_task)


class Items:
    """The list that a multi-instance step goes over: a variable, or the numbers from 0 up to a FEEL count.

    Anything else than a list, or than a count, is an empty one.
    """

    def __init__(self, name: str = "", count: str = "") -> None:
        self.bpmn_id = name
        self.count = count

    def exists(self, my_task: Any) -> bool:
        return True

    def get(self, my_task: Any) -> list[Any]:
        value = scope_of(my_task).get(self.bpmn_id) if self.bpmn_id else self._counted(my_task)
        if not isinstance(value, list):
            return []
        if len(value) > MAX_ITEMS:
            raise TooMany(self.bpmn_id or self.count)
        return value

    def _counted(self, my_task: Any) -> list[int]:
        number = my_task.workflow.script_engine.evaluate(my_task, self.count)
        return list(range(min(number, MAX_ITEMS + 1))) if type(number) is int else []


class Collecting(MultiInstanceTask):
    """Each round has variables of its own; its outcome goes to its place in a list, not over the others.

    SpiffWorkflow merges the data of the rounds into each other, in the order in which they happen to end.
    """

    data_input: Any
    item_name: str
    into: str
    output: str

    def create_child(self, my_task: Any, item: Any, key_or_index: Any = None) -> None:
        before = dict(my_task.data)
        my_task.data |= {"loopCounter": key_or_index + 1} | ({self.item_name: item} if self.item_name else {})
        try:
            super().create_child(my_task, item, key_or_index)
        finally:
            my_task.data = before

    def merge_child(self, workflow: Any, child: Any) -> None:
        child.parent.internal_data["merged"].append(str(child.id))
        if self.into:
            variables = workflow.top_workflow.variables
            place, known = child.internal_data["key_or_index"], variables.get(self.into)
            values = list(known) if isinstance(known, list) else []
            values += [None] * (place + 1 - len(values))
            values[place] = child.data.get(self.output)
            variables[self.into] = values

    def begin(self, my_task: Any) -> None:
        if self.into:
            my_task.workflow.top_workflow.variables[self.into] = []


class Parallel(spiff.ParallelMultiInstanceTask, Collecting):
    """All rounds at once."""

    def _update_hook(self, my_task: Any) -> Any:
        self.begin(my_task)
        return super()._update_hook(my_task)


class Sequential(spiff.SequentialMultiInstanceTask, Collecting):
    """One round after the other, over the list as it was when the step began.

    SpiffWorkflow reads the list again for each round, and stops for ever at an item that is null.
    """

    def _update_hook(self, my_task: Any) -> Any:
        self.begin(my_task)
        my_task.internal_data["items"] = list(self.data_input.get(my_task))
        return super()._update_hook(my_task)

    def add_next_child(self, my_task: Any) -> None:
        remaining = my_task.internal_data["remaining"]
        if remaining:
            my_task.internal_data["remaining"] = remaining[1:]
            self.create_child(my_task, my_task.internal_data["items"][remaining[0]], remaining[0])
