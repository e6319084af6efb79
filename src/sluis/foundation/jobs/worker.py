"""Takes jobs one by one: lease, heartbeat, fence, attempts.

A worker that dies stops renewing its lease; when that runs out another worker takes the job with a higher fence, and
whatever the first one still tries to write is refused (Kleppmann, "How to do distributed locking", 2016).
"""

import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string

from sluis.foundation import blobs, outbox
from sluis.foundation.jobs import beats, fencing, lines, patience, recurring
from sluis.foundation.jobs.patience import MAX_ATTEMPTS, is_away
from sluis.foundation.models import Job, PausedWork
from sluis.foundation.telemetry.following import following
from sluis.foundation.telemetry.instruments import JOBS, LEASES_LOST, Timing, timed
from sluis.foundation.telemetry.logs import note
from sluis.foundation.telemetry.tracing import root
from sluis.foundation.writing import in_line
from sluis.kernel import clock
from sluis.kernel.errors import SluisError, Stale, Unavailable, to_wire

log = logging.getLogger("sluis.jobs")
LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 5.0
LONGEST_WAIT = timedelta(days=1)
"""No job is put off for longer. What says otherwise, or has a lease of minutes, was written by a clock that was wrong:
who is alive renews the lease by the right one, and who was taken for dead is refused by the fence."""
WHEN_QUIET = -50  # priority of work that nobody waits for
_on_failure: dict[str, Callable[..., None]] = {}


def on_failure(task: Any, handler: Callable[..., None]) -> None:
    """Let `handler(failure: dict, *args, **kwargs)` run, in the same transaction, when `task` fails for good."""
    _on_failure[task.module_path] = handler


def settles_its_failure(task_path: str) -> bool:
    """True when a handler told the thing itself about the failure: only there can somebody start it again."""
    return task_path in _on_failure


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def run_one(name: str = "", *, least: int = WHEN_QUIET) -> bool:
    """Take and run one job of at least this priority; False when there is nothing to do."""
    with patience.lane.taking:
        job = _take(name or worker_name(), least)
    if job is None:
        return False
    _run(job)
    return True


def hold_here(task: Any, *args: Any) -> Job:
    """A job that this process runs itself with `run_held`. Call inside the writing transaction.

    When this process dies, the lease runs out and a worker takes the job over.
    """
    moment = clock.now()
    return Job.objects.create(
        task=task.module_path,
        args=list(args),
        state=Job.State.RUNNING,
        worker=worker_name(),
        fence=1,
        attempts=1,
        run_after=moment,
        lease_until=moment + LEASE,
        created_at=moment,
        started_at=moment,
    )


def run_held(job: Job, work: Callable[[], None]) -> None:
    """Do the work of a job of `hold_here`. Whatever it raises ends the job and is raised on: who asked sees it."""
    token = fencing.current.set(fencing.Hold(job.id, job.fence))
    try:
        with _heartbeat(job):
            work()
        _finish(job, None)
    except BaseException as error:  # an interrupt too: who stops a command does not want it to go on elsewhere
        with in_line():
            if held := _still_held(job):
                _fail(held, _failure(error))
        raise
    finally:
        fencing.current.reset(token)


def run_until_idle(limit: int = 10_000, *, least: int = WHEN_QUIET) -> int:
    """Relay events and run jobs until nothing is left that may run now; returns how many. For CLI and tests."""
    done = 0
    while done < limit:
        outbox.relay()
        if not run_one(least=least):
            return done
        done += 1
    return done


def work(stop: threading.Event, *, pause: float = 0.5) -> None:
    """Work until `stop` is set. A database that is away for a moment is waited for, not died of."""
    name = worker_name()
    while not stop.is_set():
        busy = False
        try:
            beats.beat(name)
            recurring.enqueue_due()
            relayed = outbox.relay()
            busy = run_one(name) or bool(relayed)
        except DatabaseError:
            log.exception("the database did not answer; trying again")
        finally:
            close_old_connections()
        if not busy:
            stop.wait(pause)
    with suppress(DatabaseError):
        beats.stopped(name)
    connection.close()


