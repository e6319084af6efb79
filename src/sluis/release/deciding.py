"""The decision: by a person in the role of data owner, who did not prepare it, on exactly what lies there.

Both functions run inside the transaction that completes the task: what they raise undoes everything.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sluis.foundation.service import audit, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict, Fault, Invalid, NotAllowed, Stale
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.types import InstanceRecord, Work
from sluis.release import evidence, policy, rules
from sluis.release.checks import CHECKS, run
from sluis.release.dossiers import locked, require_id
from sluis.release.models import Decision, Dossier, Preparer
from sluis.release.source import Source, source
from sluis.release.types import Finding, Outcome

REVIEWED = frozenset({Outcome.OPEN, Outcome.PLANNED})


def intake(work: Work, answers: Mapping[str, Any], expected: str) -> dict[str, Any]:
    """Completion `release.intake`: note which source the dossier is about, so that the same one is found again. What
    was found in the rows of an earlier round is forgotten."""
    row = _row(work)
    now = source(row.dataset_id)
    Dossier.objects.filter(id=row.id).update(
        source_sha256=now.table.source_sha256 if now.table else "",
        dataset_slug=now.record.slug,
        dataset_title=now.record.title,
    )
    wrong = sorted(set(answers.get("quasiIdentifiers") or ()) - set(now.table.column_names if now.table else ()))
    if wrong:
        text = N_("Deze kolommen bestaan niet in de tabel: {columns}.")
        fault = Fault(text, "quasiIdentifiers", params={"columns": ", ".join(wrong)})
        raise Invalid("intake.columns", N_("Het formulier is niet goed ingevuld."), faults=[fault])
    return {"returnTo": None, "returnReason": None} | dict.fromkeys(evidence.OF_THE_ROWS)


def decide(work: Work, answers: Mapping[str, Any], expected: str) -> dict[str, Any]:
    """Completion `release.decide`. `expected` is the `content_sha256` that the decider looked at.

    Raises NotAllowed (not a person, or prepared it: four eyes), Invalid (no ground, date or reason), Stale (other
    content than expected), Conflict (the rules or a check do not let it open).
    """
    row, by = _row(work), work.by
    policy.require_person(by)
    said = str(answers.get("decision") or "")
    if said not in set(Outcome):
        return _without(said, answers)
    wanted, planned = Outcome(said), evidence.embargo(answers)
    ground, motivation = str(answers.get("legalGround") or ""), str(answers["motivation"])
    _require_complete(wanted, ground, planned)
    now, instance = source(row.dataset_id), process.instance(by=SYSTEM, instance_id=work.instance_id)
    preparers = evidence.preparers(row, now)
    _require_other_eyes(by, preparers)
    content = evidence.content_sha256(row, now, instance)
    _require_same(expected, content)
    _require_free(row, now, wanted, ground, planned, work.variables)
    _write(row, by, work, now, instance, content, wanted=wanted, ground=ground, motivation=motivation, planned=planned)
    return {"returnTo": None, "returnReason": None}


def blockers(row: Dossier, now: Source, said: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Why the data cannot be decided open now."""
    proposal = said.get("proposal")
    known = proposal if isinstance(proposal, Mapping) else {}
    return rules.blockers(evidence.reports(row), known, stale=evidence.is_stale(row, now))


def _row(work: Work) -> Dossier:
    return locked(require_id(work))


