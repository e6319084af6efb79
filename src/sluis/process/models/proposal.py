"""How a version of a process or policy comes into force: proposed by one person, decided by another."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from sluis.kernel import ids
from sluis.process.models.definition import Definition
from sluis.process.models.instance import Instance
from sluis.process.types import ProposalState

STORED = [state.value for state in (ProposalState.OPEN, ProposalState.APPROVED, ProposalState.REFUSED)]


class Proposal(models.Model):
    """One version held against the one in force. What was proposed never changes; once decided nothing does.

    The database itself refuses that who proposed decides (migration 0005).
    """

    definition_id: str
    base_id: str | None
    instance_id: UUID

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    instance = models.OneToOneField(Instance, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    key = models.SlugField(max_length=80)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey(Definition, on_delete=models.PROTECT, null=True, related_name="+")
    cases = models.TextField(blank=True)
    motivation = models.TextField()
    state = models.CharField(max_length=10, choices=[(state, state) for state in STORED], default="open")
    proposed_by = models.CharField(max_length=40)
    proposed_for = models.CharField(max_length=40, blank=True)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    decided_for = models.CharField(max_length=40, blank=True)
    decided_role = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STORED), name="process_proposal_known_state"),
        ]
        indexes = [models.Index(fields=["kind", "key", "state"], name="process_proposal_list")]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Enactment(models.Model):
    """A moment at which a version came into force, append-only. Without a proposal: it came with Sluis."""

    definition_id: str
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    key = models.SlugField(max_length=80)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "id"], name="process_enactment_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
