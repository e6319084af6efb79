"""The dossier and its evidence. Evidence and advice are append-only in the database itself."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.release.types import Outcome, Stage, Verdict

OPEN_STAGES = [Stage.INTAKE, Stage.CHECKING, Stage.READY_TO_DECIDE, Stage.DECIDED, Stage.RETURNED]


class Dossier(models.Model):
    """One passage through the lock. `run` counts the times the checks were asked for.

    `checked_sha256` is the hash of dataset, table and proposal that the checks of this run looked at. Slug and title
    are the dataset's as last seen, so that a list of dossiers needs no other room.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey("register.Dataset", on_delete=models.PROTECT, related_name="+")
    dataset_id: UUID
    organisation_id: UUID
    organisation = models.ForeignKey("foundation.Organisation", on_delete=models.PROTECT, related_name="+")
    dataset_slug = models.CharField(max_length=100)
    dataset_title = models.CharField(max_length=500)
    stage = models.CharField(max_length=20, choices=[(s, s) for s in Stage], default=Stage.INTAKE)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=40)
    changed_at = models.DateTimeField()
    due_date = models.DateField()
    proposal = models.CharField(max_length=12, choices=[(o, o) for o in Outcome], blank=True)
    proposal_ground = models.TextField(blank=True)
    proposal_motivation = models.TextField(blank=True)
    planned_date = models.DateField(null=True)
    quasi_identifiers = models.JSONField(default=list)
    run = models.PositiveIntegerField(default=0)
    checked_sha256 = models.CharField(max_length=64, blank=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.dataset_slug} {self.stage}"


class Evidence(models.Model):
    """The report of one check in one run."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="evidence")
    run = models.PositiveIntegerField()
    name = models.CharField(max_length=40)
    verdict = models.CharField(max_length=16, choices=[(v, v) for v in Verdict])
    findings = models.JSONField(default=list)
    version = models.CharField(max_length=20)
    inputs_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "run", "name"], name="release_evidence_once"),
            models.CheckConstraint(condition=models.Q(verdict__in=sorted(Verdict)), name="release_evidence_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.verdict}"


class Advice(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="advices")
    run = models.PositiveIntegerField()
    actor_key = models.CharField(max_length=40)
    role = models.CharField(max_length=40)
    text = models.TextField()
    agrees = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.role} {self.agrees}"
