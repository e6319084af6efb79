"""Recurring work of the foundation."""

from datetime import timedelta

from django.tasks import task

from sluis.foundation import blobs
from sluis.foundation.jobs.beats import forget_silent
from sluis.foundation.jobs.recurring import every
from sluis.foundation.jobs.worker import WHEN_QUIET
from sluis.foundation.models import Job, OutboxEvent
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


every(timedelta(days=1), sweep)
every(timedelta(days=1), scrub)
every(timedelta(hours=1), measure)
