"""What is promised about a dataset, version by version, and what each version of its table came out as."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from sluis.kernel import ids
from sluis.lake.contracts.types import Change, ContractStatus, Verdict


class ContractVersion(models.Model):
    """One version of the contract of a dataset. A draft may still change; from its force on nothing in it does.

    `text` is the YAML as it was given, `version` what stands in it, `change` what it means beside the version in force
    before it.
    """

    dataset_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    dataset = models.ForeignKey("register.Dataset", models.CASCADE, related_name="contract_versions")
    number = models.PositiveIntegerField()
    version = models.CharField(max_length=40)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    change = models.CharField(max_length=10, choices=[(kind, kind) for kind in Change])
    status = models.CharField(max_length=8, choices=[(s, s) for s in ContractStatus], default=ContractStatus.DRAFT)
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    in_force_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("dataset", "-number")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="contract_number"),
            models.UniqueConstraint(fields=["dataset"], condition=Q(status="in_force"), name="contract_one_in_force"),
            models.UniqueConstraint(fields=["dataset"], condition=Q(status="draft"), name="contract_one_draft"),
            models.CheckConstraint(
                condition=Q(status="draft", in_force_at=None, retired_at=None)
                | Q(status="in_force", in_force_at__isnull=False, retired_at=None)
                | Q(status="retired", in_force_at__isnull=False, retired_at__isnull=False),
                name="contract_moments_fit_status",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.version}"


class ContractOutcome(models.Model):
    """What one version of the table came out as under one version of the contract.

    `outcomes` are those of `contracts.types.RuleOutcome`; `failure` says in wire form why nothing could be checked.
    """

    table_version_id: UUID
    contract_id: UUID
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    table_version = models.ForeignKey("lake.TableVersion", models.CASCADE, related_name="contract_outcomes")
    contract = models.ForeignKey(ContractVersion, models.CASCADE, related_name="outcomes")
    verdict = models.CharField(max_length=9, choices=[(verdict, verdict) for verdict in Verdict])
    outcomes = models.JSONField(default=list)
    failure = models.JSONField(null=True)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table_version", "contract"], name="contract_outcome_once")]

    def __str__(self) -> str:
        return f"{self.table_version_id} {self.verdict}"
