"""Who gets a mail about an open dataset, and what they were told."""

from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.requests.types import TidingKind


class Follower(models.Model):
    """A confirmed address; who stops, or whose dataset is no longer open, has no row. `email` is in small letters."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset_slug = models.CharField(max_length=100)
    email = models.EmailField()
    language = models.CharField(max_length=2)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset_slug", "email"], name="requests_follows_once")]

    def __str__(self) -> str:
        return f"{self.id} {self.dataset_slug}"


class Tiding(models.Model):
    """One mail to one follower. `about`: the version of the contract, or the dataset that is gone.

    `tries` were begun; `next_at` is when the next one may, and None when it was sent or given up.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    follower_id: UUID
    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="tidings")
    kind = models.CharField(max_length=10, choices=[(k, k) for k in TidingKind])
    about = models.UUIDField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["follower", "kind", "about"], name="requests_tiding_once")]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="requests_tidings_due")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} {self.follower_id}"
