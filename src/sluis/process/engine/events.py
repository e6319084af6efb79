"""Events for SpiffWorkflow that carry no data and look at no clock.

Its own timers read the machine's clock and evaluate text as Python; its errors and escalations reach every listener of
the enclosing process instead of the one around the step that threw them.
"""

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.util.task import TaskState

EACH = "[each]"


class Named(EventDefinition):
    """A message or a signal: matched by its name."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(name=name)
        self.kind = kind

    def throw(self, my_task: Any) -> None:
        my_task.workflow.top_workflow.catch(BpmnEvent(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and (self.kind, self.name) == (other.kind, other.name)

    __hash__ = None  # pyright: ignore[reportAssignmentType]


class Coded(EventDefinition):
    """An error or an escalation: goes outward until something around it catches its code. '' catches all."""

    def __init__(self, kind: str, code: str) -> None:
        super().__init__(name=code)
        self.kind = kind

    def throw(self, my_task: Any) -> None:
        throw_code(my_task, self.kind, str(self.name))

    def catches(self, my_task: Any, event: Any) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = None  # pyright: ignore[reportAssignmentType]


class Timed(TimerEventDefinition):
    """A moment, a duration or a repeating interval: fires when it is told to. Named after its element."""

    def has_fired(self, my_task: Any) -> bool:
        return bool(my_task.internal_data.get("event_fired"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timed) and self.name == other.name

    __hash__ = None  # pyright: ignore[reportAssignmentType]


def throw_code(task: Any, kind: str, code: str, *, itself: bool = False) -> bool:
    """Let an error or escalation go outward from this task; False when nothing catches it.

    `itself`: the task may carry the listener on its own border (a service task that failed).
    """
    top = task.workflow.top_workflow
    while True:
        if itself:
            anchor = _outermost(task)
            if catcher := _catcher(anchor, kind, code):
                if catcher.task_spec.cancel_activity:
                    anchor.cancel()
                fire(catcher)
                return True
        if task.workflow.parent_task_id is None:
            return False
        task, itself = top.get_task_from_id(task.workflow.parent_task_id), True


def fire(task: Any) -> None:
    """The event this task waits for has happened."""
    task.internal_data["event_fired"] = True
    task.task_spec._update(task)


def _outermost(task: Any) -> Any:
    """The repeated step that this task is one round of, or the task itself."""
    return task.parent if is_round(task.task_spec) else task


def is_round(spec: Any) -> bool:
    """Is this the inside of a repeated step?"""
    return spec.name.endswith(EACH)


def _catcher(anchor: Any, kind: str, code: str) -> Any:
    split = anchor.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
        return None
    found = [
        child
        for child in split.children
        if isinstance(child.task_spec, BoundaryEvent)
        and child.state == TaskState.WAITING
        and isinstance(definition := child.task_spec.event_definition, Coded)
        and definition.kind == kind
        and definition.name in ("", code)
    ]
    return min(found, key=lambda child: child.task_spec.event_definition.name == "", default=None)
