"""Reads of contracts: what the caller may see, as frozen shapes."""

from uuid import UUID

from sluis.kernel.actor import Actor
from sluis.lake.contracting.policy import contract_seen_by
from sluis.lake.contracting.records import ContractRecord, OutcomeRecord, contract_record, outcome_record
from sluis.lake.contracts.types import ContractStatus
from sluis.lake.models import ContractOutcome, ContractVersion
from sluis.lake.policy import VIEW, require_on_dataset


def contract(*, by: Actor, contract_id: UUID) -> ContractRecord:
    """One version; NotFound for what the caller may not see."""
    return contract_record(contract_seen_by(by, contract_id))


def contracts(*, by: Actor, dataset_id: UUID) -> tuple[ContractRecord, ...]:
    """All versions of the contract of a dataset, newest first."""
    require_on_dataset(by, VIEW, dataset_id)
    rows = ContractVersion.objects.filter(dataset_id=dataset_id).order_by("-number")
    return tuple(map(contract_record, rows))


def contract_in_force(*, by: Actor, dataset_id: UUID) -> ContractRecord | None:
    """What is promised now; None when nothing is."""
    require_on_dataset(by, VIEW, dataset_id)
    row = ContractVersion.objects.filter(dataset_id=dataset_id, status=ContractStatus.IN_FORCE).first()
    return contract_record(row) if row else None


def contract_outcomes(*, by: Actor, dataset_id: UUID, most: int = 50) -> tuple[OutcomeRecord, ...]:
    """What the versions of the table came out as under the contract in force, the newest version first."""
    require_on_dataset(by, VIEW, dataset_id)
    rows = ContractOutcome.objects.filter(contract__dataset_id=dataset_id, contract__status=ContractStatus.IN_FORCE)
    newest = rows.select_related("contract").order_by("-table_version__number")[:most]
    return tuple(map(outcome_record, newest))


def contract_outcome_of(*, by: Actor, dataset_id: UUID, sha256: str) -> OutcomeRecord | None:
    """What the table version with this Parquet file came out as under the contract in force; None when not checked."""
    require_on_dataset(by, VIEW, dataset_id)
    rows = ContractOutcome.objects.filter(contract__dataset_id=dataset_id, contract__status=ContractStatus.IN_FORCE)
    row = rows.filter(table_version__data_sha256=sha256).select_related("contract").order_by("-checked_at").first()
    return outcome_record(row) if row else None
