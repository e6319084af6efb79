"""Work that comes back: one job per time slot, however many workers there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.tasks import Task

from sluis.foundation.models import Job, PausedWork
from sluis.kernel import clock


@dataclass(frozen=True)
class Recurring:
    task: "Task[..., Any]"
    every: timedelta
    when: Callable[[], bool] | None = None


_work: dict[str, Recurring] = {}
_last: dict[str, int] = {}


def every(period: timedelta, task: "Task[..., Any]", *, when: Callable[[], bool] | None = None) -> None:
    """Run `task()` once per period, if `when()` says there is something to do. Call in `AppConfig.ready`.

    `when` makes a short period cheap: it is asked by each worker and must be one look at an index.
    """
    _work[task.module_path] = Recurring(task, period, when)


def known() -> Mapping[str, Recurring]:
    """All work that comes back, by the path of its task."""
    return _work


def period_of(task: str) -> timedelta | None:
    """How often it comes back; None when it does not."""
    return _work[task].every if task in _work else None


def next_slot(item: Recurring, moment: datetime) -> datetime:
    """When its next period begins."""
    period = item.every.total_seconds()
    return datetime.fromtimestamp((moment.timestamp() // period + 1) * period, UTC)


def _waits_already(name: str) -> bool:
    """It was tried and will be again: each next turn would only wait behind that."""
    return Job.objects.filter(task=name, state=Job.State.READY, failure__away__isnull=False).exists()


def enqueue_due() -> int:
    """Enqueue what is due in this slot and not yet there; returns how many were added."""
    moment, added = clock.now(), 0
    for name, item in _work.items():
        slot = int(moment.timestamp() // item.every.total_seconds())
        if _last.get(name) == slot:
            continue
        _last[name] = slot
        if item.when is not None and not item.when():
            continue
        key = f"{name}@{slot}"
        if Job.objects.filter(unique_key=key).exists() or PausedWork.objects.filter(task=name).exists():
            continue
        if _waits_already(name):
            continue
        try:
            with transaction.atomic():
                Job.objects.create(task=name, unique_key=key, run_after=moment, created_at=moment)
                added += 1
        except IntegrityError:
            continue  # another worker was first
    return added
