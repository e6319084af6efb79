"""A request as it came, and the answer as it stands outside."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.requests.types import Outcome


class DataRequest(models.Model):
    """`topic`, `question` and `purpose` are the requester's own words: for staff only, and gone after their term.

    `public_question` and `answer` are what staff wrote for everybody. `closed_at` is when nothing was left to do, which
    starts the term after which `forgotten_at` follows.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    number = models.CharField(max_length=12, unique=True)
    organisation_id: UUID
    organisation = models.ForeignKey("foundation.Organisation", on_delete=models.PROTECT, related_name="+")
    instance_id = models.UUIDField(null=True, unique=True)
    language = models.CharField(max_length=2)
    topic = models.CharField(max_length=120, blank=True)
    question = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    received_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True)
    dataset_id = models.UUIDField(null=True)
    dossier_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=12, choices=[(o, o) for o in Outcome], blank=True)
    ground = models.TextField(blank=True)
    motivation = models.TextField(blank=True)
    holder = models.TextField(blank=True)
    address = models.TextField(blank=True)
    public_question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(forgotten_at=None) | models.Q(topic="", question="", purpose="", name="", email=""),
                name="requests_forgotten_is_gone",
            ),
        ]
        indexes = [
            models.Index(fields=["-answered_at"], name="requests_answered"),
            models.Index(fields=["closed_at"], condition=models.Q(forgotten_at=None), name="requests_to_forget"),
            models.Index(fields=["dossier_id"], name="requests_dossier"),
        ]

    def __str__(self) -> str:
        return self.number
