"""How the table of a dataset is made from other tables, and every time that was done."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from sluis.kernel import ids
from sluis.lake.models.run import Run


class Transformation(models.Model):
    """One dataset has at most one. `number` is that of the definition in force; `failures` counts the runs that failed
    since the last good one. `next_at` is when a schedule is due, None when there is none."""

    class Layer(models.TextChoices):
        BRONZE = "bronze"
        SILVER = "silver"
        GOLD = "gold"

    class Start(models.TextChoices):
        INPUTS = "inputs"
        SCHEDULE = "schedule"
        HAND = "hand"

    dataset_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.OneToOneField("register.Dataset", models.CASCADE, related_name="+")
    layer = models.CharField(max_length=6, choices=Layer, default=Layer.SILVER)
    start = models.CharField(max_length=8, choices=Start, default=Start.INPUTS)
    schedule = models.JSONField(default=dict)
    number = models.PositiveIntegerField(default=1)
    paused = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("dataset", "id")
        constraints = [
            models.CheckConstraint(condition=Q(layer__in=["bronze", "silver", "gold"]), name="transformation_layer"),
            models.CheckConstraint(condition=Q(start__in=["inputs", "schedule", "hand"]), name="transformation_start"),
        ]
        indexes = [models.Index(fields=["next_at"], name="transformation_due", condition=Q(paused=False))]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.number}"


class TransformationInput(models.Model):
    """A dataset whose table the definition in force reads."""

    transformation_id: UUID
    dataset_id: UUID
    transformation = models.ForeignKey(Transformation, models.CASCADE, related_name="inputs")
    dataset = models.ForeignKey("register.Dataset", models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transformation", "dataset"], name="transformation_input_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} → {self.transformation_id}"


class TransformationDefinition(models.Model):
    """What was in force, number by number; never changed. Runs are made with the rights of its maker (`user_id`, empty
    for the system). `steps` see `steps.types`; `tests` are {name, sql}."""

    transformation_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    transformation = models.ForeignKey(Transformation, models.CASCADE, related_name="definitions")
    number = models.PositiveIntegerField()
    sql = models.TextField()
    steps = models.JSONField(default=list)
    tests = models.JSONField(default=list)
    user_id = models.UUIDField(null=True)
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("transformation", "-number")
        constraints = [
            models.UniqueConstraint(fields=["transformation", "number"], name="transformation_definition_number"),
            models.CheckConstraint(condition=~Q(sql=""), name="transformation_has_sql"),
        ]

    def __str__(self) -> str:
        return f"{self.transformation_id} {self.number}"


class TransformationRun(Run):
    """One time. Of one transformation at most one waits and at most one runs.

    `inputs` are {dataset, table, version, number} of the tables it read, `source_sha256` the hash of all that its rows
    follow from (see `transforming.provenance`). `lineage` and `figures` see `steps.duck_entry`.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        UNCHANGED = "unchanged"
        MADE = "made"
        FAILED = "failed"

    class Trigger(models.TextChoices):
        INPUTS = "inputs"
        SCHEDULE = "schedule"
        HAND = "hand"

    transformation_id: UUID
    transformation = models.ForeignKey(Transformation, models.CASCADE, related_name="runs")
    definition = models.PositiveIntegerField(default=0)
    trigger = models.CharField(max_length=8, choices=Trigger)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    inputs = models.JSONField(default=list)
    source_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    table_version = models.ForeignKey("lake.TableVersion", models.SET_NULL, null=True, related_name="+")
    lineage = models.JSONField(null=True)
    figures = models.JSONField(null=True)

    class Meta:
        ordering = ("transformation", "-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["transformation", "state"],
                condition=Q(state__in=["queued", "running"]),
                name="transformation_waits_and_runs_once",
            )
        ]
        indexes = [models.Index(fields=["transformation", "-created_at"], name="transformation_run_history")]

    def __str__(self) -> str:
        return f"{self.transformation_id} {self.state}"


class PseudonymKey(models.Model):
    """The key of the pseudonyms in the table of one dataset, sealed with the key of the installation. `number` counts
    its rotations; a key that was rotated away is gone."""

    dataset_id: UUID
    dataset = models.OneToOneField("register.Dataset", models.CASCADE, primary_key=True, related_name="+")
    number = models.PositiveIntegerField(default=1)
    sealed = models.TextField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"key of {self.dataset_id}"
