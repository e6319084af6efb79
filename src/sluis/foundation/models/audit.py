"""The audit chain: each entry carries the hash of the one before it. The database refuses update and delete."""

from django.db import models


class AuditEntry(models.Model):
    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_key = models.CharField(max_length=40)
    action = models.CharField(max_length=100)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    detail = models.JSONField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("seq",)
        indexes = [models.Index(fields=["subject_type", "subject_id", "seq"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class AuditHead(models.Model):
    """One row: where the chain ends. Locking it puts writers in line."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"
