"""The decision: by a person in the role of data owner, who did not prepare it, on exactly what lies there."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sluis.foundation.service import Write, audit
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Fault, Invalid, NotAllowed, Stale
from sluis.kernel.text import N_
from sluis.release import evidence, policy, rules
from sluis.release.checks import CHECKS, REQUIRED, run
from sluis.release.dossiers import changing, checked_outcome
from sluis.release.models import Decision, Dossier, Preparer
from sluis.release.queries import record_of
from sluis.release.source import Source, inputs_sha256, source
from sluis.release.types import DossierRecord, Finding, Outcome, Stage


def decide(
    *,
    by: Actor,
    dossier_id: UUID,
    outcome: Outcome | str,
    ground: str = "",
    motivation: str,
    expected_hash: str,
    planned_date: date | None = None,
) -> DossierRecord:
    """Decide, and let the publication start. `expected_hash` is the `content_sha256` the decider looked at.

    Raises NotAllowed (not a data owner, not a person, or prepared it: four eyes), Invalid (no motivation or ground),
    Conflict (blocked by a check, something changed after the checks), Stale (another content than expected).
    """
    by = policy.require_dossier(by, policy.DECIDE, dossier_id)
    policy.require_person(by)
    wanted = checked_outcome(outcome, ground, planned_date)
    if not motivation.strip():
        raise Invalid("decide.motivation", N_("Schrijf waarom u dit besluit."))
    with changing(by, dossier_id, "release.dossier.decided", Stage.READY_TO_DECIDE) as (row, w):
        now = source(row.dataset_id)
        preparers = evidence.preparers(row, now)
        _require_other_eyes(by, preparers)
        content = evidence.content_sha256(row)
        _require_same(expected_hash, content)
        _require_free(row, now, wanted, ground, motivation, planned_date)
        Preparer.objects.bulk_create(Preparer(dossier=row, actor_key=key) for key in sorted(preparers))
        decision = _written(
            row,
            by,
            _content(row, now, content),
            outcome=wanted,
            ground=ground.strip(),
            motivation=motivation.strip(),
            planned_date=planned_date,
        )
        _start_publication(row, w, decision, preparers)
    return record_of(dossier_id, by)


def refuse(*, by: Actor, dossier_id: UUID, motivation: str) -> DossierRecord:
    """End the dossier without anything public. Raises Invalid without a motivation."""
    by = policy.require_dossier(by, policy.DECIDE, dossier_id)
    policy.require_person(by)
    if not motivation.strip():
        raise Invalid("decide.motivation", N_("Schrijf waarom u dit besluit."))
    with changing(by, dossier_id, "release.dossier.refused", Stage.READY_TO_DECIDE) as (row, w):
        row.stage, row.return_reason = Stage.REFUSED, motivation.strip()
        w.note(motivation=motivation.strip())
    return record_of(dossier_id, by)


def blockers(
    row: Dossier, now: Source, wanted: Outcome, ground: str, motivation: str, planned: date | None
) -> tuple[Finding, ...]:
    """Why `wanted` cannot be decided now; the description is looked at again for exactly this outcome."""
    stale = inputs_sha256(now, evidence.proposal_of(row)) != row.checked_sha256
    checks = evidence.reports(row)
    found = rules.blockers(
        wanted,
        proposal=Outcome(row.proposal) if row.proposal else None,
        checks=checks,
        required=REQUIRED,
        stale=stale,
        judged=evidence.judged(row, motivation),
    )
    if found or wanted == row.proposal:
        return found
    subject = replace(evidence.subject_of(row, now), proposal=wanted, ground=ground, planned_date=planned)
    again = run(CHECKS["metadata"], subject)
    return tuple(finding for finding in again.findings if finding.blocks)


def _require_other_eyes(by: Actor, preparers: frozenset[str]) -> None:
    if by.keys & preparers:
        raise NotAllowed(
            "decide.four-eyes",
            N_("U of wie u vervangt heeft aan deze dataset of dit dossier gewerkt; een ander moet besluiten."),
            way_out=N_("Vraag een andere data-eigenaar."),
        )


def _require_same(expected: str, content: str) -> None:
    if not content or expected != content:
        raise Stale(
            "decide.stale",
            N_("Het dossier is veranderd sinds u het bekeek."),
            way_out=N_("Laad het dossier opnieuw, bekijk het en besluit dan."),
        )


def _require_free(
    row: Dossier, now: Source, wanted: Outcome, ground: str, motivation: str, planned: date | None
) -> None:
    found = blockers(row, now, wanted, ground, motivation, planned)
    if found:
        raise Conflict(
            "decide.blocked",
            N_("Dit besluit kan nu niet: {reasons}"),
            way_out=N_("Stuur het dossier terug of neem een ander besluit."),
            faults=[Fault(finding.text, field=finding.field, params=finding.params) for finding in found],
            reasons=" ".join(finding.said() for finding in found),
        )


def _content(row: Dossier, now: Source, content_sha256: str) -> dict[str, Any]:
    """Everything the decision is about, kept for ever; with what the outside may know of how it came about."""
    history = audit.entries_about("dossier", row.id)
    return {
        "metadata": now.metadata,
        "table": now.table.sha256 if now.table else None,
        "inputs_sha256": row.checked_sha256,
        "content_sha256": content_sha256,
        "steps": rules.public_steps((entry.action, entry.at, entry.detail) for entry in history),
        "checks": [{"name": c.name, "title": c.title, "verdict": c.verdict.value} for c in evidence.reports(row)],
    }


def _written(
    row: Dossier,
    by: Actor,
    content: dict[str, Any],
    *,
    outcome: Outcome,
    ground: str,
    motivation: str,
    planned_date: date | None,
) -> Decision:
    """The preparers stand already: the database compares them with the decider when the decision is written."""
    at, role = clock.now(), policy.role_for(by, policy.DECIDE, row)
    content["steps"].append({"name": "decided", "role": role, "at": at.isoformat()})
    return Decision.objects.create(
        id=ids.new_id(),
        dossier=row,
        dataset_id=row.dataset_id,
        outcome=outcome,
        decider_key=by.key,
        on_behalf_of=by.stands_for or None,
        role=role,
        decided_at=at,
        ground=ground,
        motivation=motivation,
        planned_date=planned_date,
        content=content,
        sha256=rules.decision_sha256(content["content_sha256"], outcome, ground, motivation, planned_date),
        audit_seq=audit.head()[0],
    )


def _start_publication(row: Dossier, w: Write, decision: Decision, preparers: frozenset[str]) -> None:
    from sluis.release.jobs import publish_decided

    row.stage, row.failure = Stage.DECIDED, None
    publish_decided.enqueue(str(row.id))
    outcome = Outcome(decision.outcome).value
    w.note(outcome=outcome, sha256=decision.sha256, preparers=sorted(preparers))
    w.emit("dataset.decided", {"dataset_id": str(row.dataset_id), "outcome": outcome, "sha256": decision.sha256})
