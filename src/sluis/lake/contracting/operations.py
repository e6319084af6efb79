"""Writes of contracts: draft, put in force, end. A draft changes in place; what was in force never does."""

import hashlib
from uuid import UUID

from django.db.models import Max, QuerySet

from sluis.foundation.service import Write, require, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, Stale
from sluis.kernel.text import N_
from sluis.lake.contracting.policy import DECIDE, EDIT, contract_seen_by
from sluis.lake.contracting.records import ContractRecord, contract_record
from sluis.lake.contracts import draft, reading, version, yaml_text
from sluis.lake.contracts.change import kind_of
from sluis.lake.contracts.types import Change, ContractStatus
from sluis.lake.models import ContractVersion
from sluis.lake.policy import VIEW, require_on_dataset
from sluis.lake.queries import latest_ready
from sluis.register.service import get


def propose_contract(*, by: Actor, dataset_id: UUID) -> str:
    """The YAML of a contract that the newest version of the table keeps. Writes nothing.

    Raises NotFound, NotAllowed, and Conflict when there is no table to look at.
    """
    by = require_on_dataset(by, VIEW, dataset_id)
    dataset, table = get(by=by, dataset_id=dataset_id), latest_ready(by=by, dataset_id=dataset_id)
    if table is None or table.report is None or table.profile is None:
        raise Conflict(
            "contract.no-data",
            N_("Er is nog geen ingelezen tabel om een voorstel uit te maken."),
            way_out=N_("Lever eerst een bestand aan, of schrijf het contract zelf."),
        )
    content = draft.proposal(
        identity=str(dataset.id),
        name=dataset.slug,
        title=dataset.title,
        description=dataset.description,
        report=table.report,
        profile=table.profile,
        meanings={column.name: column.meaning for column in dataset.columns if column.meaning},
        frequency=dataset.frequency,
    )
    return yaml_text.write(content)


def save_contract(*, by: Actor, dataset_id: UUID, text: str, expected: str | None = None) -> ContractRecord:
    """Keep this text as the draft of the dataset.

    `expected` is the hash of the draft that it was made from ('' for none): somebody else's draft is not overwritten.
    Raises Invalid with every fault and its line, and Invalid when the version does not tell what changed.
    """
    by = require_on_dataset(by, EDIT, dataset_id)
    text = text.replace("\r\n", "\n")
    slug = get(by=by, dataset_id=dataset_id).slug
    read = reading.read(text, slug)
    with writing(by=by, action="lake.contract.saved", subject=("dataset", dataset_id)) as write:
        row = _draft(dataset_id, expected) or ContractVersion(
            id=ids.new_id(),
            dataset_id=dataset_id,
            number=_next_number(dataset_id),
            created_by=by.key,
            created_at=clock.now(),
        )
        row.change = _change(dataset_id, read, slug)
        row.text, row.sha256, row.version = text, hashlib.sha256(text.encode()).hexdigest(), read.version
        row.changed_at = clock.now()
        row.save()
        write.note(contract=row.id, number=row.number, sha256=row.sha256, version=row.version)
    return contract_record(row)


def drop_draft(*, by: Actor, contract_id: UUID) -> None:
    """Throw a draft away. Raises NotFound, NotAllowed, and Conflict for what is no draft."""
    row = contract_seen_by(by, contract_id)
    by = require(by, EDIT, row.dataset.organisation_id, row.dataset.team_id)
    with writing(by=by, action="lake.contract.dropped", subject=("dataset", row.dataset_id)) as write:
        _require_status(row, ContractStatus.DRAFT)
        write.note(contract=row.id, number=row.number, sha256=row.sha256)
        row.delete()


