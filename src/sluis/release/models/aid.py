"""Structures that make reading a released table fast. Derived: they can be thrown away and made again."""

from django.db import models


class ReadingAid(models.Model):
    """`table` is the hash of the table, `name` which structure ("order:zaaknummer"); see `lake.serving`.

    `sha256` is '' while it is still to be made, and stays so when it was left out, for the reason in `note`.
    """

    id: int
    table = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    place = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "name"], name="reading_aid_once")]
        indexes = [
            models.Index(fields=["table"], name="reading_aid_waiting", condition=models.Q(sha256="", note="")),
        ]

    def __str__(self) -> str:
        return self.name
