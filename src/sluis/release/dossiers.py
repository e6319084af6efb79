"""A dossier is one instance of the release process: it opens, its tasks are answered, it stops; its row follows."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sluis.foundation.service import Write, require, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.types import InstanceRecord, InstanceState, TaskFilter, TaskRecord, Transition, Work
from sluis.register import service as register
from sluis.release import evidence, policy, rules
from sluis.release.models import Decision, Dossier, Release
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.queries import record_of
from sluis.release.types import DossierRecord, ExhibitKind, Outcome, Stage

PROCESS = "open-data-release"
TERM = timedelta(days=14)


def open_dossier(
    *, by: Actor, dataset_id: UUID, trigger: str = "inventory", variables: Mapping[str, Any] | None = None
) -> DossierRecord:
    """Start a passage through the lock. `trigger`: inventory, data-request or who-request; `variables` start with it.

    Raises NotFound, NotAllowed, and Conflict when one is open for this dataset.
    """
    record = register.get(by=by, dataset_id=dataset_id)
    by = require(by, policy.PREPARE, record.organisation.id, record.team_id)
    row = started(by, dataset_id, {"trigger": trigger, **(variables or {})})
    return record_of(row.id, by)


def started(by: Actor, dataset_id: UUID, variables: Mapping[str, Any]) -> Dossier:
    """The row and its instance, in one transaction. Raises Conflict when one is open for this dataset."""
    record = register.get(by=SYSTEM, dataset_id=dataset_id)
    now = clock.now()
    row = Dossier(
        id=ids.new_id(),
        dataset_id=dataset_id,
        organisation_id=record.organisation.id,
        dataset_slug=record.slug,
        dataset_title=record.title,
        opened_at=now,
        opened_by=by.key,
        changed_at=now,
        due_date=clock.today() + TERM,
    )
    with writing(by=by, action="release.dossier.opened", subject=("dossier", row.id)) as w:
        if Dossier.objects.filter(dataset_id=dataset_id, stage__in=OPEN_STAGES).exists():
            raise _already_open()
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise _already_open() from error
        w.note(dataset=str(dataset_id), role=policy.role_for(by, policy.PREPARE, row))
        begin(row, record.frequency, record.team_id, variables, by)
    return row


def begin(row: Dossier, frequency: str, team_id: UUID | None, variables: Mapping[str, Any], by: Actor) -> None:
    """Start the instance of a dossier that stands; call inside the transaction that makes or takes it up."""
    known = {"publicBody": "yes", "accrualPeriodicity": frequency.rpartition("/")[2] or None}
    instance = process.start(
        by=by,
        key=PROCESS,
        subject=subject_of(row.id),
        organisation_id=row.organisation_id,
        team_id=team_id,
        variables=known | dict(variables),
        title=row.dataset_title,
    )
    Dossier.objects.filter(id=row.id).update(instance_id=instance.id)
    row.instance_id = instance.id


def answer(
    *, by: Actor, dossier_id: UUID, element: str, answers: Mapping[str, Any], expected: str = ""
) -> DossierRecord:
    """Complete the open task at this element of the process; `expected` is what its completion wants back.

    Raises NotFound, Conflict when nothing is to be done there now, and whatever `process.complete` raises.
    """
    task = open_task(by, dossier_id, element)
    process.complete(by=by, task_id=task.id, answers=answers, expected_version=task.version, expected=expected)
    return record_of(dossier_id, by)


def open_task(by: Actor, dossier_id: UUID, element: str) -> TaskRecord:
    row = policy.seen_by(by).filter(id=dossier_id).first()
    if row is None:
        raise policy.unknown()
    found = [task for task in tasks_of(row, by) if task.element == element]
    if not found:
        raise Conflict(
            "dossier.no-task",
            N_("Bij stap ‘{element}’ is in dit dossier nu niets te doen."),
            way_out=N_("Kijk met sluis release status, of op de pagina van het dossier, waar het nu staat."),
            element=element,
        )
    return found[0]


def tasks_of(row: Dossier, by: Actor) -> tuple[TaskRecord, ...]:
    """The open tasks of a dossier, as this actor sees them."""
    if row.instance_id is None:
        return ()
    return process.tasks(by=by, filters=TaskFilter(view="team", instance_id=row.instance_id)).rows


def stop(*, by: Actor, dossier_id: UUID, reason: str) -> DossierRecord:
    """Stop a dossier of which nothing stands outside yet. Invalid without a reason, Conflict after a decision."""
    by = policy.require_dossier(by, policy.PREPARE, dossier_id)
    if not reason.strip():
        raise Invalid("reason.empty", N_("Schrijf een reden."))
    with writing(by=by, action="release.dossier.stopped", subject=("dossier", dossier_id)) as w:
        row = locked(dossier_id)
        if row.stage not in OPEN_STAGES or row.stage == Stage.DECIDED:
            raise Conflict("dossier.stage", N_("Dit dossier loopt niet meer; het is besloten of gestopt."))
        w.note(reason=reason.strip())
        if row.instance_id:
            process.cancel(by=SYSTEM, instance_id=row.instance_id, reason=reason)
        Dossier.objects.filter(id=dossier_id).update(
            stage=Stage.WITHDRAWN, return_reason=reason.strip(), changed_at=clock.now()
        )
    return record_of(dossier_id, by)


def subject_of(dossier_id: UUID) -> str:
    return f"dossier:{dossier_id}"


def id_of(subject: str) -> UUID | None:
    """The dossier that an instance is about; None for another subject."""
    kind, _, rest = subject.partition(":")
    return UUID(rest) if kind == "dossier" else None


def require_id(work: Work) -> UUID:
    """The dossier of a step; Conflict when the process is about something else."""
    found = id_of(work.subject)
    if found is None:
        raise Conflict("dossier.subject", N_("Dit proces gaat niet over een dossier."))
    return found


def locked(dossier_id: UUID) -> Dossier:
    row = Dossier.objects.select_for_update().filter(id=dossier_id).first()
    if row is None:
        raise policy.unknown()
    return row


@contextmanager
def changing(dossier_id: UUID, action: str) -> Generator[tuple[Dossier, Write]]:
    """The dossier, locked, for a step that Sluis does itself; saved at the end."""
    with writing(by=SYSTEM, action=action, subject=("dossier", dossier_id)) as w:
        row = locked(dossier_id)
        yield row, w
        row.changed_at = clock.now()
        row.save()


def follow(told: Transition) -> None:
    """Called inside the transaction of each move: what happened becomes evidence, and the row keeps in step."""
    dossier_id = id_of(told.instance.subject)
    if dossier_id is None or told.instance.key != PROCESS:
        return
    row = Dossier.objects.select_for_update().filter(id=dossier_id).first()
    if row is None:
        return
    if told.kind == "moved":
        _keep_in_step(row, told.instance)
    elif told.kind in _EVIDENCE:
        kind, body = _EVIDENCE[told.kind], dict(told.answers)
        if told.kind == "done":
            kind, body = (ExhibitKind.RULE, dict(told.evidence)) if told.evidence else (kind, _report(told.answers))
        key = told.by.key if told.by and not told.by.is_system else ""
        evidence.keep(row, kind, told.element, body, key=key, role=told.role)


_EVIDENCE = {
    "completed": ExhibitKind.ANSWERS,
    "done": ExhibitKind.REPORT,
    "message": ExhibitKind.MESSAGE,
}


def _report(values: Mapping[str, Any]) -> dict[str, Any]:
    """A step's result variable is the report itself; a step without one leaves that it was done."""
    found = next(iter(values.values()), None)
    return dict(found) if isinstance(found, Mapping) else {"done": True}