def _take(name: str, least: int) -> Job | None:
    moment = clock.now()
    may_run = (
        _in_turn(name, least)
        & ~_rests()
        & (
            Q(state=Job.State.READY, run_after__lte=moment)
            | Q(state=Job.State.READY, run_after__gt=moment + LONGEST_WAIT)
            | Q(state=Job.State.RUNNING, lease_until__lt=moment)
            | Q(state=Job.State.RUNNING, lease_until__gt=moment + 2 * LEASE)
        )
    )
    if not Job.objects.filter(may_run).exists():  # a read first: an idle worker takes no write lock
        return None
    with transaction.atomic():
        # What another worker is taking at this moment is passed over, where the database can (PostgreSQL).
        free = Job.objects.select_for_update(skip_locked=True).filter(may_run)
        job = free.order_by("-priority", "run_after", "id").first()
        if job is None:
            return None
        if job.state == Job.State.RUNNING:
            LEASES_LOST.inc()
        job.state, job.lease_until, job.worker = Job.State.RUNNING, moment + LEASE, name
        job.fence, job.attempts, job.started_at = job.fence + 1, job.attempts + 1, moment
        job.save()
    if patience.times_away(job.failure):
        patience.lane.enter(job.id)
    return job if _own(job) <= MAX_ATTEMPTS else _give_up(job)


def _rests() -> Q:
    """What is away need not be tried for work that somebody paused, unless it was asked for since."""
    return Q(priority__lte=patience.BEHIND, state=Job.State.READY, task__in=PausedWork.objects.values("task"))


def _in_turn(name: str, least: int) -> Q:
    if least > patience.BEHIND:  # a command goes on with what it began, also when that went behind
        return Q(priority__gte=least) | Q(worker=name, state=Job.State.READY)
    return Q(priority__gt=patience.BEHIND) if patience.lane.is_full() else Q(priority__gte=least)


def _own(job: Job) -> int:
    """Its attempts without those that found something away."""
    return job.attempts - patience.times_away(job.failure)


def _give_up(job: Job) -> None:
    """Each attempt was broken off without a word: whatever it is, it takes the worker along."""
    patience.lane.leave(job.id, well=False)
    with in_line():
        if held := _still_held(job):
            _fail(held, {"class": "builtins.RuntimeError", "traceback": "", "error": _gave_up()})


def _run(job: Job) -> None:
    token = fencing.current.set(fencing.Hold(job.id, job.fence))
    timing: Timing | None = None
    try:
        about = {"task": job.task, "attempt": job.attempts}
        with following(job.id.hex), root("job", **about) as span, timed(JOBS, job.task) as timing:
            with lines.kept(job.log) as written:
                _attempt(job, timing)
            if written and "\n".join(written) != job.log:
                Job.objects.filter(id=job.id, fence=job.fence).update(log="\n".join(written))
            ms = round(timing.seconds * 1000)
            span.note(outcome=timing.outcome)
            note(log, f"job {timing.outcome}", task=job.task, job=str(job.id), attempt=job.attempts, ms=ms)
    finally:
        patience.lane.leave(job.id, well=timing is not None and timing.outcome == "done")
        fencing.current.reset(token)


def _attempt(job: Job, timing: Timing) -> None:
    try:
        with _heartbeat(job):
            result = import_string(job.task).func(*job.args, **job.kwargs)
        _finish(job, result)
    except Exception as error:  # noqa: BLE001 - a job may raise anything; the worker must outlive it
        lost = isinstance(error, Stale) and error.code == "job.lost"
        timing.outcome = "lost" if lost else _settle_failure(job, error)


def _finish(job: Job, result: Any) -> None:
    Job.objects.filter(id=job.id, fence=job.fence, state=Job.State.RUNNING).update(
        state=Job.State.SUCCESSFUL, result=result, finished_at=clock.now(), progress=1.0, lease_until=None
    )


