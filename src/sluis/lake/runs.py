"""What sources and transformations share, which run by themselves: their turns, their runs, and the log of those."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sluis.foundation.service import in_line, unfinished
from sluis.kernel import clock
from sluis.lake.models import Source, Transformation
from sluis.lake.models.run import ACTIVE, RUNNING, Run
from sluis.lake.schedules import Schedule, following

BATCH = 200
BEHIND_PEOPLE = -10
"""Priority of what runs by itself: behind what somebody waits for."""
_KEPT = timedelta(days=90)


def due[S: (Source, Transformation)](rows: QuerySet[S]) -> QuerySet[S]:
    """Those whose turn it is; an index has them."""
    return rows.filter(paused=False, next_at__lte=clock.now())


def claim[S: (Source, Transformation)](rows: QuerySet[S], start: Callable[[S], bool]) -> int:
    """Start what is due, and give each its next turn, also what is still busy and skips this one. Returns how many
    `start` says it started."""
    with in_line():
        now = clock.now()
        found = list(due(rows).select_for_update().order_by("next_at")[:BATCH])
        for row in found:
            row.next_at = following(Schedule.read(row.schedule), now)
        rows.bulk_update(found, ["next_at"])
        return sum(map(start, found))


def realign[S: (Source, Transformation)](rows: QuerySet[S]) -> int:
    """What is due later than its schedule can say was put there by a clock that was wrong; returns how many."""
    now, moved = clock.now(), 0
    for row in rows.filter(paused=False, next_at__gt=now):
        turn = following(Schedule.read(row.schedule), now)
        if turn is not None and row.next_at is not None and row.next_at > turn:
            moved += rows.filter(id=row.id, next_at=row.next_at).update(next_at=turn)
    return moved


def begin[R: Run](rows: QuerySet[R], run_id: UUID, again: str) -> R | None:
    """The run, which goes on from now; `again` is logged when it was begun before. None when there is nothing (left) to
    do: done, handed over, or removed with what it is of."""
    with in_line():
        row = rows.select_for_update().filter(id=run_id, state__in=ACTIVE, table_version=None).first()
        if row is None:
            return None
        if row.state == RUNNING:
            row.log = [*row.log, line(again)]
        row.state, row.started_at = RUNNING, row.started_at or clock.now()
        row.save(update_fields=["state", "started_at", "log"])
    return row


def abandoned[R: Run](rows: QuerySet[R], job: Any) -> list[R]:
    """Runs that no job looks after any more, though no version is on its way."""
    active = list(rows.filter(state__in=ACTIVE))  # before the jobs: a run and its job come together
    cared_for = {arguments[0] for arguments in unfinished(job)} if active else set[str]()
    return [row for row in active if row.table_version_id is None and str(row.id) not in cared_for]


def prune[R: Run](rows: QuerySet[R], owner: str) -> int:
    """Runs that brought nothing are kept for 90 days; those that brought a version as long as their `owner` (the field
    that says what they are of), and so is its newest, which says how it stands. Returns how many went."""
    newer = rows.filter(**{owner: OuterRef(owner)}, created_at__gt=OuterRef("created_at"))
    old = rows.filter(Exists(newer), finished_at__lt=clock.now() - _KEPT, table_version=None)
    return old.exclude(state__in=ACTIVE).delete()[0]


def line(text: str, **params: Any) -> dict[str, Any]:
    """A line in the log of a run, as it is kept."""
    return {"at": clock.now().isoformat(), "text": text, "params": {name: str(v) for name, v in params.items()}}
