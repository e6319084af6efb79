"""Frozen shapes of contracts as they are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sluis.lake.contracts.types import Change, ContractStatus, RuleOutcome, Status, Verdict
from sluis.lake.models import ContractOutcome, ContractVersion


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """One version of the contract of a dataset; `text` is the YAML."""

    id: UUID
    dataset_id: UUID
    number: int
    version: str
    text: str
    sha256: str
    change: Change
    status: ContractStatus
    created_by: str
    created_at: datetime
    changed_at: datetime
    in_force_at: datetime | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """What a table version came out as. `failure` (wire form) says why nothing could be checked."""

    table_version_id: UUID
    contract_id: UUID
    contract_version: str
    verdict: Verdict
    outcomes: tuple[RuleOutcome, ...]
    failure: dict[str, Any] | None
    checked_at: datetime

    @property
    def broken(self) -> tuple[RuleOutcome, ...]:
        return tuple(one for one in self.outcomes if one.status is not Status.PASSED)


def contract_record(row: ContractVersion) -> ContractRecord:
    plain = {name: getattr(row, name) for name in ContractRecord.__slots__ if name not in ("change", "status")}
    return ContractRecord(change=Change(row.change), status=ContractStatus(row.status), **plain)


def outcome_record(row: ContractOutcome) -> OutcomeRecord:
    return OutcomeRecord(
        table_version_id=row.table_version_id,
        contract_id=row.contract_id,
        contract_version=row.contract.version,
        verdict=Verdict(row.verdict),
        outcomes=tuple(RuleOutcome.from_json(shape) for shape in row.outcomes),
        failure=row.failure,
        checked_at=row.checked_at,
    )
