"""What is kept of one time that a source or a transformation ran."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids

QUEUED, RUNNING = "queued", "running"
ACTIVE = (QUEUED, RUNNING)
"""The states in which every run begins; how it ends differs."""


class Run(models.Model):
    """`log` is a list of {at, text, params}; texts are Dutch source texts. `failure` has the wire form of
    kernel.errors. `rows` are those of the version that came of it.
    """

    state: str
    table_version_id: UUID | None
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(null=True)
    log = models.JSONField(default=list)
    failure = models.JSONField(null=True)

    class Meta:
        abstract = True
