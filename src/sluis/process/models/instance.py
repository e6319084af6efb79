"""A process at work: its state in one row, and what it waits for in rows of their own."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.process.models.definition import Definition
from sluis.process.types import InstanceState


class Instance(models.Model):
    """`engine_state` is what the engine wrote; `policies` pins key → sha256 of the decision tables from the start."""

    organisation_id: UUID
    team_id: UUID | None
    definition_id: str

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=80)
    subject = models.CharField(max_length=120)
    title = models.CharField(max_length=300, blank=True)
    organisation = models.ForeignKey("foundation.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("foundation.Team", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in InstanceState])
    outcome = models.CharField(max_length=80, blank=True)
    variables = models.JSONField(default=dict)
    engine_state = models.JSONField(default=dict)
    policies = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    failure = models.JSONField(null=True)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=40)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in InstanceState]), name="process_instance_known_state"
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="process_instance_subject"),
            models.Index(fields=["organisation", "state", "key"], name="process_instance_list"),
            models.Index(fields=["started_by", "state"], name="process_instance_starter"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.subject}"


class Run(models.Model):
    """One visit to a step that Sluis does itself: the idempotency key of its handler."""

    class State(models.TextChoices):
        READY = "ready"
        DONE = "done"
        FAILED = "failed"
        GONE = "gone"

    instance_id: UUID

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="runs")
    token = models.CharField(max_length=36)
    element = models.CharField(max_length=120)
    handler = models.CharField(max_length=120)
    round = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    failure = models.JSONField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "token"], name="process_run_once")]

    def __str__(self) -> str:
        return f"{self.handler} {self.state}"


class Wait(models.Model):
    """A moment, message or signal that an instance waits for; gone when it came or no longer matters."""

    instance_id: UUID

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="waits")
    token = models.CharField(max_length=36)
    element = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=120, blank=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "token", "element", "kind", "name"], name="process_wait_once"),
            models.CheckConstraint(
                condition=models.Q(kind="timer", due_at__isnull=False) | models.Q(kind__in=["message", "signal"]),
                name="process_wait_known",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="process_wait_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.element}"


class Passage(models.Model):
    """An element that was done, append-only: the history behind drawings, lists and the decision record."""

    instance_id: UUID
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    id = models.BigAutoField(primary_key=True)
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="passages")
    element = models.CharField(max_length=120)
    at = models.DateTimeField()
    by_key = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=40, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["instance", "id"], name="process_passage_order")]

    def __str__(self) -> str:
        return self.element
