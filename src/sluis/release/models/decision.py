"""The decision and those who prepared what was decided. The database itself refuses one person in both."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.release.models.dossier import Dossier
from sluis.release.types import Outcome


class Preparer(models.Model):
    """Somebody who changed the decided content. Written before the decision; a trigger compares (migration 0002)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="preparers")
    actor_key = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "actor_key"], name="release_preparer_once")]

    def __str__(self) -> str:
        return self.actor_key


class Decision(models.Model):
    """Append-only. `content` is everything that was decided about; `sha256` its hash with outcome and ground.

    `audit_seq` is where the audit chain stood: who changed something after it prepares the next decision.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="decision")
    dataset = models.ForeignKey("register.Dataset", on_delete=models.PROTECT, related_name="+")
    dataset_id: UUID
    dossier_id: UUID
    outcome = models.CharField(max_length=12, choices=[(o, o) for o in Outcome])
    decider_key = models.CharField(max_length=40)
    # Key of the colleague who lent the role it was decided in. Nullable, so that adding it kept the table's triggers.
    on_behalf_of = models.CharField(max_length=40, null=True)  # noqa: DJ001
    role = models.CharField(max_length=40)
    decided_at = models.DateTimeField()
    ground = models.TextField(blank=True)
    motivation = models.TextField()
    planned_date = models.DateField(null=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    audit_seq = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=sorted(Outcome)), name="release_decision_outcome"),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=["restricted", "closed"]) | ~models.Q(ground=""),
                name="release_decision_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.sha256[:12]}"
