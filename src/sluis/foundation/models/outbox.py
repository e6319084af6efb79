"""Events written in the transaction that made them true, handed on afterwards at least once."""

from django.db import models


class OutboxEvent(models.Model):
    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=120)
    data = models.JSONField()
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("seq",)
        indexes = [models.Index(fields=["seq"], name="outbox_unsent", condition=models.Q(sent_at=None))]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"