def _without(said: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Sent back or stopped: no decision, so nobody's eyes are needed but the task's own."""
    if said == "return" and not (answers.get("returnTo") and answers.get("returnReason")):
        faults = [
            Fault(text, name)
            for name, text in (
                ("returnTo", N_("Kies naar welke stap het dossier terug gaat.")),
                ("returnReason", N_("Schrijf waarom het dossier terug gaat.")),
            )
            if not answers.get(name)
        ]
        raise Invalid("decide.return", N_("Het formulier is niet goed ingevuld."), faults=faults)
    return {} if said == "return" else {"returnTo": None}


def _require_complete(wanted: Outcome, ground: str, planned: date | None) -> None:
    if wanted in (Outcome.RESTRICTED, Outcome.CLOSED) and not ground:
        text = N_("Niet openbaar maken heeft een grond nodig.")
        raise Invalid(
            "outcome.ground",
            text,
            way_out=N_("Noem het artikel van de Woo of Who en leg uit waarom het hier geldt."),
            faults=[Fault(text, "legalGround")],
        )
    if wanted is Outcome.PLANNED and (planned is None or planned <= clock.today()):
        text = N_("Vul een dag in de toekomst in waarop de data open wordt.")
        raise Invalid("outcome.date", text, faults=[Fault(text, "embargoDate")])


def _require_other_eyes(by: Actor, preparers: frozenset[str]) -> None:
    if by.keys & preparers:
        raise NotAllowed(
            "decide.four-eyes",
            N_("U of wie u vervangt heeft aan deze dataset of dit dossier gewerkt; een ander moet besluiten."),
            way_out=N_("Vraag een andere data-eigenaar."),
        )


def _require_same(expected: str, content: str) -> None:
    if expected != content:
        raise Stale(
            "decide.stale",
            N_("Het dossier is veranderd sinds u het bekeek."),
            way_out=N_("Laad het dossier opnieuw, bekijk het en besluit dan."),
        )


def _require_free(
    row: Dossier, now: Source, wanted: Outcome, ground: str, planned: date | None, said: Mapping[str, Any]
) -> None:
    """Open and planned need everything clear; what stays inside still needs a description that the outside may read."""
    if wanted in REVIEWED:
        found = blockers(row, now, said)
    else:
        subject = evidence.subject_of(now, said, wanted, ground)
        found = tuple(f for f in run(CHECKS["shapes"], replace(subject, planned_date=planned)).findings if f.blocks)
    if found:
        raise Conflict(
            "decide.blocked",
            N_("Dit besluit kan nu niet: {reasons}"),
            way_out=N_("Stuur het dossier terug of neem een ander besluit."),
            faults=[Fault(finding.text, field=finding.field, params=finding.params) for finding in found],
            reasons=" ".join(finding.said() for finding in found),
        )


def _write(
    row: Dossier,
    by: Actor,
    work: Work,
    now: Source,
    instance: InstanceRecord,
    content: str,
    *,
    wanted: Outcome,
    ground: str,
    motivation: str,
    planned: date | None,
) -> None:
    """The preparers stand first: the database compares them with the decider when the decision is written."""
    preparers, at = sorted(evidence.preparers(row, now)), clock.now()
    planned = planned if wanted is Outcome.PLANNED else None
    Preparer.objects.bulk_create(Preparer(dossier=row, actor_key=key) for key in preparers)
    role = process.model(work.definition_sha256).nodes[work.element].roles[0]
    with writing(by=by, action="release.decided", subject=("dossier", row.id)) as w:
        decision = Decision.objects.create(
            id=ids.new_id(),
            dossier=row,
            dataset_id=row.dataset_id,
            outcome=wanted,
            decider_key=by.key,
            on_behalf_of=by.stands_for or None,
            role=role,
            decided_at=at,
            ground=ground,
            motivation=motivation,
            planned_date=planned,
            content=_content(row, now, instance, content, role),
            sha256=rules.decision_sha256(content, wanted, ground, motivation, planned),
            audit_seq=audit.head()[0],
        )
        w.note(outcome=wanted.value, sha256=decision.sha256, preparers=preparers, dataset=str(row.dataset_id))
        told = {"dataset_id": str(row.dataset_id), "outcome": wanted.value, "sha256": decision.sha256}
        w.emit("dataset.decided", told)


def _content(row: Dossier, now: Source, instance: InstanceRecord, content: str, role: str) -> dict[str, Any]:
    """Everything the decision is about, kept for ever; with what the outside may know of how it came about."""
    exhibits = evidence.current(row)
    steps = public_steps(instance)
    return {
        "metadata": now.metadata,
        "table": now.table.sha256 if now.table else None,
        "table_id": str(now.table.id) if now.table else None,
        "content_sha256": content,
        "steps": [*steps, {"name": "decided", "role": role, "at": clock.now().isoformat()}],
        "checks": [{"name": c.name, "title": c.title, "verdict": c.verdict.value} for c in evidence.reports(row)],
        "rules": evidence.rule_bodies(exhibits, instance.definition_sha256),
        "evidence": [{"kind": e.kind, "element": e.element, "sha256": e.sha256} for e in exhibits],
        "process": _version(instance.key, instance.definition_sha256),
        "policies": [_version(key, sha256) for key, sha256 in sorted(instance.policies.items())],
    }


def _version(key: str, sha256: str) -> dict[str, Any]:
    return {"key": key, "number": process.definition(sha256).number, "sha256": sha256}


def public_steps(instance: InstanceRecord) -> list[dict[str, str]]:
    """Steps that the process calls public and that were done: name, role and moment; never who did it."""
    return [
        {
            "name": step.element,
            "title": step.name,
            "title_en": step.name_en,
            "role": step.role or "system",
            "at": step.at.isoformat(),
        }
        for step in process.public_steps(instance_id=instance.id)
        if step.at
    ]
