"""What people do with tasks: take one up, put it back, hand it over, complete it, send it back with a reason."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sluis.foundation.service import acting, may, require, writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, Stale
from sluis.kernel.text import N_
from sluis.process import forms, policy, registry
from sluis.process.models import Task
from sluis.process.moving import moving
from sluis.process.queries import task as task_of
from sluis.process.types import TaskRecord, TaskState


def complete(
    *,
    by: Actor,
    task_id: UUID,
    answers: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    expected: str = "",
) -> TaskRecord:
    """Do a task: the answers become variables and the instance moves on.

    `expected` goes as it is to the completion that the step names. Raises NotFound, NotAllowed (role, four eyes),
    Conflict (done, claimed by a colleague), Stale (another version than expected), Invalid with a fault per field, and
    whatever the completion raises; then nothing has happened.
    """
    seen = policy.task_seen(by, task_id)
    with moving(by=by, action="process.task.completed", instance_id=seen.instance_id) as move:
        row = Task.objects.select_for_update().select_related("instance").get(id=task_id)
        who = policy.doer(by, row)
        _require_version(row, expected_version)
        node = move.running.program.model.nodes[row.element]
        accepted = forms.accept(node.form, answers or {})
        move.by, move.by_role = who, {row.element: row.role}
        done = registry.completing(node.given.get("completion", ""))
        extra = dict(done(move.work(row.element, str(row.id), row.round), accepted, expected) or {}) if done else {}
        _finish(row, who, accepted)
        move.running.finish(row.token, accepted | extra)
        move.write.note(task=row.id, element=row.element, role=row.role, **_for(who))
        move.write.emit("process.task.completed", {"task_id": str(row.id), "instance_id": str(row.instance_id)})
        move.tell("completed", row.element, accepted | extra, row.role)
        move.settle()
    return task_of(by=by, task_id=task_id)


def claim(*, by: Actor, task_id: UUID, expected_version: int | None = None) -> TaskRecord:
    """Take a task up, so that colleagues see who is at it. Raises as `complete` does."""
    seen = policy.task_seen(by, task_id)
    with writing(by=by, action="process.task.claimed", subject=("process", seen.instance_id)) as write:
        row = _locked(task_id)
        who = policy.doer(by, row)
        _require_version(row, expected_version)
        _store_claim(row, who.key)
        write.note(task=row.id, element=row.element)
    return task_of(by=by, task_id=task_id)


def unclaim(*, by: Actor, task_id: UUID) -> TaskRecord:
    """Put a task back; who manages processes may do it for a colleague."""
    seen = policy.task_seen(by, task_id)
    with writing(by=by, action="process.task.unclaimed", subject=("process", seen.instance_id)) as write:
        row = _locked(task_id)
        _require_open(row)
        _require_hold(by, row)
        _store_claim(row, "")
        write.note(task=row.id, element=row.element)
    return task_of(by=by, task_id=task_id)


def reassign(*, by: Actor, task_id: UUID, to_user_id: UUID) -> TaskRecord:
    """Hand a task to a colleague who may do it. Raises NotAllowed when the caller does not hold or manage it."""
    seen = policy.task_seen(by, task_id)
    with writing(by=by, action="process.task.reassigned", subject=("process", seen.instance_id)) as write:
        row = _locked(task_id)
        _require_open(row)
        _require_hold(by, row)
        colleague, row.claimed_by = acting(to_user_id), ""
        try:
            policy.doer(colleague, row)
        except NotAllowed as error:
            raise NotAllowed(
                "process.task.colleague",
                N_("U kunt een taak alleen aan iemand geven die haar mag doen."),
                way_out=error.message,
            ) from error
        _store_claim(row, colleague.key)
        write.note(task=row.id, element=row.element, to=colleague.key)
    return task_of(by=by, task_id=task_id)


def return_task(*, by: Actor, task_id: UUID, to: str, reason: str) -> TaskRecord:
    """Send a task back to an earlier step of the same part of the process, with the reason on the new task.

    What was under way after that step is broken off and done again. `TaskRecord.returnable_to` of `task` names the
    steps. Raises as `complete` does, and Conflict for a step that the task cannot go back to.
    """
    seen = policy.task_seen(by, task_id)
    if not reason.strip():
        raise Invalid("process.reason", N_("Schrijf waarom."))
    with moving(by=by, action="process.task.returned", instance_id=seen.instance_id) as move:
        row = _locked(task_id)
        who = policy.doer(by, row)
        move.by, move.return_reason = who, reason.strip()
        move.running.back(row.token, to)
        move.write.note(task=row.id, element=row.element, to=to, role=row.role, reason=reason.strip(), **_for(who))
        move.tell("returned", row.element, {}, row.role)
        move.settle()
    return task_of(by=by, task_id=task_id)


def _finish(row: Task, who: Actor, answers: dict[str, Any]) -> None:
    row.state, row.answers = TaskState.DONE, answers
    row.completed_by, row.completed_for, row.completed_at = who.key, who.stands_for or "", clock.now()
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NotAllowed(
            "process.task.refused", N_("De database weigert dit: vier ogen, of een ander heeft de taak.")
        ) from error


def _locked(task_id: UUID) -> Task:
    return Task.objects.select_for_update().select_related("instance").get(id=task_id)


def _store_claim(row: Task, key: str) -> None:
    row.claimed_by = key
    row.version += 1
    row.save(update_fields=["claimed_by", "version"])


def _require_open(row: Task) -> None:
    if row.state != TaskState.OPEN:
        raise Conflict("process.task.closed", policy.CLOSED)


def _require_hold(by: Actor, row: Task) -> None:
    """Who has the task, or manages processes there."""
    require(by, policy.VIEW)
    if row.claimed_by == by.key or may(by, policy.MANAGE, row.organisation_id, row.team_id):
        return
    text = N_("Alleen wie de taak oppakte of het proces beheert, kan dit.")
    raise NotAllowed("process.task.hold", text)


def _require_version(row: Task, expected: int | None) -> None:
    if expected is not None and row.version != expected:
        text = N_("Iemand wijzigde deze taak intussen.")
        raise Stale("process.task.stale", text, way_out=N_("Laad de taak opnieuw."))


def _for(who: Actor) -> dict[str, str]:
    return {"stands_for": who.stands_for} if who.stands_for else {}
