"""A version of a table held against the contract in force of its dataset, and what that means for its steward."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from sluis.foundation.service import blobs, require, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict, Invalid, to_wire
from sluis.kernel.text import N_
from sluis.lake.contracting.policy import EDIT, contract_seen_by
from sluis.lake.contracting.records import OutcomeRecord, outcome_record
from sluis.lake.contracts import reading
from sluis.lake.contracts.checking import Checked, check_table
from sluis.lake.contracts.types import Agreed, ContractStatus, Verdict
from sluis.lake.engines import running
from sluis.lake.models import ContractOutcome, ContractVersion, TableVersion
from sluis.lake.policy import version_seen_by
from sluis.lake.types import IngestReport

STOPS = (Verdict.FAILED, Verdict.ERROR)
"""What keeps a version of the table in."""


def checked(table_version_id: UUID, *, again: bool = False) -> OutcomeRecord | None:
    """What this version comes out as under the contract in force: looked up, or else worked out and kept.

    None when nothing is promised. The caller has authorised its operation. Raises what a broken installation raises;
    a table that cannot be checked is an outcome, and never a pass.
    """
    table = TableVersion.objects.select_related("dataset").get(id=table_version_id, status=TableVersion.Status.READY)
    contract = ContractVersion.objects.filter(dataset_id=table.dataset_id, status=ContractStatus.IN_FORCE).first()
    if contract is None:
        return None
    known = ContractOutcome.objects.filter(table_version=table, contract=contract).select_related("contract").first()
    if known is not None and not again:
        return outcome_record(known)
    try:
        found, failure = _look(reading.read(contract.text, table.dataset.slug).agreed, table), None
    except Invalid as refused:  # too big, too slow or damaged: the same the next time
        found, failure = Checked(Verdict.ERROR, ()), to_wire(refused)
    with writing(by=SYSTEM, action="lake.contract.checked", subject=("table-version", table.id)) as write:
        row, _made = ContractOutcome.objects.update_or_create(
            table_version=table,
            contract=contract,
            defaults={
                "verdict": found.verdict,
                "outcomes": [one.to_json() for one in found.outcomes],
                "failure": failure,
                "checked_at": clock.now(),
            },
        )
        facts = {"table_version": str(table.id), "contract": str(contract.id), "verdict": found.verdict.value}
        write.note(**facts)
        write.emit("contract.checked", {**facts, "dataset": str(table.dataset_id)})
    return outcome_record(row)


def checked_file(dataset_id: UUID, sha256: str) -> OutcomeRecord | None:
    """The same for the version whose rows all stand in this file, as outside; None when there is none."""
    ready = TableVersion.ready(dataset_id).filter(data_sha256=sha256)
    found = ready.order_by("-number").values_list("id", flat=True).first()
    return checked(found) if found else None


def would_come_out(
    dataset_id: UUID, paths: Sequence[Path], report: IngestReport, profile: Mapping[str, Any]
) -> Checked | None:
    """What rows that are no version yet come out as under the contract in force; None when nothing is promised."""
    rows = ContractVersion.objects.filter(dataset_id=dataset_id, status=ContractStatus.IN_FORCE)
    contract = rows.select_related("dataset").first()
    if contract is None:
        return None
    return check_table(
        reading.read(contract.text, contract.dataset.slug).agreed,
        paths,
        [column.to_json() for column in report.columns],
        now=clock.now(),
        loaded_at=clock.now(),
        profile=profile,
        memory_mb=settings.SLUIS.ingest_memory_mb,
        run=running.run,
    )


def check_now(*, by: Actor, table_version_id: UUID) -> OutcomeRecord | None:
    """Check again, because somebody asks. Raises NotFound, NotAllowed, and Conflict for a version that is not ready."""
    table = version_seen_by(by, table_version_id)
    require(by, EDIT, table.dataset.organisation_id, table.dataset.team_id)
    _require_ready(table)
    return checked(table.id, again=True)


def try_contract(*, by: Actor, contract_id: UUID, table_version_id: UUID) -> Checked:
    """What this version of the table would come out as under a contract that is not in force. Keeps nothing."""
    row, table = contract_seen_by(by, contract_id), version_seen_by(by, table_version_id)
    require(by, EDIT, row.dataset.organisation_id, row.dataset.team_id)
    _require_ready(table)
    return _look(reading.read(row.text, row.dataset.slug).agreed, table)


def _look(agreed: Agreed, table: TableVersion) -> Checked:
    return check_table(
        agreed,
        [blobs.path(part["sha256"]) for part in table.parts],
        (table.report or {})["columns"],
        now=clock.now(),
        loaded_at=table.finished_at or table.created_at,
        profile=table.profile,
        memory_mb=settings.SLUIS.ingest_memory_mb,
        run=running.run,
    )


def _require_ready(table: TableVersion) -> None:
    if table.status != TableVersion.Status.READY:
        raise Conflict("table.not-ready", N_("Deze versie heeft geen rijen: het inlezen is niet gelukt of niet klaar."))
