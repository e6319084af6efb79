"""What we wrote to who asked, and what came back."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.requests.types import LetterKind


class Letter(models.Model):
    """One mail. `text` is the part of it that a colleague wrote; the rest follows from the request when it is sent.

    `run_id` is the step of the process that asked for it, so that no step sends two. A letter with a question gets its
    `reply` on a page.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    request_id: UUID
    request = models.ForeignKey("requests.DataRequest", on_delete=models.CASCADE, related_name="letters")
    run_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=[(k, k) for k in LetterKind])
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["request", "at"], name="requests_letters")]

    def __str__(self) -> str:
        return f"{self.kind} {self.request_id}"
