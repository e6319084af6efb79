"""What visitors tell us about a dataset. The visitor's words and address are for staff only."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids


class Feedback(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    number = models.CharField(max_length=12, unique=True)
    dataset_id = models.UUIDField()
    dataset_slug = models.CharField(max_length=100)
    dataset_title = models.CharField(max_length=500)
    organisation_id: UUID
    organisation = models.ForeignKey("foundation.Organisation", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    email = models.EmailField(blank=True)
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "answered_at", "at"], name="release_feedback_todo"),
            models.Index(fields=["dataset_slug", "-at"], name="release_feedback_dataset"),
        ]

    def __str__(self) -> str:
        return self.number
