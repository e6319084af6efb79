"""What an operator sees and steers of the background work.

Jobs belong to no organisation: they are for who holds `platform.operate` in every one, and nobody else learns of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from sluis.foundation.access import holds_everywhere, require
from sluis.foundation.jobs.patience import since_away, told_away
from sluis.foundation.jobs.recurring import known, next_slot
from sluis.foundation.jobs.worker import settles_its_failure
from sluis.foundation.models import Job, PausedWork
from sluis.foundation.writing import writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, NotFound
from sluis.kernel.text import N_

PERMISSION = "platform.operate"
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """`failure` is an error on the wire (kernel.from_wire), or None; also of an attempt that will be made again.

    `state`: ready, waiting (it was tried, and is again after `run_after`), running, successful or failed. `away_since`:
    what a waiting one found away was so since then.
    `retryable`: waiting, or failed and not settled elsewhere. A file, check or publication that failed says so on its
    own page, which also starts it again; running its old job once more would do nothing. `log` holds the last lines it
    wrote.
    """

    id: UUID
    task: str
    state: str
    attempts: int
    progress: float
    progress_text: str
    worker: str
    created_at: datetime
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failure: Mapping[str, Any] | None
    away_since: datetime | None
    retryable: bool
    log: str


@dataclass(frozen=True, slots=True)
class RecurringRecord:
    """Work that comes back. `last` is its newest run; `next_at` is None while it is paused.

    `on_demand`: at that moment it is first asked whether there is anything to do.
    """

    task: str
    every: timedelta
    on_demand: bool
    paused_since: datetime | None
    last_at: datetime | None
    last_state: str
    next_at: datetime | None


def jobs(*, by: Actor, state: str = "", limit: int = 100) -> tuple[JobRecord, ...]:
    """The newest jobs, of one state when that is named; none for who does not operate every organisation."""
    require(by, PERMISSION)
    if not holds_everywhere(by, PERMISSION):
        return ()
    rows = Job.objects.filter(_in_state(state)) if state else Job.objects.all()
    return tuple(_job(row) for row in rows.order_by("-created_at")[:limit])


def job(*, by: Actor, job_id: UUID) -> JobRecord:
    """One job. Raises NotFound, also for who may not see jobs."""
    _operator(by)
    row = Job.objects.filter(id=job_id).first()
    if row is None:
        raise _unknown()
    return _job(row)


def retry_job(*, by: Actor, job_id: UUID) -> None:
    """Let a failed job run again, or one that waits for its next attempt run now. Raises NotFound, also for who may
    not see jobs; Conflict when it does neither or is started again elsewhere.
    """
    by = _operator(by)
    with writing(by=by, action="foundation.job.retried", subject=("job", job_id)) as w:
        row = Job.objects.select_for_update().filter(id=job_id).first()
        if row is None:
            raise _unknown()
        if _state(row) != WAITING:
            _begin_again(row)
        _run_now(row)
        w.note(task=row.task)


def recurring_work(*, by: Actor) -> tuple[RecurringRecord, ...]:
    """All work that comes back, by name; none for who does not operate every organisation."""
    require(by, PERMISSION)
    if not holds_everywhere(by, PERMISSION):
        return ()
    newest = Job.objects.filter(task__in=known()).values("task").annotate(at=Max("created_at"))
    ids = Job.objects.filter(task__in=known(), created_at__in=[row["at"] for row in newest]).order_by("created_at")
    last = {row.task: row for row in ids}
    paused = dict(PausedWork.objects.values_list("task", "since"))
    return tuple(_recurring(name, last.get(name), paused.get(name)) for name in sorted(known()))


def pause_work(*, by: Actor, task: str) -> None:
    """Let recurring work rest until it is resumed; what is in the queue still runs, unless it found something away.

    Raises NotFound, Conflict.
    """
    by = _operator(by)
    _require_known(task)
    with writing(by=by, action="foundation.work.paused", subject=("work", task)):
        _, made = PausedWork.objects.get_or_create(task=task, defaults={"since": clock.now()})
        if not made:
            raise Conflict("work.paused", N_("Dit werk staat al stil."))


def resume_work(*, by: Actor, task: str) -> None:
    """Let paused work come back from its next moment on. Raises NotFound, Conflict."""
    by = _operator(by)
    _require_known(task)
    with writing(by=by, action="foundation.work.resumed", subject=("work", task)):
        if not PausedWork.objects.filter(task=task).delete()[0]:
            raise Conflict("work.not-paused", N_("Dit werk staat niet stil."))


def run_work(*, by: Actor, task: str) -> UUID:
    """Put recurring work in the queue now, also when it is paused; returns the job. Raises NotFound, Conflict."""
    by = _operator(by)
    _require_known(task)
    with writing(by=by, action="foundation.work.started", subject=("work", task)):
        there = Job.objects.select_for_update().filter(task=task, state__in=(Job.State.READY, Job.State.RUNNING))
        found = there.first()
        if found is not None and _state(found) == WAITING:
            return _run_now(found)
        if found is not None:
            raise Conflict("work.waiting", N_("Dit werk wacht al of is al bezig."))
        moment = clock.now()
        return Job.objects.create(task=task, run_after=moment, created_at=moment).id


def _begin_again(row: Job) -> None:
    if row.state != Job.State.FAILED:
        raise Conflict("job.not-failed", N_("Alleen een taak die mislukt is of later opnieuw begint, kan nu opnieuw."))
    if settles_its_failure(row.task):
        raise Conflict("job.elsewhere", N_("Deze taak begint u opnieuw op de pagina van de dataset of het dossier."))
    row.state, row.attempts, row.failure, row.finished_at = Job.State.READY, 0, None, None


def _run_now(row: Job) -> UUID:
    """Before what nobody waits for: somebody does now."""
    row.run_after, row.priority, row.lease_until = clock.now(), max(row.priority, 0), None
    row.save()
    return row.id


def _state(row: Job) -> str:
    return WAITING if row.state == Job.State.READY and row.failure else row.state


def _in_state(state: str) -> Q:
    if state in (WAITING, Job.State.READY):
        return Q(state=Job.State.READY, failure__isnull=state != WAITING)
    return Q(state=state)


def _operator(by: Actor) -> Actor:
    by = require(by, PERMISSION)
    if not holds_everywhere(by, PERMISSION):
        raise _unknown()
    return by


def _unknown() -> NotFound:
    return NotFound("job.unknown", N_("Deze achtergrondtaak bestaat niet."))


def _require_known(task: str) -> None:
    if task not in known():
        raise NotFound(
            "work.unknown",
            N_("Er is geen terugkerend werk met de naam {task}."),
            way_out=N_("Kijk in de lijst van terugkerend werk, of met sluis jobs work."),
            task=task[:200],
        )


def _recurring(name: str, last: Job | None, paused_since: datetime | None) -> RecurringRecord:
    item = known()[name]
    next_at = None if paused_since else next_slot(item, clock.now())
    when = last.created_at if last else None
    return RecurringRecord(
        name, item.every, item.when is not None, paused_since, when, _state(last) if last else "", next_at
    )


def _job(row: Job) -> JobRecord:
    failure = (row.failure or {}).get("error")
    return JobRecord(
        id=row.id,
        task=row.task,
        state=_state(row),
        attempts=row.attempts,
        progress=row.progress,
        progress_text=row.progress_text,
        worker=row.worker,
        created_at=row.created_at,
        run_after=row.run_after,
        started_at=row.started_at,
        finished_at=row.finished_at,
        failure=failure,
        away_since=since_away(row.failure) if _state(row) == WAITING and told_away(failure) else None,
        retryable=_state(row) == WAITING or (row.state == Job.State.FAILED and not settles_its_failure(row.task)),
        log=row.log,
    )
