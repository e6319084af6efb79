"""What happens to instances: they start, hear a message, are cancelled, tried again. One verb, one transaction each."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sluis.foundation.service import require, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from sluis.kernel.text import N_
from sluis.process import definitions, policy
from sluis.process.engine import Running
from sluis.process.models import Instance, Run, Task, Wait
from sluis.process.moving import Move, decider, moving, plain
from sluis.process.records import instance_record
from sluis.process.types import InstanceRecord, InstanceState, Kind, TaskState

TITLE = 300


def start(
    *,
    by: Actor,
    key: str,
    subject: str,
    organisation_id: UUID,
    team_id: UUID | None = None,
    variables: Mapping[str, Any] | None = None,
    title: str = "",
) -> InstanceRecord:
    """Start the current version of a process; the policies it uses are pinned to their current versions.

    `subject` names what it is about (`dossier:<uuid>`), `title` says it to people. Raises NotFound without a current
    version, Conflict when a policy is missing, Invalid for variables that are not plain JSON.
    """
    by = require(by, policy.WORK, organisation_id, team_id)
    current = definitions.current(Kind.PROCESS, key)
    program = definitions.program(current.sha256)
    pinned, moment = definitions.pinned(program.policies), clock.now()
    instance_id = ids.new_id()
    with writing(by=by, action="process.started", subject=("process", instance_id)) as write:
        running = Running.start(program, plain(variables or {}), decider(pinned), moment)
        row = Instance.objects.create(
            id=instance_id,
            definition_id=current.sha256,
            key=key,
            subject=subject,
            title=title.strip()[:TITLE],
            organisation_id=organisation_id,
            team_id=team_id,
            state=InstanceState.RUNNING,
            policies=pinned,
            started_at=moment,
            started_by=by.key,
        )
        write.note(key=key, definition=current.sha256, policies=pinned, about=subject)
        write.emit("process.started", {"instance_id": str(row.id), "key": key, "subject": subject})
        (move := Move(by, row, write, running)).tell("started")
        move.settle()
    return instance_record(row)


def send_message(
    *,
    by: Actor,
    message: str,
    instance_id: UUID | None = None,
    subject: str = "",
    variables: Mapping[str, Any] | None = None,
) -> InstanceRecord:
    """Give a message to the instance, or to the one about the subject that waits for it.

    By the system, or by a person in a role that the waiting element names (`sluis:role`). Raises NotAllowed, and
    Conflict when nothing waits for the message.
    """
    instance_id = instance_id or _listening(by, subject, message)
    seen = policy.instance_seen(by, instance_id)
    by = _speaker(by, seen, message)
    with moving(by=by, action="process.message", instance_id=instance_id) as move:
        given = plain(variables or {})
        if not move.running.message(message, given):
            raise _nobody_waits(message)
        move.write.note(message=message)
        move.tell("message", message, given)
        move.settle()
    return instance_record(move.row)


def cancel(*, by: Actor, instance_id: UUID, reason: str) -> InstanceRecord:
    """Stop an instance: its tasks, jobs and timers are gone. Raises Invalid without a reason."""
    seen = policy.instance_seen(by, instance_id)
    by = require(by, policy.MANAGE, seen.organisation_id, seen.team_id)
    if not reason.strip():
        raise Invalid("process.reason", N_("Schrijf waarom."))
    with moving(by=by, action="process.cancelled", instance_id=instance_id) as move:
        move.running.cancel()
        move.row.state, move.row.ended_at = InstanceState.CANCELLED, clock.now()
        move.row.version += 1
        move.row.save(update_fields=["state", "ended_at", "version"])
        Task.objects.filter(instance_id=instance_id, state=TaskState.OPEN).update(state=TaskState.GONE)
        Run.objects.filter(instance_id=instance_id, state__in=(Run.State.READY, Run.State.FAILED)).update(
            state=Run.State.GONE, ended_at=clock.now()
        )
        Wait.objects.filter(instance_id=instance_id).delete()
        move.write.note(reason=reason.strip())
        move.write.emit("process.cancelled", {"instance_id": str(instance_id)})
        move.tell("cancelled")
    return instance_record(move.row)


def rename(*, by: Actor, instance_id: UUID, title: str) -> None:
    """Give an instance, also one that ended, another title: what it said about a person goes with it."""
    seen = policy.instance_seen(by, instance_id)
    by = require(by, policy.MANAGE, seen.organisation_id, seen.team_id)
    with writing(by=by, action="process.renamed", subject=("process", instance_id)):
        Instance.objects.filter(id=instance_id).update(title=title.strip()[:TITLE])


def retry(*, by: Actor, instance_id: UUID) -> InstanceRecord:
    """Try the failed steps of a stuck instance again. Raises Conflict when it is not stuck."""
    from sluis.process.jobs import run_step

    seen = policy.instance_seen(by, instance_id)
    by = require(by, policy.MANAGE, seen.organisation_id, seen.team_id)
    with moving(by=by, action="process.retried", instance_id=instance_id) as move:
        if move.row.state != InstanceState.STUCK:
            raise Conflict("process.not-stuck", N_("Dit proces hangt niet vast."))
        failed = Run.objects.filter(instance_id=instance_id, state=Run.State.FAILED)
        for run_id in failed.values_list("id", flat=True):
            run_step.enqueue(str(run_id))
        failed.update(state=Run.State.READY, failure=None)
        move.row.state, move.row.failure = InstanceState.RUNNING, None
        move.settle()
    return instance_record(move.row)


def _listening(by: Actor, subject: str, message: str) -> UUID:
    waits = Wait.objects.filter(
        kind="message", name=message, instance__in=policy.instances_seen(by).filter(subject=subject)
    )
    found = waits.order_by("-instance__started_at").values_list("instance_id", flat=True).first()
    if found is None:
        text = N_("Er is geen proces voor dit onderwerp dat op ‘{name}’ wacht.")
        raise NotFound("process.message.nobody", text, name=message)
    return found


def _speaker(by: Actor, row: Instance, message: str) -> Actor:
    if by.is_system:
        return by
    nodes = definitions.model(row.definition_id).nodes
    waits = Wait.objects.filter(instance_id=row.id, kind="message", name=message).values_list("element", flat=True)
    roles = {role for element in waits for role in nodes[element].roles}
    for role in sorted(roles):
        if speaker := policy.in_role(by, role, row.organisation_id, row.team_id):
            return speaker
    if not waits:
        raise _nobody_waits(message)
    raise NotAllowed("process.message.role", N_("U mag dit bericht hier niet geven."))


def _nobody_waits(message: str) -> Conflict:
    return Conflict("process.message.nobody", N_("Op bericht ‘{name}’ wacht nu niemand."), name=message)