def _settle_failure(job: Job, error: Exception) -> str:
    """Put the job back or let it fail; returns which: again, failed, or lost to another worker."""
    away, final = is_away(error), isinstance(error, SluisError) and not isinstance(error, Unavailable)
    failure = _failure(error)
    failure |= _away(job, away, patience.told_nameless(failure["error"]))
    if isinstance(error, Unavailable):  # something outside is away: where in our code that was found says nothing
        log.warning("attempt %s: %s", job.attempts, error)
    elif not final:
        log.error("attempt %s went wrong", job.attempts, exc_info=error)
    with in_line():
        held = _still_held(job)
        if held is None:
            return "lost"
        held.failure = failure
        if final or (_is_over(failure) if away else _own(held) >= MAX_ATTEMPTS):
            _fail(held, failure)
            return "failed"
        if away:
            held.priority = max(min(held.priority, patience.BEHIND), WHEN_QUIET)
        held.state, held.lease_until, held.run_after = Job.State.READY, None, clock.now() + _wait(held, away)
        held.save()
        return "again"


def _away(job: Job, now_again: bool, nameless: bool) -> dict[str, Any]:
    """What a failure keeps of the attempts that found something away: how many, and since when."""
    times = patience.times_away(job.failure) + now_again
    since = patience.since_away(job.failure)
    idle = patience.idle_seconds(job.failure) + _idle_before(job)
    kept: dict[str, Any] = {"times": times, "since": since.isoformat(), "idle": idle}
    if nameless:
        kept["nameless"] = (patience.since_nameless(job.failure) or clock.now()).isoformat()
    return {"away": kept} if times else {}


def _idle_before(job: Job) -> int:
    if not job.started_at or not patience.times_away(job.failure):
        return 0
    return int(patience.stood_still(job.started_at - job.run_after).total_seconds())


def _is_over(failure: dict[str, Any]) -> bool:
    idle = timedelta(seconds=patience.idle_seconds(failure))
    since, nameless = patience.since_away(failure), patience.since_nameless(failure)
    return patience.is_over(since, patience.times_away(failure), idle, nameless)


def _wait(job: Job, away: bool) -> timedelta:
    """Until the next attempt; what comes back by itself need not wait longer than until then."""
    if not away:
        return patience.quick(_own(job))
    wait = patience.apart(patience.times_away(job.failure))
    period = recurring.period_of(job.task)
    return min(wait, period) if period else wait


def _still_held(job: Job) -> Job | None:
    return Job.objects.select_for_update().filter(id=job.id, fence=job.fence, state=Job.State.RUNNING).first()


def _failure(error: BaseException) -> dict[str, Any]:
    return {
        "class": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": "".join(traceback.format_exception(error)),
        "error": to_wire(error) if isinstance(error, SluisError) else _gave_up(),
    }


def _fail(job: Job, failure: dict[str, Any]) -> None:
    handler = _on_failure.get(job.task)
    if handler:  # before the state changes: the handler writes under the fence of this job
        handler(failure["error"], *job.args, **job.kwargs)
    job.state, job.failure, job.finished_at, job.lease_until = Job.State.FAILED, failure, clock.now(), None
    job.save()


def _gave_up() -> dict[str, Any]:
    from sluis.kernel.text import N_

    return to_wire(
        Unavailable(
            "job.gave-up",
            N_("De verwerking is meerdere keren afgebroken."),
            way_out=N_("Probeer het opnieuw of vraag de beheerder het logboek te bekijken."),
            passes=False,
        )
    )


@contextmanager
def _heartbeat(job: Job) -> Any:
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            files.renew()
            with suppress(DatabaseError):
                if job.worker in beats.known():  # a command that runs one job itself is no worker
                    beats.beat(job.worker)
                Job.objects.filter(id=job.id, fence=job.fence).update(lease_until=clock.now() + LEASE)
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.id}", daemon=True)
    with blobs.held() as files:
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def stuck() -> int:
    """Jobs whose lease ran out and that nobody took: is a worker running at all?"""
    return Job.objects.filter(
        Q(state=Job.State.RUNNING, lease_until__lt=clock.now() - LEASE) & Q(fence__gte=F("attempts"))
    ).count()


def unfinished(task: Any) -> list[list[Any]]:
    """The arguments of each job of `task` that waits or runs."""
    alive = Job.objects.filter(task=task.module_path, state__in=(Job.State.READY, Job.State.RUNNING))
    return list(alive.values_list("args", flat=True))
