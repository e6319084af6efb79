"""How long versions of a table are kept."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from sluis.kernel import ids


class KeepRule(models.Model):
    """Of one dataset, or (without a dataset) of every dataset of the organisation that has no rule of its own."""

    dataset_id: UUID | None
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    organisation = models.ForeignKey("foundation.Organisation", models.PROTECT, related_name="+")
    dataset = models.OneToOneField("register.Dataset", models.CASCADE, null=True, related_name="+")
    last = models.PositiveIntegerField(null=True)
    days = models.PositiveIntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(dataset=None), name="keep_rule_once_per_organisation"
            ),
            models.CheckConstraint(
                condition=Q(last__isnull=False, last__gte=1) | Q(days__isnull=False, days__gte=1),
                name="keep_rule_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id or self.organisation} {self.last} {self.days}"
