"""What differs between two versions of a table, kept: neither of them changes."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids


class TableDifference(models.Model):
    """`result` has the counts, the changes of columns and masked examples (see `differing`); the blob has all rows.

    `asked_key` are the names that were asked for with a comma between them, "" when the profile said which.
    """

    old_id: UUID
    new_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    old = models.ForeignKey("lake.TableVersion", models.CASCADE, related_name="+")
    new = models.ForeignKey("lake.TableVersion", models.CASCADE, related_name="+")
    asked_key = models.CharField(max_length=500, blank=True)
    result = models.JSONField()
    file_sha256 = models.CharField(max_length=64)
    file_size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new", "asked_key"], name="table_difference_once")]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"
