"""A file on its way in, in pieces (tus 1.0). The bytes so far stand in `<data>/uploads/<id>`."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids


class Upload(models.Model):
    """`reserved` counts against the room for unfinished uploads until the upload is finished or expires."""

    owner_id: UUID | None
    dataset_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    owner = models.ForeignKey("foundation.User", models.CASCADE, null=True, related_name="+")
    dataset = models.ForeignKey("register.Dataset", models.CASCADE, related_name="uploads")
    filename = models.CharField(max_length=255)
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    reserved = models.PositiveBigIntegerField()
    lease_until = models.DateTimeField(null=True)
    lease_fence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(offset__lte=models.F("length")), name="upload_within_length"),
        ]

    def __str__(self) -> str:
        return f"{self.filename} ({self.offset}/{self.length})"
