"""Recurring work of the foundation."""

from datetime import timedelta

from django.tasks import task

from sluis.foundation import blobs
from sluis.foundation.jobs.recurring import every
from sluis.foundation.models import Job, OutboxEvent
from sluis.kernel import clock

KEEP = timedelta(days=30)


@task
def sweep() -> int:
    """Remove blobs nobody points at, and finished jobs and sent events older than 30 days."""
    before = clock.now() - KEEP
    Job.objects.filter(finished_at__lt=before).delete()
    OutboxEvent.objects.filter(sent_at__lt=before).delete()
    return blobs.sweep()


every(timedelta(days=1), sweep)
