"""The door of the process room.

Files:     deploy, make_current, current, history, definition, source, model, keys
Instances: start, send_message, cancel, retry, migration_preview, migrate; instance, instances, progress
Tasks:     claim, unclaim, reassign, complete, return_task; task, tasks
Hand in:   handler, completion, on_transition (see `registry`)

Every write is one transaction with its audit entry and events: process.started, process.task.opened,
process.task.completed, process.message.thrown, process.signal.thrown, process.stuck, process.cancelled, process.ended,
process.definition.current.
"""

from sluis.process.definitions import current, definition, deploy, history, keys, make_current, model, source
from sluis.process.migration import migrate, migration_preview
from sluis.process.operations import cancel, retry, send_message, start
from sluis.process.queries import instance, instances, progress, task, tasks
from sluis.process.registry import completion, handler, on_transition
from sluis.process.tasks import claim, complete, reassign, return_task, unclaim

__all__ = [
    "cancel",
    "claim",
    "complete",
    "completion",
    "current",
    "definition",
    "deploy",
    "handler",
    "history",
    "instance",
    "instances",
    "keys",
    "make_current",
    "migrate",
    "migration_preview",
    "model",
    "on_transition",
    "progress",
    "reassign",
    "retry",
    "return_task",
    "send_message",
    "source",
    "start",
    "task",
    "tasks",
    "unclaim",
]
