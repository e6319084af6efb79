"""One processing of personal data, as article 30 of the AVG asks it to be recorded."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids


class Processing(models.Model):
    """`fed` is what the dossier said last, per field: a field that still says so follows the next dossier."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    organisation_id: UUID
    organisation = models.ForeignKey("foundation.Organisation", on_delete=models.PROTECT, related_name="+")
    dataset_id = models.UUIDField(unique=True)
    dossier_id = models.UUIDField()
    dataset_slug = models.CharField(max_length=100)
    dataset_title = models.CharField(max_length=500)
    outcome = models.CharField(max_length=12)
    decided_at = models.DateTimeField()
    contains = models.CharField(max_length=10)
    origin = models.CharField(max_length=10)
    purpose = models.TextField(blank=True)
    legal_basis = models.TextField(blank=True)
    data_categories = models.TextField(blank=True)
    person_categories = models.TextField(blank=True)
    recipients = models.TextField(blank=True)
    transfers = models.TextField(blank=True)
    retention = models.TextField(blank=True)
    security = models.TextField(blank=True)
    dpia = models.TextField(blank=True)
    reference = models.TextField(blank=True)
    fed = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "dataset_title"], name="governance_processing_list")]

    def __str__(self) -> str:
        return self.dataset_slug
