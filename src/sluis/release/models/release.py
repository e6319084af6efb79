"""Releases: immutable. Only the status moves forward (current → superseded → withdrawn), with its reason."""

from typing import Any
from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.release.models.decision import Decision
from sluis.release.types import Outcome


class Release(models.Model):
    """`files`: [{format, name, media_type, size, sha256}]. `table`: {sha256, rows, geometry} or null.

    One decision can bear several releases: what was planned and then came out, and refreshed data that changes nothing
    of what was decided; `basis` says which rule let it pass. `notice`: {correction, ends_on} for who reads it outside.
    """

    class Status(models.TextChoices):
        CURRENT = "current"
        SUPERSEDED = "superseded"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey("register.Dataset", on_delete=models.PROTECT, related_name="+")
    dataset_id: UUID
    number = models.PositiveIntegerField()
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="releases")
    outcome = models.CharField(max_length=12, choices=[(o, o) for o in Outcome])
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    metadata = models.JSONField()
    files = models.JSONField(default=list)
    table = models.JSONField(null=True)
    columns = models.JSONField(default=list)
    quality = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=Status, default=Status.CURRENT)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(blank=True)
    withdrawal_ground = models.TextField(blank=True)
    # Which run of which step made it (a step that is tried again makes nothing twice), and why under this decision.
    run_id = models.UUIDField(null=True, unique=True)
    basis = models.JSONField(null=True)
    notice = models.JSONField(null=True)
    copies: Any  # of ReleaseCopy

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="release_number_once"),
            models.UniqueConstraint(
                fields=["dataset"], condition=models.Q(status="current"), name="release_one_current"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["current", "superseded"])
                | models.Q(status="withdrawn", withdrawn_at__isnull=False) & ~models.Q(withdrawal_reason=""),
                name="release_withdrawn_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="open") | models.Q(table__isnull=True), name="release_only_open_has_rows"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.number} {self.status}"


class ReleaseCopy(models.Model):
    """The rows of a release in one more format: promised when it was published, made afterwards, then fixed.

    Nothing new is decided by it: it follows from the table whose hash was decided, byte for byte the same each time.
    `sha256` is '' while the file is still to be made.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="copies")
    release_id: UUID
    format = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "format"], name="release_copy_once"),
            models.CheckConstraint(
                condition=models.Q(sha256="", size__isnull=True, made_at__isnull=True)
                | ~models.Q(sha256="") & models.Q(size__isnull=False, made_at__isnull=False),
                name="release_copy_whole",
            ),
        ]
        indexes = [models.Index(fields=["release"], name="release_copy_waiting", condition=models.Q(sha256=""))]

    def __str__(self) -> str:
        return self.name
