"""The dossier and its evidence. Evidence is append-only in the database itself."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.release.types import ExhibitKind, Outcome, Stage

OPEN_STAGES = [Stage.INTAKE, Stage.CHECKING, Stage.JUDGING, Stage.READY_TO_DECIDE, Stage.DECIDED, Stage.RETURNED]


class Dossier(models.Model):
    """One passage through the lock: one instance of the release process, `instance_id`.

    `stage` follows the instance, so that a list of dossiers needs no other room; so do slug and title, which are the
    dataset's as last seen. `published_at` is when something of it first stood outside.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey("register.Dataset", on_delete=models.PROTECT, related_name="+")
    dataset_id: UUID
    organisation_id: UUID
    organisation = models.ForeignKey("foundation.Organisation", on_delete=models.PROTECT, related_name="+")
    instance_id = models.UUIDField(null=True, unique=True)
    dataset_slug = models.CharField(max_length=100)
    dataset_title = models.CharField(max_length=500)
    stage = models.CharField(max_length=20, choices=[(s, s) for s in Stage], default=Stage.INTAKE)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=40)
    changed_at = models.DateTimeField()
    due_date = models.DateField()
    proposal = models.CharField(max_length=12, choices=[(o, o) for o in Outcome], blank=True)
    source_sha256 = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True)
    return_reason = models.TextField(blank=True)
    failure = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(stage__in=sorted(Stage)), name="release_dossier_known_stage"),
            models.UniqueConstraint(
                fields=["dataset"], condition=models.Q(stage__in=sorted(OPEN_STAGES)), name="release_one_open_dossier"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "stage", "due_date"], name="release_dossier_tasks"),
            models.Index(fields=["organisation", "-changed_at"], name="release_dossier_recent"),
            models.Index(fields=["dataset", "-opened_at"], name="release_dossier_dataset"),
            models.Index(
                fields=["source_sha256"], name="release_dossier_source", condition=~models.Q(source_sha256="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_slug} {self.stage}"


class Exhibit(models.Model):
    """One piece of evidence: what a check found, a rule said, a person answered. `sha256` is the hash of `body`."""

    dossier_id: UUID

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="exhibits")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ExhibitKind])
    element = models.CharField(max_length=120)
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    actor_key = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="release_exhibit_once"),
            models.CheckConstraint(condition=models.Q(kind__in=sorted(ExhibitKind)), name="release_exhibit_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.element}"
