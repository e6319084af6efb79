"""What a version of a table measures, how the table stands now, and what is wrong with it: kept, so that an overview of
thousands of tables reads no profile."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from sluis.kernel import ids


class VersionMeasure(models.Model):
    """The figures of one ready version.

    `amount` is what volume is judged by: the rows of the table, of an addition those that were added. `low` and `high`
    are the band that was expected, None when nothing could be. `drift` is the largest of `drifts` (column → distance
    from the version before, largest first), None without such a version. `empty_share` is over all cells.
    """

    table_version_id: UUID
    dataset_id: UUID
    table_version = models.OneToOneField("lake.TableVersion", models.CASCADE, primary_key=True, related_name="measure")
    dataset = models.ForeignKey("register.Dataset", models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    ready_at = models.DateTimeField()
    rows = models.PositiveBigIntegerField()
    rejected = models.PositiveBigIntegerField()
    added = models.BooleanField()
    amount = models.PositiveBigIntegerField()
    low = models.PositiveBigIntegerField(null=True)
    high = models.PositiveBigIntegerField(null=True)
    empty_share = models.FloatField()
    drift = models.FloatField(null=True)
    drifts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["dataset", "-number"], name="measure_of_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset_id} v{self.number}"


class TableWatch(models.Model):
    """How the table of one dataset stands: its newest ready version and what is wrong with that.

    `troubles` adds up the `bit` of each trouble (see `watching.types`), so that the worst comes first. `seen_at` is
    when its source last said that this is the data; `fresh_until` when that is too long ago, by what `fresh_by` says.
    The limits are None where the usual ones hold; `silent` are kinds that nobody wants to hear about. What came before
    version `since` is no measure for the volume any more.
    """

    dataset_id: UUID
    version_id: UUID
    dataset = models.OneToOneField("register.Dataset", models.CASCADE, primary_key=True, related_name="+")
    version = models.ForeignKey("lake.TableVersion", models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    rows = models.PositiveBigIntegerField()
    drift = models.FloatField(null=True)
    verdict = models.CharField(max_length=9, blank=True)
    troubles = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField()
    fresh_until = models.DateTimeField(null=True)
    fresh_by = models.CharField(max_length=9, blank=True)
    fresh_hours = models.PositiveIntegerField(null=True)
    volume_percent = models.PositiveSmallIntegerField(null=True)
    drift_limit = models.FloatField(null=True)
    silent = models.JSONField(default=list)
    since = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["-troubles", "seen_at", "dataset"], name="watch_worst_first"),
            models.Index(fields=["fresh_until"], name="watch_next_late", condition=Q(fresh_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.troubles}"


class TableAlert(models.Model):
    """One matter that somebody was told about; it closes itself when it is over. At most one of a kind is open."""

    dataset_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey("register.Dataset", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9)
    number = models.PositiveIntegerField()
    params = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-opened_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "kind"], condition=Q(closed_at=None), name="table_alert_once_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.kind}"
