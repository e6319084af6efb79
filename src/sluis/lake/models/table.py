"""One version of a table: what came in, how it was read, and the parts that now hold its rows."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from sluis.kernel import ids


class TableVersion(models.Model):
    """Its rows never change once it is `ready`; a correction makes the next number from the same source.

    `parts` are the Parquet blobs with the rows, in order: `[{"sha256", "size", "rows"}]`. Versions share parts. A part
    may lack columns that came later (empty for its rows) and never differs in type. `data_sha256` is the one blob with
    everything, "" while there are several. `rows_read`, `rows_loaded` and `rows_rejected` are the ledger of this load;
    `rows_total` counts the table. `base` is the version that an append or upsert was put on. `change` says what became
    of the columns (see `schema_change`) and how many rows were replaced. Of an `expired` version the rows went (see
    `keeping`); what stays says where they came from. `software` is the Sluis that read it, with its connectors.
    """

    class Mode(models.TextChoices):
        REPLACE = "replace"
        APPEND = "append"
        UPSERT = "upsert"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"
        EXPIRED = "expired"

    dataset_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey("register.Dataset", models.CASCADE, related_name="table_versions")
    number = models.PositiveIntegerField()
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.REPLACE)
    key = models.JSONField(default=list)
    base = models.ForeignKey("self", models.RESTRICT, null=True, related_name="+")
    filename = models.CharField(max_length=255)
    source_sha256 = models.CharField(max_length=64, db_index=True)
    source_size = models.PositiveBigIntegerField()
    options = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    progress = models.FloatField(default=0.0)
    progress_text = models.CharField(max_length=200, blank=True)
    report = models.JSONField(null=True)
    profile = models.JSONField(null=True)
    data_sha256 = models.CharField(max_length=64, blank=True)
    data_size = models.PositiveBigIntegerField(default=0)
    parts = models.JSONField(default=list)
    change = models.JSONField(default=dict)
    rejects_sha256 = models.CharField(max_length=64, blank=True)
    rows_read = models.PositiveBigIntegerField(default=0)
    rows_loaded = models.PositiveBigIntegerField(default=0)
    rows_rejected = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveBigIntegerField(default=0)
    failure = models.JSONField(null=True)
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    software = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("dataset", "-number")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="table_version_number"),
            models.CheckConstraint(
                condition=Q(rows_read=F("rows_loaded") + F("rows_rejected")), name="table_version_accounts_for_rows"
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | (~Q(parts=[]) & Q(report__isnull=False)),
                name="table_version_ready_has_data",
            ),
            models.CheckConstraint(
                condition=~Q(status="expired") | Q(parts=[], data_sha256="", expired_at__isnull=False),
                name="table_version_expired_has_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} v{self.number}"

    @classmethod
    def ready(cls, dataset_id: UUID) -> "models.QuerySet[TableVersion]":
        """The versions of a dataset that can be read."""
        return cls.objects.filter(dataset_id=dataset_id, status=cls.Status.READY)
