"""Reads of the register of processing, access-filtered, as frozen shapes."""

from uuid import UUID

from django.db.models import Q

from sluis.foundation.service import require
from sluis.governance import policy
from sluis.governance.models import Processing
from sluis.governance.types import FIELDS, NAMES, ProcessingPage, ProcessingRecord
from sluis.kernel.actor import Actor

MOST_PER_PAGE = 200


def processings(*, by: Actor, text: str = "", page: int = 1, size: int = 50) -> ProcessingPage:
    """Rows whose title or slug holds `text`, by title. Raises NotAllowed for who has no role for the register."""
    require(by, policy.VIEW)
    rows = policy.seen_by(by)
    if words := text.strip():
        rows = rows.filter(Q(dataset_title__icontains=words) | Q(dataset_slug=words))
    page, size = max(page, 1), min(max(size, 1), MOST_PER_PAGE)
    found = rows.order_by("dataset_title", "id")[(page - 1) * size : page * size]
    return ProcessingPage(tuple(record_of(row) for row in found), rows.count(), page, size)


def processing(*, by: Actor, processing_id: UUID) -> ProcessingRecord:
    """One row. Raises NotFound, also for what the caller may not see."""
    row = policy.seen_by(by).filter(id=processing_id).first()
    if row is None:
        raise policy.unknown()
    return record_of(row)


def record_of(row: Processing) -> ProcessingRecord:
    values = {name: str(getattr(row, name)) for name in NAMES}
    return ProcessingRecord(
        id=row.id,
        dataset_id=row.dataset_id,
        dossier_id=row.dossier_id,
        slug=row.dataset_slug,
        title=row.dataset_title,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        outcome=row.outcome,
        decided_at=row.decided_at,
        contains=row.contains,
        origin=row.origin,
        concerned=row.contains != "no" or row.origin != "no",
        values=values,
        missing=tuple(field.name for field in FIELDS if field.required and not values[field.name].strip()),
        version=row.version,
        changed_at=row.changed_at,
        confirmed_at=row.confirmed_at,
    )
