"""What happened to an instance and who did it, what was filled in before, and who could take a task over. For staff."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sluis.foundation.service import HolderRecord, audit, holders, ids_of, names_of
from sluis.kernel.actor import Actor
from sluis.process import definitions, policy
from sluis.process.models import FourEyes, Instance, Task
from sluis.process.outlook import outlook
from sluis.process.types import Answered, Happening, Outlook, TaskState


def trail(*, by: Actor, instance_id: UUID) -> tuple[Happening, ...]:
    """Everything that happened to an instance, oldest first, out of the audit chain."""
    seen = policy.instance_seen(by, instance_id)
    entries = audit.entries_about("process", seen.id)
    keys = {entry.actor_key for entry in entries} | {str(entry.detail.get("to", "")) for entry in entries}
    names = names_of(keys)
    return tuple(
        Happening(
            at=entry.at,
            action=entry.action,
            by="" if entry.actor_key == "system" else names.get(entry.actor_key, "–"),
            element=str(entry.detail.get("element", "")),
            role=str(entry.detail.get("role", "")),
            reason=str(entry.detail.get("reason", "")),
            to=names.get(str(entry.detail.get("to", "")), str(entry.detail.get("to", ""))),
        )
        for entry in entries
    )


def answered(*, by: Actor, instance_id: UUID) -> tuple[Answered, ...]:
    """The tasks that were done, newest first, with their forms and what was filled in."""
    seen = policy.instance_seen(by, instance_id)
    model = definitions.model(seen.definition_id)
    rows = list(Task.objects.filter(instance_id=seen.id, state=TaskState.DONE).order_by("-completed_at", "-id"))
    names = names_of(row.completed_by for row in rows)
    return tuple(
        Answered(
            task_id=row.id,
            element=row.element,
            title=row.title,
            title_en=row.title_en,
            role=row.role,
            by=names.get(row.completed_by, "–"),
            at=row.completed_at,
            form=model.nodes[row.element].form if row.element in model.nodes else (),
            answers=row.answers,
        )
        for row in rows
        if row.completed_at
    )


def ahead(*, by: Actor, task_id: UUID) -> Outlook:
    """What comes after a task, per choice where a choice decides, as far as is known now."""
    row = policy.task_seen(by, task_id)
    known: dict[str, Any] = row.instance.variables | row.round
    return outlook(definitions.model(row.instance.definition_id), row.element, known)


def candidates(*, by: Actor, task_id: UUID) -> tuple[HolderRecord, ...]:
    """Colleagues who may do a task, by name: they hold the role and four eyes does not keep them from it."""
    row = policy.task_seen(by, task_id)
    return tuple(one for one in _able(row) if one.key != row.claimed_by)


def _able(row: Task) -> Iterable[HolderRecord]:
    barred = set(_barred(row))
    return (one for one in holders(row.role, row.organisation_id, row.team_id) if one.key not in barred)


def people_of(instance: Instance, *, within: Iterable[str] | None = None) -> set[UUID]:
    """Who took part in an instance or, when elements are named, who has to do their open tasks."""
    if within is None:
        done = Task.objects.filter(instance_id=instance.id, state=TaskState.DONE)
        return _ids({instance.started_by, *done.values_list("completed_by", flat=True)})
    found: set[UUID] = set()
    for task in Task.objects.filter(instance_id=instance.id, state=TaskState.OPEN, element__in=list(within)):
        if task.claimed_by:
            found |= _ids({task.claimed_by})
        else:
            found |= {one.id for one in _able(task)}
    return found


def _ids(keys: set[str]) -> set[UUID]:
    return set(ids_of(keys).values())


def _barred(row: Task) -> Iterable[str]:
    """Keys of those who did a step that this task may not be done after."""
    partners = set(FourEyes.objects.filter(task_id=row.id).values_list("element", flat=True))
    done = Task.objects.filter(instance_id=row.instance_id, state=TaskState.DONE)
    pairs = FourEyes.objects.filter(task__in=done, element=row.element)
    partners |= set(pairs.values_list("task__element", flat=True))
    for one in done.filter(element__in=partners):
        yield one.completed_by
        if one.completed_for:
            yield one.completed_for
