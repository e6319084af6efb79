"""Recurring work of the foundation."""

from datetime import timedelta

from django.tasks import task

from sluis.foundation import audit, blobs
from sluis.foundation.jobs.beats import forget_silent
from sluis.foundation.jobs.recurring import every
from sluis.foundation.jobs.worker import WHEN_QUIET
from sluis.foundation.models import Job, OutboxEvent
from sluis.foundation.storage import bucket
from sluis.kernel import clock

KEEP = timedelta(days=30)


@task
def sweep() -> int:
    """Remove blobs nobody points at, and finished jobs and sent events older than 30 days."""
    before = clock.now() - KEEP
    Job.objects.filter(finished_at__lt=before).delete()
    OutboxEvent.objects.filter(sent_at__lt=before).delete()
    forget_silent()
    return blobs.sweep()


@task(priority=WHEN_QUIET)
def scrub() -> list[str]:
    """Read a seventh of the files on this disk, and put aside what is no longer what was put in it."""
    return blobs.scrubbed(clock.today().toordinal())


@task
def measure() -> None:
    """Count the files in the store, for `/metrics`."""
    from sluis.foundation.telemetry import figures

    figures.measure()


@task
def keep_anchor() -> bool:
    """Note outside the database, in the bucket, where the audit chain ends."""
    return audit.keep_anchor()


every(timedelta(days=1), sweep)
every(timedelta(days=1), scrub)
every(timedelta(hours=1), measure)
every(timedelta(minutes=5), keep_anchor, when=lambda: bucket() is not None)
