"""One fetch, from its turn to its outcome. Killed anywhere, it is taken up again or told of; never half a version.

    queued → running → unchanged
                     → (version queued, read by the ingest) → loaded
                     → failed → next attempt later → … → dead, and the source is paused

The version is asked for in the transaction that notes it with the run; what the source should remember is kept only
when that version is ready. The bytes of a killed run are fetched again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q

from sluis.foundation.service import BlobRef, blobs, in_line, patience, within_lease, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, SluisError, Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.lake import runs
from sluis.lake.connectors.base import Fetched, Given, Unchanged, told_refused
from sluis.lake.connectors.registry import connector
from sluis.lake.connectors.work import work_folder
from sluis.lake.models import Source, SourceRun, SourceSecret, TableVersion
from sluis.lake.models.run import ACTIVE
from sluis.lake.operations import request_ingest
from sluis.lake.runs import line
from sluis.lake.schedules import Schedule, following
from sluis.lake.schema_change import Change, What
from sluis.lake.sourcing import waiting
from sluis.lake.sourcing.operations import given_of, queue
from sluis.lake.sourcing.trying import Told, wiped_wire
from sluis.lake.telling import tell_stewards

MOST_LINES = 200
_STEP = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)


def anything_due() -> bool:
    """One look at an index."""
    return runs.due(Source.objects.all()).exists()


def claim_due() -> int:
    """Queue a run of every source whose turn it is; returns how many. A source that is still busy skips its turn."""
    return runs.claim(Source.objects.all(), _queued)


def run(run_id: UUID) -> str:
    """Fetch, and hand the file to the ingest; returns the state of the run. Again after a kill it starts over."""
    row = runs.begin(SourceRun.objects.all(), run_id, N_("Het ophalen werd afgebroken en begint opnieuw."))
    if row is None:
        return ""
    given = Given({})
    try:
        given = given_of(row.source, row.id)
        told = _Log(row, given)
        with work_folder() as folder:
            fetched = connector(row.source.connector).fetch(given, row.source.state, folder, told)
            if isinstance(fetched, Unchanged):
                return _unchanged(row, told, None)
            return _taken(row, told, fetched, _put(fetched, folder))
    except SluisError as error:
        if error.code == "job.lost":
            raise
        fail(row.id, wiped_wire(to_wire(error), given))
        return SourceRun.State.FAILED


def fail(run_id: UUID, failure: Mapping[str, Any]) -> None:
    """This attempt is over; the next one comes later, or the source is given up and its people are told."""
    with in_line():
        found = SourceRun.objects.select_related("source__dataset").filter(id=run_id, state__in=ACTIVE).first()
        if found is None:
            return
        source = Source.objects.select_for_update().get(id=found.source_id)
        failures = source.failures + 1
        count = _Count.of(found, source.failures, failure)
        # Who knocks without a password locks no account, and a busy public server says 403 as well: he tries on.
        refused = told_refused(failure) and SourceSecret.objects.filter(source_id=source.id).exists()
        given_up = count.own >= source.attempts or patience.is_over(count.since, count.away, count.idle, count.nameless)
        dead = refused or given_up
        with writing(by=SYSTEM, action="lake.source.failed", subject=("source", source.id)) as write:
            state = SourceRun.State.DEAD if dead else SourceRun.State.FAILED
            SourceRun.objects.filter(id=run_id).update(state=state, failure=failure, finished_at=clock.now())
            next_at = None if dead else _next_attempt(count, failure)
            Source.objects.filter(id=source.id).update(failures=failures, paused=dead or source.paused, next_at=next_at)
            waiting.released(run_id)
            write.note(run=str(run_id), code=failure.get("code"), attempt=failures, given_up=dead)
            write.emit("source.dead" if dead else "source.failed", {"source": str(source.id), "run": str(run_id)})
            if dead or failures == source.attempts:
                _tell(found, _REFUSED if refused else _STOPPED if dead else _AWAY, failures)


def settle(table_version_id: UUID) -> None:
    """The ingest of a version is over: what does that mean for the run that brought it? Twice is the same as once."""
    row = SourceRun.objects.filter(table_version_id=table_version_id, state=SourceRun.State.RUNNING).first()
    version = TableVersion.objects.filter(id=table_version_id).first()
    if row is None or version is None:
        return
    if version.status == TableVersion.Status.FAILED:
        fail(row.id, version.failure or to_wire(_abandoned()))
    elif version.status == TableVersion.Status.READY:
        _loaded(row, version)


def settle_abandoned() -> int:
    """Runs that no job looks after any more, and versions whose end was not heard; returns how many."""
    from sluis.lake.jobs import run_source

    lost = runs.abandoned(SourceRun.objects.all(), run_source)
    for row in lost:
        fail(row.id, to_wire(_abandoned()))
    ended = Q(table_version__status__in=(TableVersion.Status.READY, TableVersion.Status.FAILED))
    unheard = SourceRun.objects.filter(ended, state=SourceRun.State.RUNNING).values_list("table_version_id", flat=True)
    for version_id in unheard:
        settle(version_id)
    return len(lost)


def realign() -> int:
    """As `runs.realign`; of a source that failed it is its next attempt that can be too late."""
    now = clock.now()
    late = Source.objects.filter(paused=False, failures__gt=0, next_at__gt=now + _LONGEST_WAIT)
    return runs.realign(Source.objects.filter(failures=0)) + late.update(next_at=now + _STEP)


def prune() -> int:
    """See `runs.prune`."""
    return runs.prune(SourceRun.objects.all(), "source")


class _Log(Told):
    """Each line stands in the database at once: who looks sees how far it is."""

    def __init__(self, row: SourceRun, given: Given) -> None:
        super().__init__(given, row.log)
        self._run = row.id

    def __call__(self, text: str, **params: Any) -> None:
        if len(self) < MOST_LINES:
            super().__call__(text, **params)
            SourceRun.objects.filter(id=self._run, state=SourceRun.State.RUNNING).update(log=list(self))


def _queued(row: Source) -> bool:
    try:
        queue(row, SourceRun.Trigger.RETRY if row.failures else SourceRun.Trigger.SCHEDULE, priority=runs.BEHIND_PEOPLE)
    except Conflict:
        return False
    return True


def _put(fetched: Fetched, folder: Path) -> BlobRef:
    if not fetched.path.resolve().is_relative_to(folder.resolve()):
        raise ValueError("a connector fetched outside its folder")
    return blobs.put_file(fetched.path, move=True)


def _taken(row: SourceRun, told: Told, fetched: Fetched, blob: BlobRef) -> str:
    """The version and its run in one transaction; the same bytes as last time make no version."""
    SourceRun.objects.filter(id=row.id).update(bytes=blob.size, sha256=blob.sha256)
    source = row.source
    if blob.sha256 == source.loaded_sha256:
        return _unchanged(row, told, dict(fetched.state), more=fetched.more)
    with writing(by=SYSTEM, action="lake.source.fetched", subject=("source", source.id)) as write:
        if not SourceRun.objects.select_for_update().filter(id=row.id, state=SourceRun.State.RUNNING).exists():
            return ""
        version_id = request_ingest(
            by=SYSTEM,
            dataset_id=source.dataset_id,
            blob=blob,
            filename=told.wiped(fetched.filename),
            options={**fetched.options, **source.options},
            mode=source.mode,
            key=source.key,
        )
        after = dict(fetched.state) | ({_MORE: True} if fetched.more else {})
        SourceRun.objects.filter(id=row.id).update(table_version_id=version_id, state_after=after)
        write.note(run=str(row.id), table_version=str(version_id), bytes=blob.size, sha256=blob.sha256)
    told(N_("{size} bytes ontvangen; het inlezen begint."), size=blob.size)
    return SourceRun.State.RUNNING


_MORE = "_more"


def _unchanged(row: SourceRun, told: Told, after: dict[str, Any] | None, *, more: bool = False) -> str:
    told(N_("Er is niets nieuws sinds de vorige keer."))
    with in_line():
        within_lease()
        SourceRun.objects.filter(id=row.id, state=SourceRun.State.RUNNING).update(
            state=SourceRun.State.UNCHANGED, finished_at=clock.now(), state_after=after
        )
        _good(row, after, more=more)
    return SourceRun.State.UNCHANGED


def _loaded(row: SourceRun, version: TableVersion) -> None:
    after = dict(row.state_after or {})
    more = bool(after.pop(_MORE, False))
    lines = [_ready(version)]
    with writing(by=SYSTEM, action="lake.source.loaded", subject=("source", row.source_id)) as write:
        settled = SourceRun.objects.filter(id=row.id, state=SourceRun.State.RUNNING).update(
            state=SourceRun.State.LOADED,
            finished_at=clock.now(),
            rows=version.rows_loaded,
            state_after=after,
            log=[*row.log, *lines, *_compared(version)],
        )
        if settled:
            _good(row, after, more=more, sha256=row.sha256)
            write.note(run=str(row.id), table_version=str(version.id), rows=version.rows_loaded)
            write.emit("source.loaded", {"source": str(row.source_id), "table_version": str(version.id)})


def _ready(version: TableVersion) -> dict[str, Any]:
    """Of rows that are put with others both counts: those of this time, and those of the table."""
    if version.rows_total == version.rows_loaded:
        return line(N_("Versie {number} is klaar: {rows} rijen."), number=version.number, rows=version.rows_loaded)
    text = N_("Versie {number} is klaar: {rows} rijen ingelezen, {total} in de tabel.")
    return line(text, number=version.number, rows=version.rows_loaded, total=version.rows_total)


def _good(row: SourceRun, after: dict[str, Any] | None, *, more: bool = False, sha256: str | None = None) -> None:
    """The source counts from zero again and remembers; unless it was filled in anew while this run was busy."""
    waiting.loaded(row.id)
    source = Source.objects.filter(id=row.source_id)
    for schedule in source.filter(failures__gt=0).values_list("schedule", flat=True):
        # A run by hand went well: the attempt that was to come is no longer needed.
        source.update(next_at=following(Schedule.read(schedule), clock.now()))
    source.update(failures=0, **({"next_at": clock.now()} if more else {}))
    if row.started_at:
        same = source.filter(changed_at__lt=row.started_at)
        same.update(**({"state": after} if after is not None else {}), **({"loaded_sha256": sha256} if sha256 else {}))


@dataclass(frozen=True, slots=True)
class _Count:
    """How many attempts since the last good one were wrong by themselves, how many found the source away, since when,
    how much of that time Sluis itself stood still, and since when each found that its name does not exist."""

    own: int
    away: int
    since: datetime
    idle: timedelta
    nameless: datetime | None

    @classmethod
    def of(cls, run: SourceRun, failures: int, failure: Mapping[str, Any]) -> "_Count":
        failed = SourceRun.objects.filter(source_id=run.source_id, state=SourceRun.State.FAILED).order_by("-created_at")
        before = list(failed[:failures])
        wrong = [failure, *(row.failure for row in before)]
        away = sum(map(patience.told_away, wrong))
        began = [run.created_at, *(row.created_at for row in before)]
        late = (at - (row.finished_at or at) - _asked(row.failure) for at, row in zip(began, before, strict=False))
        idle = sum(map(patience.stood_still, late), timedelta(0))
        nameless = began[: len(list(takewhile(patience.told_nameless, wrong)))]
        return cls(
            len(wrong) - away, away, began[-1] if before else clock.now(), idle, nameless[-1] if nameless else None
        )


def _asked(failure: Mapping[str, Any] | None) -> timedelta:
    """The rest that the source asked for."""
    return timedelta(seconds=int(((failure or {}).get("params") or {}).get("retry_after") or 0))


def _next_attempt(count: _Count, failure: Mapping[str, Any]) -> datetime:
    """After 1, 5, 25 … minutes; of a source that is away no more than some 15, so that it is there soon when it comes
    back. Later when the source itself asked for that; at most a day."""
    away = patience.told_away(failure)
    wait = patience.apart(count.away, _STEP, 5) if away else _STEP * 5 ** (count.own - 1)
    return clock.now() + min(max(wait, _asked(failure)), _LONGEST_WAIT)


_CHANGED = (
    (N_("Nieuwe kolommen: {columns}."), (What.ADDED,)),
    (N_("Verdwenen kolommen: {columns}."), (What.REMOVED, What.MISSING)),
    (N_("Kolommen met een andere naam: {columns}."), (What.RENAMED,)),
    (N_("Kolommen van een andere soort: {columns}."), (What.RETYPED, What.WIDENED)),
)


def _compared(version: TableVersion) -> list[dict[str, Any]]:
    """What became of the columns since the version before."""
    found = Change.from_json(version.change).columns
    lines = [(text, [column.name for column in found if column.what in kinds]) for text, kinds in _CHANGED]
    return [line(text, columns=", ".join(names)) for text, names in lines if names]


_REFUSED = N_("De bron {source} van {dataset} is gestopt: Sluis krijgt daar geen toegang.")
_STOPPED = N_("De bron {source} van {dataset} is gestopt: het ophalen mislukte te vaak.")
_AWAY = N_("De bron {source} van {dataset} is al {times} keer niet op te halen. Sluis blijft het proberen.")


def _tell(row: SourceRun, message: str, times: int) -> None:
    home = row.source.dataset
    tell_stewards(
        home,
        key=f"source:{row.id}",
        message=message,
        params={"source": row.source.title, "dataset": home.title} | ({"times": times} if message is _AWAY else {}),
        route="desk:source",
        arguments=[str(row.source_id)],
    )


def _abandoned() -> Unavailable:
    return Unavailable("source.abandoned", N_("Het ophalen is afgebroken."), way_out=N_("Haal de bron opnieuw op."),
                       passes=False)  # fmt: skip