def _keep_in_step(row: Dossier, instance: InstanceRecord) -> None:
    row.instance_id = instance.id
    tasks = tasks_of(row, SYSTEM)
    said = instance.variables
    row.stage = _stage(row, instance, tasks)
    row.proposal = _proposed(said)
    row.failure = _failure(said) or instance.failure
    row.return_reason = _returned(said, tasks) if row.stage == Stage.RETURNED else ""
    row.due_date = min((t.due_at.date() for t in tasks if t.due_at), default=row.due_date)
    row.changed_at = clock.now()
    row.save()


def _stage(row: Dossier, instance: InstanceRecord, tasks: tuple[TaskRecord, ...]) -> Stage:
    if instance.state is InstanceState.CANCELLED:
        return Stage.WITHDRAWN
    standing = Release.objects.filter(decision__dossier=row).exclude(status=Release.Status.WITHDRAWN)
    if row.published_at and instance.outcome != "closed":
        return Stage.PUBLISHED if standing.exists() else Stage.WITHDRAWN
    if instance.state is InstanceState.ENDED:
        return Stage.REFUSED if instance.outcome in ("closed", "out-of-scope") else Stage.WITHDRAWN
    if Decision.objects.filter(dossier=row).exists():
        return Stage.DECIDED
    returned = any(t.return_reason for t in tasks) or bool(instance.variables.get("returnTo"))
    deciding = evidence.deciding_elements(instance.definition_sha256)
    return rules.stage_of({t.element: t.role for t in tasks}, deciding, returned=returned)


def _proposed(said: Mapping[str, Any]) -> str:
    found = said.get("proposal")
    outcome = str(found.get("outcome")) if isinstance(found, Mapping) else ""
    return outcome if outcome in set(Outcome) else ""


def _failure(said: Mapping[str, Any]) -> Any:
    found = said.get("release")
    return found.get("failure") if isinstance(found, Mapping) else None


def _returned(said: Mapping[str, Any], tasks: tuple[TaskRecord, ...]) -> str:
    return next((t.return_reason for t in tasks if t.return_reason), "") or str(said.get("returnReason") or "")


def _already_open() -> Conflict:
    return Conflict(
        "dossier.open",
        N_("Er loopt al een dossier voor deze dataset."),
        way_out=N_("Ga verder in dat dossier of stop het eerst."),
    )
