"""What a dossier says about people in the data: the facts that a register of processing begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sluis.kernel.actor import SYSTEM
from sluis.process import service as process
from sluis.release import evidence
from sluis.release.models import Decision
from sluis.release.record.retention import retention


@dataclass(frozen=True, slots=True)
class AboutPeople:
    """The newest decision on a dataset, with the answers of its dossier. `columns` are those that a check doubted."""

    dataset_id: UUID
    dossier_id: UUID
    organisation_id: UUID
    slug: str
    title: str
    outcome: str
    decided_at: datetime
    contains: str
    origin: str
    columns: tuple[str, ...]
    retention: str
    said: Mapping[str, Any]

    @property
    def concerned(self) -> bool:
        """Not surely without personal data: what is unknown counts as personal data."""
        return self.contains != "no" or self.origin != "no"


def about_people(dataset_id: UUID) -> AboutPeople | None:
    """For a room that keeps its own register; None when nothing was decided on the dataset by the process."""
    newest = Decision.objects.filter(dataset_id=dataset_id, dossier__instance_id__isnull=False)
    decision = newest.select_related("dossier").order_by("-decided_at", "-id").first()
    if decision is None or decision.dossier.instance_id is None:
        return None
    row = decision.dossier
    instance = process.instance(by=SYSTEM, instance_id=row.instance_id)
    said = instance.variables
    doubts = [r for r in evidence.reports(row) if r.name == "personal-data"]
    return AboutPeople(
        dataset_id=dataset_id,
        dossier_id=row.id,
        organisation_id=row.organisation_id,
        slug=row.dataset_slug,
        title=row.dataset_title,
        outcome=decision.outcome,
        decided_at=decision.decided_at,
        contains=str(said.get("containsPersonalData") or "unknown"),
        origin=str(said.get("personalOrigin") or "unknown"),
        columns=tuple(sorted({f.field for r in doubts for f in r.findings if f.field})),
        retention=retention(instance, decision.outcome).reason,
        said=said,
    )
