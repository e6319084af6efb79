"""Is it described well enough for the outside? Required fields, and our own SHACL shapes."""

from dataclasses import replace

from sluis.register import service as register
from sluis.register.types import Availability, DatasetRecord, DistributionKind, DistributionRecord, Openness
from sluis.release.checks.shapes import violations
from sluis.release.checks.subject import Subject, judged
from sluis.release.types import Finding, Outcome, Verdict

OPENNESS = {
    Outcome.OPEN: Openness.OPEN,
    Outcome.PLANNED: Openness.OPEN,
    Outcome.RESTRICTED: Openness.RESTRICTED,
    Outcome.CLOSED: Openness.CLOSED,
}


def description(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """Gaps that the register calls required block; recommended ones are told along."""
    return judged(described(as_decided(subject), subject))


def described(record: DatasetRecord, subject: Subject) -> list[Finding]:
    gaps = register.gaps(record)
    told = [Finding("metadata.gap", g.text, dict(g.params), g.field, g.severity == "required") for g in gaps]
    return told or violations(record, subject.metadata, subject.outcome)


def as_decided(subject: Subject) -> DatasetRecord:
    """The record as it would be when the outcome is decided; a table in the lake counts as data to publish."""
    parts = subject.record.distributions
    if subject.table is not None and not any(part.kind is DistributionKind.TABLE for part in parts):
        parts = (*parts, DistributionRecord(id=subject.table.id, kind=DistributionKind.TABLE))
    availability = Availability.PLANNED if subject.outcome is Outcome.PLANNED else subject.record.availability
    return replace(
        subject.record,
        openness=OPENNESS[subject.outcome],
        openness_ground=subject.ground,
        availability=availability,
        distributions=parts,
        planned_date=subject.planned_date or subject.record.planned_date,
    )
