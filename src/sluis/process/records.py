"""From rows to the shapes that others see."""

from collections.abc import Iterable, Mapping
from typing import Any

from sluis.kernel.actor import Actor
from sluis.process import definitions, policy
from sluis.process.models import Instance, Task
from sluis.process.types import InstanceRecord, InstanceState, TaskRecord, TaskState


def instance_record(row: Instance) -> InstanceRecord:
    return InstanceRecord(
        id=row.id,
        key=row.key,
        definition_sha256=row.definition_id,
        subject=row.subject,
        title=row.title,
        organisation_id=row.organisation_id,
        team_id=row.team_id,
        state=InstanceState(row.state),
        outcome=row.outcome,
        variables=row.variables,
        version=row.version,
        started_at=row.started_at,
        ended_at=row.ended_at,
        failure=row.failure,
        policies=row.policies,
    )


def task_records(actor: Actor, rows: Iterable[Task], *, whole: bool = False) -> tuple[TaskRecord, ...]:
    """The tasks as this actor sees them; `whole` adds form and help. The rows come with their instance."""
    tasks = list(rows)
    hindered = policy.hindered_by_four_eyes(actor, [task for task in tasks if task.state == TaskState.OPEN])
    return tuple(_task_record(actor, task, hindered, whole) for task in tasks)


def _task_record(actor: Actor, row: Task, hindered: set[Any], whole: bool) -> TaskRecord:
    reason = policy.hindrance(actor, row, hindered)
    more: Mapping[str, Any] = {}
    if whole:
        node = definitions.model(row.instance.definition_id).nodes[row.element]
        more = {"help": node.documentation, "help_en": node.documentation_en, "form": node.form}
    return TaskRecord(
        id=row.id,
        instance_id=row.instance_id,
        process_key=row.instance.key,
        definition_sha256=row.instance.definition_id,
        subject=row.instance.subject,
        subject_title=row.instance.title,
        organisation_id=row.organisation_id,
        team_id=row.team_id,
        element=row.element,
        title=row.title,
        title_en=row.title_en,
        role=row.role,
        state=TaskState(row.state),
        created_at=row.created_at,
        due_at=row.due_at,
        claimed_by=row.claimed_by,
        completed_by=row.completed_by,
        completed_at=row.completed_at,
        version=row.version,
        may_complete=not reason,
        hindrance=reason,
        answers=row.answers,
        return_reason=row.return_reason,
        round=row.round,
        **more,
    )