def put_in_force(*, by: Actor, contract_id: UUID, sha256: str) -> ContractRecord:
    """From now on this is what is promised; the contract that was in force ends. The newest table is checked next.

    `sha256` is that of the text the caller looked at. Raises NotFound, NotAllowed, Conflict for what is no draft, and
    Stale when the text or the contract in force was changed meanwhile.
    """
    row = contract_seen_by(by, contract_id)
    by = require(by, DECIDE, row.dataset.organisation_id, row.dataset.team_id)
    with writing(by=by, action="lake.contract.in-force", subject=("dataset", row.dataset_id)) as write:
        row = ContractVersion.objects.select_for_update().select_related("dataset").get(id=contract_id)
        _require_status(row, ContractStatus.DRAFT)
        if row.sha256 != sha256:
            raise Stale("contract.changed", N_("Het concept is intussen gewijzigd. Bekijk het opnieuw."))
        row.change = _change(row.dataset_id, reading.read(row.text, row.dataset.slug), row.dataset.slug)
        now = clock.now()
        _in_force(row.dataset_id).update(status=ContractStatus.RETIRED, retired_at=now)
        row.status, row.in_force_at, row.decided_by = ContractStatus.IN_FORCE, now, by.key
        row.save(update_fields=["status", "in_force_at", "decided_by", "change"])
        _told(write, row)
        _check_newest(row)
    return contract_record(row)


def retire_contract(*, by: Actor, contract_id: UUID) -> ContractRecord:
    """From now on nothing is promised. Raises NotFound, NotAllowed, and Conflict for what is not in force."""
    row = contract_seen_by(by, contract_id)
    by = require(by, DECIDE, row.dataset.organisation_id, row.dataset.team_id)
    with writing(by=by, action="lake.contract.retired", subject=("dataset", row.dataset_id)) as write:
        row = ContractVersion.objects.select_for_update().get(id=contract_id)
        _require_status(row, ContractStatus.IN_FORCE)
        row.status, row.retired_at = ContractStatus.RETIRED, clock.now()
        row.save(update_fields=["status", "retired_at"])
        _told(write, row)
    return contract_record(row)


def _in_force(dataset_id: UUID) -> QuerySet[ContractVersion]:
    return ContractVersion.objects.filter(dataset_id=dataset_id, status=ContractStatus.IN_FORCE)


def _draft(dataset_id: UUID, expected: str | None) -> ContractVersion | None:
    row = ContractVersion.objects.select_for_update().filter(dataset_id=dataset_id, status=ContractStatus.DRAFT).first()
    if expected is not None and expected != (row.sha256 if row else ""):
        raise Stale("contract.changed", N_("Het concept is intussen gewijzigd. Bekijk het opnieuw."))
    return row


def _next_number(dataset_id: UUID) -> int:
    last = ContractVersion.objects.filter(dataset_id=dataset_id).aggregate(top=Max("number"))["top"]
    return (last or 0) + 1


def _change(dataset_id: UUID, read: reading.Read, slug: str) -> Change:
    """What it means beside the contract in force. Raises Invalid when its version does not say so."""
    after = version.number(read.version)
    if after is None:
        raise Invalid(
            "contract.version",
            N_("‘{version}’ is geen versie."),
            way_out=N_("Schrijf drie getallen, zoals 1.2.0."),
            version=read.version[:40],
        )
    before = _in_force(dataset_id).first()
    known = version.number(before.version) if before else None
    if before is None or known is None:
        return Change.NONE
    change = kind_of(reading.read(before.text, slug).agreed, read.agreed)
    if not version.enough(known, after, change):
        breaking = N_("Deze wijziging laat een belofte vallen. Na versie {before} is dat minstens {least}.")
        higher = N_("Na versie {before} komt een hogere versie, zoals {least}.")
        raise Invalid(
            "contract.version-too-low",
            breaking if change is Change.BREAKING else higher,
            way_out=N_("Pas ‘version’ aan in het contract."),
            before=before.version,
            least=version.shown(version.least(known, change)),
        )
    return change


def _require_status(row: ContractVersion, status: ContractStatus) -> None:
    if row.status == status:
        return
    if status is ContractStatus.DRAFT:
        raise Conflict("contract.no-draft", N_("Dit is geen concept (meer)."))
    raise Conflict("contract.not-in-force", N_("Dit contract is niet (meer) in werking."))


def _told(write: Write, row: ContractVersion) -> None:
    facts = {"contract": str(row.id), "number": row.number, "version": row.version, "sha256": row.sha256}
    write.note(**facts, change=row.change)
    write.emit(
        "contract.changed", {**facts, "dataset": str(row.dataset_id), "status": row.status, "change": row.change}
    )


def _check_newest(row: ContractVersion) -> None:
    from sluis.lake.jobs import check_contract_of

    check_contract_of.enqueue(str(row.dataset_id))
