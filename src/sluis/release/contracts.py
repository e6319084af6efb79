"""What the outside sees of a contract: what is promised of an open dataset, and how the release outside came out.

Written with the projection, and when a contract or its outcome changes. Example values stay inside: they may be of rows
that are not public.
"""

from dataclasses import replace
from uuid import UUID

from django.db.models import F

from sluis.foundation.service import in_line
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.contracts import reading
from sluis.lake.contracts.types import Property, Rule, RuleOutcome, Verdict
from sluis.lake.service import ContractRecord, OutcomeRecord
from sluis.release import news
from sluis.release.models import PublicContract, PublicDataset, PublicTable
from sluis.release.reading import dataset
from sluis.release.types import Kind, PublicContractRecord


def promised_anew(dataset_id: UUID) -> bool:
    """Another contract: hold what stands outside against it, and show it."""
    shown = PublicTable.objects.filter(dataset__dataset_id=dataset_id, release=F("dataset__release")).first()
    if shown is not None:
        lake.checked_file(dataset_id, shown.sha256)
    with in_line():
        row = PublicDataset.objects.select_for_update().filter(dataset_id=dataset_id).first()
        if row is not None:
            news.remember(row)
    return follow(dataset_id)


def follow(dataset_id: UUID) -> bool:
    """Bring the public contract of a dataset up to date; False when nothing of it stands outside."""
    with in_line():
        row = PublicDataset.objects.select_for_update().filter(dataset_id=dataset_id).first()
        return row is not None and project(row)


def project(row: PublicDataset) -> bool:
    """Write what is promised of this open dataset, or take it away. Call inside a transaction."""
    held = lake.contract_in_force(by=SYSTEM, dataset_id=row.dataset_id) if row.kind == Kind.OPEN else None
    if held is None:
        PublicContract.objects.filter(dataset=row).delete()
        return False
    shown = PublicTable.objects.filter(dataset=row, release=row.release).first()
    outcome = lake.contract_outcome_of(by=SYSTEM, dataset_id=row.dataset_id, sha256=shown.sha256) if shown else None
    PublicContract.objects.update_or_create(dataset=row, defaults=_fields(held, outcome, row.slug))
    return True


def _fields(held: ContractRecord, outcome: OutcomeRecord | None, slug: str) -> dict[str, object]:
    agreed = reading.read(held.text, slug).agreed
    known = outcome if outcome and outcome.contract_id == held.id else None
    return {
        "version": held.version,
        "text": held.text,
        "sha256": held.sha256,
        "change": held.change.value,
        "in_force_at": held.in_force_at,
        "columns": [
            {"name": one.name, "title": one.title, "description": one.description, "type": one.logical_type}
            for one in agreed.properties
        ],
        "rules": [rule.to_json() for rule in agreed.rules],
        "outcomes": [replace(one, examples=()).to_json() for one in known.outcomes] if known else [],
        "verdict": known.verdict.value if known else "",
        "checked_at": known.checked_at if known else None,
    }


def contract(slug: str) -> PublicContractRecord:
    """What is promised of an open dataset. Raises NotFound, also when nothing is, and Gone."""
    dataset(slug)
    row = PublicContract.objects.filter(dataset__slug=slug).select_related("dataset").first()
    if row is None:
        raise NotFound("contract.none", N_("Bij deze dataset horen geen afspraken (datacontract)."))
    return PublicContractRecord(
        slug=slug,
        release=row.dataset.release,
        version=row.version,
        text=row.text,
        sha256=row.sha256,
        change=row.change,
        in_force_at=row.in_force_at,
        columns=tuple(
            Property(one["name"], (one["name"],), one["title"], one["description"], one["type"]) for one in row.columns
        ),
        rules=tuple(Rule.from_json(shape) for shape in row.rules),
        outcomes={shape["rule"]["id"]: RuleOutcome.from_json(shape) for shape in row.outcomes},
        verdict=Verdict(row.verdict) if row.verdict else None,
        checked_at=row.checked_at,
    )
