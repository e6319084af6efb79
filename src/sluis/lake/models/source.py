"""Where the data of a table comes from by itself, and every time it was fetched."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from sluis.kernel import ids
from sluis.lake.models.run import Run


class Source(models.Model):
    """`config` holds what is no secret; `state` is what the connector remembers for its next fetch (its cursor).

    `loaded_sha256` is the hash of the bytes loaded last: the same bytes again make no new version. `failures` counts
    the attempts that failed since the last good one. `next_at` is when it is due, None when nobody asked for it.
    """

    class Mode(models.TextChoices):
        REPLACE = "replace"
        APPEND = "append"
        UPSERT = "upsert"

    dataset_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey("register.Dataset", models.CASCADE, related_name="+")
    connector = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    config = models.JSONField(default=dict)
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.REPLACE)
    key = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    schedule = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=5)
    state = models.JSONField(default=dict)
    loaded_sha256 = models.CharField(max_length=64, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    paused = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("title", "id")
        constraints = [
            models.CheckConstraint(condition=~Q(mode="upsert") | ~Q(key=[]), name="source_upsert_has_key"),
            models.CheckConstraint(condition=Q(attempts__gte=1), name="source_tries_once"),
        ]
        indexes = [models.Index(fields=["next_at"], name="source_due", condition=Q(paused=False))]

    def __str__(self) -> str:
        return self.title


class SourceSecret(models.Model):
    """The secrets of one source, sealed with the key of the installation: never in clear outside a running fetch.

    `names` are the fields that have one.
    """

    source_id: UUID
    source = models.OneToOneField(Source, models.CASCADE, primary_key=True, related_name="secret")
    names = models.JSONField(default=list)
    sealed = models.TextField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"secret of {self.source_id}"


class SourceRun(Run):
    """One attempt to fetch. Of one source at most one is queued or running."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        UNCHANGED = "unchanged"
        LOADED = "loaded"
        FAILED = "failed"
        DEAD = "dead"

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule"
        HAND = "hand"
        RETRY = "retry"

    source_id: UUID
    source = models.ForeignKey(Source, models.CASCADE, related_name="runs")
    trigger = models.CharField(max_length=8, choices=Trigger)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=1)
    bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    table_version = models.ForeignKey("lake.TableVersion", models.SET_NULL, null=True, related_name="source_runs")
    state_before = models.JSONField(default=dict)
    state_after = models.JSONField(null=True)

    class Meta:
        ordering = ("source", "-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(state__in=["queued", "running"]), name="source_runs_once_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["source", "-created_at"], name="source_run_history")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.state}"


class SourceDelivery(models.Model):
    """Rows that a sender brought, as JSON with a line end each; `run` is the run that takes them."""

    id: int
    source_id: UUID
    run_id: UUID | None
    source = models.ForeignKey(Source, models.CASCADE, related_name="deliveries")
    run = models.ForeignKey(SourceRun, models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["source", "size"], name="source_delivery_size"),
            models.Index(fields=["source", "run", "id"], name="source_delivery_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.id}"


class SourceKey(models.Model):
    """With what a sender shows that it may bring rows to this source; only its hash is kept."""

    source_id: UUID
    source = models.OneToOneField(Source, models.CASCADE, primary_key=True, related_name="push_key")
    sha256 = models.CharField(max_length=64)
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"key of {self.source_id}"
