"""What waits for its next attempt, for whoever waits for it: who asks has looked whether that may be known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sluis.foundation.jobs.worker import worker_name
from sluis.foundation.models import Job


@dataclass(frozen=True, slots=True)
class Delay:
    """A job that was tried and is again at `next_at`, at the earliest; `failure` is on the wire (kernel.from_wire)."""

    next_at: datetime
    failure: Mapping[str, Any]


def delayed(*about: UUID) -> Delay | None:
    """The first of the jobs about these things (their first argument) that waits for its next attempt, if any does."""
    return _first(args__0__in=[str(one) for one in about])


def delayed_here() -> Delay | None:
    """The first that this process tried and that found something outside away."""
    return _first(worker=worker_name(), failure__away__isnull=False)


def _first(**which: Any) -> Delay | None:
    waiting = Job.objects.filter(state=Job.State.READY, failure__isnull=False, **which)
    row = waiting.order_by("run_after").first()
    return Delay(row.run_after, row.failure["error"]) if row is not None and row.failure else None
