"""A question in SQL that somebody keeps, for themselves or for everybody in the organisation."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from sluis.kernel import ids


class SavedQuery(models.Model):
    """Only the question: what it gives is worked out for whoever opens it, from what they may see.

    `version` is the optimistic lock. What the public sees is a copy in the projection (release.PublicQuery).
    """

    class Shared(models.TextChoices):
        OWN = "own"
        ORGANISATION = "organisation"

    organisation_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    organisation = models.ForeignKey("foundation.Organisation", models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    sql = models.TextField()
    shared = models.CharField(max_length=12, choices=Shared, default=Shared.OWN)
    version = models.PositiveIntegerField(default=1)
    created_by = models.CharField(max_length=40, db_index=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-changed_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(shared__in=["own", "organisation"]), name="saved_query_known_shared"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(sql=""), name="saved_query_has_title_and_sql"),
        ]

    def __str__(self) -> str:
        return self.title
