"""Versions of process and policy files. The database refuses to change one: what ran stays readable."""

from django.db import models

from sluis.process.types import Kind


class Definition(models.Model):
    """One file, by the SHA-256 of its bytes. `number` counts per kind and key from 1."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    key = models.SlugField(max_length=80)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    source = models.BinaryField()
    deployed_at = models.DateTimeField()
    deployed_by = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "number"], name="process_definition_number")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.number}"


class CurrentDefinition(models.Model):
    """Which version new instances get. One row per kind and key."""

    definition_id: str

    kind = models.CharField(max_length=10)
    key = models.SlugField(max_length=80)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="process_current_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
