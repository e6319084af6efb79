"""Which job this thread is running, and whether it still may."""

from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from sluis.foundation.models import Job
from sluis.kernel.errors import Stale
from sluis.kernel.text import N_


@dataclass(frozen=True, slots=True)
class Hold:
    job_id: UUID
    fence: int


current: ContextVar[Hold | None] = ContextVar("current job", default=None)


def check() -> None:
    """Raise Stale when the lease of the running job went to another worker. Call inside the writing transaction."""
    hold = current.get()
    if hold is None:
        return
    held = Job.objects.select_for_update().filter(id=hold.job_id, fence=hold.fence, state=Job.State.RUNNING)
    if not held.exists():
        raise Stale("job.lost", N_("Deze taak is intussen door een ander proces overgenomen."))


def progress(fraction: float, text: str = "") -> None:
    """Tell how far the running job is (0–1). Does nothing outside a job."""
    hold = current.get()
    if hold is not None:
        bounded = min(max(fraction, 0.0), 1.0)
        Job.objects.filter(id=hold.job_id, fence=hold.fence).update(progress=bounded, progress_text=text[:200])
