"""Reads of sources: what the caller may see, as frozen shapes, never a secret."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from sluis.foundation.service import within
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, NotFound
from sluis.kernel.text import N_
from sluis.lake.models import Source, SourceRun, SourceSecret
from sluis.lake.sourcing.policy import MANAGE, VIEW, home_of, source_seen_by
from sluis.lake.sourcing.records import RunRecord, SourceRecord, run_record, source_record
from sluis.lake.sourcing.sealing import opened


def source(*, by: Actor, source_id: UUID) -> SourceRecord:
    """One source; NotFound for what the caller may not see."""
    source_seen_by(by, source_id)
    return _records(_whole(Source.objects.filter(id=source_id)))[0]


def sources_of(*, by: Actor, dataset_id: UUID) -> tuple[SourceRecord, ...]:
    """The sources of one dataset, by title."""
    home_of(by, dataset_id)
    return _records(_whole(Source.objects.filter(dataset_id=dataset_id)))


def sources(*, by: Actor, page: int = 1, size: int = 50, stopped: bool = False) -> tuple[tuple[SourceRecord, ...], int]:
    """Every source the caller may see and how many that are, those that need somebody first. `stopped`: only those
    that were given up and that the caller may manage."""
    where = {"organisation": "dataset__organisation_id", "team": "dataset__team_id"}
    rows = Source.objects.filter(within(by, MANAGE if stopped else VIEW, **where))
    rows = rows.filter(paused=True, failures__gt=0) if stopped else rows
    found = _whole(rows).order_by("-failures", "title", "id")[(page - 1) * size : page * size]
    return _records(found), rows.count()


def source_runs(*, by: Actor, source_id: UUID, page: int = 1, size: int = 25) -> tuple[tuple[RunRecord, ...], int]:
    """The runs of a source, newest first, and how many there are."""
    rows = SourceRun.objects.filter(source_id=source_seen_by(by, source_id).id)
    return tuple(map(run_record, rows.order_by("-created_at", "-id")[(page - 1) * size : page * size])), rows.count()


def source_run(*, by: Actor, run_id: UUID) -> RunRecord:
    """One run; NotFound for what the caller may not see."""
    row = SourceRun.objects.filter(id=run_id).first()
    if row is None:
        raise NotFound("source.run-unknown", N_("Deze keer ophalen bestaat niet (meer)."))
    source_seen_by(by, row.source_id)
    return run_record(row)


def unreadable_secrets() -> tuple[str, ...]:
    """Titles of the sources whose secrets were sealed with another key, for the doctor."""
    found = SourceSecret.objects.select_related("source")
    return tuple(row.source.title for row in found if not _opens(row))


def _opens(row: SourceSecret) -> bool:
    try:
        opened(row.source.id, row.source.title, row.sealed)
    except Conflict:
        return False
    return True


def _whole(rows: QuerySet[Source]) -> QuerySet[Source]:
    newest = SourceRun.objects.filter(source_id=OuterRef("id")).order_by("-created_at", "-id")
    return rows.select_related("dataset", "secret").annotate(last_run=Subquery(newest.values("id")[:1]))


def _records(rows: Iterable[Source]) -> tuple[SourceRecord, ...]:
    """Two queries, however many sources."""
    found, now = list(rows), clock.now()
    known: list[UUID | None] = [getattr(row, "last_run", None) for row in found]  # as `_whole` adds it
    last = {run.source_id: run for run in SourceRun.objects.filter(id__in=known)}
    return tuple(source_record(row, _secrets(row), last.get(row.id), now) for row in found)


def _secrets(row: Source) -> tuple[str, ...]:
    secret: SourceSecret | None = getattr(row, "secret", None)
    return tuple(secret.names) if secret else ()
