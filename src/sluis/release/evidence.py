"""Evidence of a dossier: write it once, read it back, and see whether it still fits what it is about."""

from collections.abc import Iterable
from typing import Any

from sluis.foundation.service import audit
from sluis.release import rules
from sluis.release.checks import TITLES
from sluis.release.checks.subject import Subject
from sluis.release.models import Advice, Decision, Dossier, Evidence
from sluis.release.source import Source, inputs_sha256
from sluis.release.types import CheckReport, Finding, Outcome, Verdict


def proposal_of(row: Dossier) -> dict[str, Any]:
    """The proposal as it goes into the hash."""
    return {
        "outcome": row.proposal,
        "ground": row.proposal_ground,
        "motivation": row.proposal_motivation,
        "planned_date": row.planned_date,
        "quasi_identifiers": row.quasi_identifiers,
    }


def subject_of(row: Dossier, now: Source) -> Subject:
    return Subject(
        record=now.record,
        metadata=now.metadata,
        table=now.table,
        proposal=Outcome(row.proposal),
        ground=row.proposal_ground,
        planned_date=row.planned_date,
        quasi_identifiers=tuple(row.quasi_identifiers),
        inputs_sha256=inputs_sha256(now, proposal_of(row)),
    )


def keep(row: Dossier, run: int, found: Iterable[CheckReport]) -> None:
    Evidence.objects.bulk_create(
        Evidence(
            dossier=row,
            run=run,
            name=report.name,
            verdict=report.verdict,
            findings=[rules.dict_of(finding) for finding in report.findings],
            version=report.version,
            inputs_sha256=report.inputs_sha256,
            at=report.at,
        )
        for report in found
    )


def reports(row: Dossier) -> tuple[CheckReport, ...]:
    """Reports of the last run, in the order of the checks; none while they run or after a new proposal."""
    if not row.checked_sha256:
        return ()
    order = list(TITLES)
    found = [_report(item) for item in Evidence.objects.filter(dossier=row, run=row.run)]
    return tuple(sorted(found, key=lambda r: order.index(r.name) if r.name in order else len(order)))


def advices(row: Dossier) -> list[dict[str, Any]]:
    """Advice on the last run, as it goes into the hash."""
    return [
        {"by": advice.actor_key, "text": advice.text, "agrees": advice.agrees}
        for advice in Advice.objects.filter(dossier=row, run=row.run)
    ]


def content_sha256(row: Dossier) -> str:
    return rules.content_sha256(row.checked_sha256, reports(row), advices(row))


def judged(row: Dossier, motivation: str) -> bool:
    """Has somebody motivated the doubts: the last advice agrees, or the decider gives reasons?"""
    given = advices(row)
    if len(motivation.strip()) >= rules.MOTIVATION_LENGTH:
        return True
    return bool(given) and given[-1]["agrees"]


def preparers(row: Dossier, now: Source) -> frozenset[str]:
    """Who changed what is decided since the last decision that put this dataset out as open, and in whose name."""
    after = _last_open_decision(row)
    subjects = [("dataset", row.dataset_id)]
    if now.record.contact is not None:
        subjects.append(("contact", now.record.contact.id))
    if now.table is not None:
        subjects.append(("table-version", now.table.id))
    subjects += [
        ("dossier", other) for other in Dossier.objects.filter(dataset=row.dataset_id).values_list("id", flat=True)
    ]
    deeds = [
        rules.Deed(key, e.action)
        for kind, subject in subjects
        for e in audit.entries_about(kind, subject, after=after)
        for key in e.actor_keys
    ]
    return rules.preparers(deeds) | {row.opened_by}


def _last_open_decision(row: Dossier) -> int:
    last = Decision.objects.filter(dataset=row.dataset_id, outcome=Outcome.OPEN, release__isnull=False)
    seq = last.order_by("-audit_seq").values_list("audit_seq", flat=True).first()
    return seq or 0


def _report(item: Evidence) -> CheckReport:
    return CheckReport(
        name=item.name,
        title=TITLES.get(str(item.name), str(item.name)),
        verdict=Verdict(item.verdict),
        findings=tuple(Finding(**finding) for finding in item.findings),
        version=item.version,
        inputs_sha256=item.inputs_sha256,
        at=item.at,
    )
