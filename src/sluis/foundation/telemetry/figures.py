"""Figures that are read from the database or the disk at the moment somebody asks: the same whoever answers.

A room adds its own with `figure`, and each is one look at an index or at the disk.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q

from sluis.foundation import blobs
from sluis.foundation.backlog import oldest_unsent
from sluis.foundation.jobs.beats import alive
from sluis.foundation.jobs.worker import stuck
from sluis.foundation.models import Job, Measure, OutboxEvent
from sluis.kernel import clock

Values = Iterable[tuple[tuple[str, ...], float]]
"""Values of the labels, in order, with the figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[], Values]


_figures: dict[str, Figure] = {}


def figure(name: str, help_text: str, *labels: str) -> Callable[[Callable[[], Values]], Callable[[], Values]]:
    """Register the function below it as the reader of this figure. No label may name a person or a draft."""

    def keep(read: Callable[[], Values]) -> Callable[[], Values]:
        _figures[name] = Figure(name, help_text, labels, read)
        return read

    return keep


def figures() -> tuple[Figure, ...]:
    """Every figure there is, by name."""
    return tuple(_figures[name] for name in sorted(_figures))


def last_backup() -> datetime | None:
    """When `sluis backup` last ended well, as it noted in the data folder."""
    try:
        note = json.loads((settings.SLUIS.data / "last-backup.json").read_text(encoding="utf-8"))
        return datetime.fromisoformat(note["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def measure() -> None:
    """Count what is too dear to count at each question: the files in the store. For recurring work."""
    sizes = [one.size for one in blobs.stored()]
    for name, value in (("files", len(sizes)), ("bytes", sum(sizes))):
        Measure.objects.update_or_create(name=f"blobs.{name}", defaults={"value": value, "at": clock.now()})


def _age(moment: datetime | None) -> float:
    return max(0.0, (clock.now() - moment) / timedelta(seconds=1)) if moment else 0.0


@figure("sluis_jobs", "Jobs that wait, run or have failed.", "state")
def _jobs() -> Values:
    states = (Job.State.READY, Job.State.RUNNING, Job.State.FAILED)
    counted = dict(Job.objects.filter(state__in=states).values_list("state").annotate(Count("id")))
    return [((state.value,), counted.get(state.value, 0)) for state in states]


@figure("sluis_jobs_away", "Waiting jobs that found something outside away and are tried again, by its code.", "code")
def _away() -> Values:
    waiting = Job.objects.filter(state=Job.State.READY, failure__away__isnull=False)
    counted = waiting.values_list("failure__error__code").annotate(Count("id"))
    return [((str(code),), number) for code, number in counted]


@figure("sluis_jobs_failed", "Jobs that failed for good and are still kept, by task.", "task")
def _failed() -> Values:
    failed = Job.objects.filter(state=Job.State.FAILED).values_list("task").annotate(Count("id"))
    return [((task,), number) for task, number in failed]


@figure("sluis_jobs_stuck", "Running jobs whose lease ran out and that nobody took over.")
def _stuck() -> Values:
    return [((), stuck())]


@figure("sluis_job_oldest_ready_seconds", "How long the job that may run longest is waiting already; 0: none waits.")
def _oldest() -> Values:
    here = Q(failure__isnull=True) | Q(failure__away__isnull=True)  # what waits for others says nothing of the workers
    ready = Job.objects.filter(here, state=Job.State.READY, run_after__lte=clock.now())
    return [((), _age(ready.aggregate(at=Min("run_after"))["at"]))]


@figure("sluis_workers", "Workers that gave a sign of life in the last minute.")
def _workers() -> Values:
    return [((), len(alive()))]


@figure("sluis_outbox_events", "Events that were not handed on yet.")
def _unsent() -> Values:
    return [((), OutboxEvent.objects.filter(sent_at=None).count())]


@figure("sluis_outbox_oldest_seconds", "Age of the oldest event that was not handed on; 0: there is none.")
def _outbox_age() -> Values:
    return [((), _age(oldest_unsent()))]


@figure("sluis_database_bytes", "Size of the database; `log` is the write-ahead log of SQLite.", "part")
def _database() -> Values:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return [(("data",), cursor.fetchone()[0])]
    place = str(connection.settings_dict["NAME"])
    return [((part,), _size(place + suffix)) for part, suffix in (("data", ""), ("log", "-wal"))]


def _size(place: str) -> int:
    try:
        return os.stat(place).st_size  # noqa: PTH116 - a name that SQLite made
    except OSError:
        return 0


@figure("sluis_store", "Files in the store and their bytes, as last counted (each hour).", "what")
def _store() -> Values:
    rows = Measure.objects.filter(name__startswith="blobs.").values_list("name", "value")
    return [((name.removeprefix("blobs."),), value) for name, value in rows]


@figure("sluis_disk_bytes", "Free and total room on the disk of the data folder.", "what")
def _disk() -> Iterator[tuple[tuple[str, ...], float]]:
    usage = shutil.disk_usage(settings.SLUIS.data)
    yield ("free",), usage.free
    yield ("total",), usage.total


@figure("sluis_backup_age_seconds", "Age of the last backup made here; no value: none was made.")
def _backup() -> Values:
    made = last_backup()
    return [((), _age(made))] if made else []
