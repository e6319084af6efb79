"""How much work is waiting: what an operator wants to know about jobs and events."""

from dataclasses import dataclass
from datetime import datetime

from sluis.foundation.jobs.worker import stuck
from sluis.foundation.models import Job, OutboxEvent
from sluis.kernel import clock


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts of jobs; `away` are those of `waiting` that found something outside away. `unsent_seconds` is the age of
    the oldest event that was not handed on, 0 when there is none."""

    waiting: int
    away: int
    running: int
    stuck: int
    failed: int
    unsent_seconds: float


def oldest_unsent() -> datetime | None:
    """When the oldest event that was not handed on was written."""
    return OutboxEvent.objects.filter(sent_at=None).order_by("seq").values_list("at", flat=True).first()


def backlog() -> Backlog:
    oldest = oldest_unsent()
    return Backlog(
        waiting=Job.objects.filter(state=Job.State.READY).count(),
        away=Job.objects.filter(state=Job.State.READY, failure__away__isnull=False).count(),
        running=Job.objects.filter(state=Job.State.RUNNING).count(),
        stuck=stuck(),
        failed=Job.objects.filter(state=Job.State.FAILED).count(),
        unsent_seconds=(clock.now() - oldest).total_seconds() if oldest else 0.0,
    )
