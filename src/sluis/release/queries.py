"""Reads for staff: dossiers, access-filtered, as frozen shapes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from sluis.foundation.service import audit, names_of
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import NotFound
from sluis.register import service as register
from sluis.release import evidence, policy, rules
from sluis.release.models import Advice, Decision, Dossier, Preparer, Release
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.source import Source, inputs_sha256, source
from sluis.release.types import (
    AdviceRecord,
    DecisionRecord,
    DossierFilter,
    DossierPage,
    DossierRecord,
    DossierSummary,
    Event,
    Finding,
    Outcome,
    Person,
    Stage,
)

MOST_PER_PAGE = 200


def dossier(*, by: Actor, dossier_id: UUID) -> DossierRecord:
    """One dossier with everything on it. Raises NotFound, also for what the caller may not see."""
    if not policy.seen_by(by).filter(id=dossier_id).exists():
        raise policy.unknown()
    return record_of(dossier_id, by)


def dossier_of(*, by: Actor, dataset_id: UUID) -> DossierRecord | None:
    """The open dossier of a dataset, else its newest; None when there never was one (or the caller may not see it)."""
    rows = policy.seen_by(by).filter(dataset_id=dataset_id).order_by("-opened_at", "-id")
    found = rows.filter(stage__in=OPEN_STAGES).first() or rows.first()
    return record_of(found.id, by) if found else None


def dossiers(*, by: Actor, filters: DossierFilter | None = None) -> DossierPage:
    """Dossiers the caller may see, last change first."""
    wanted = filters or DossierFilter()
    exact = {"stage": wanted.stage, "organisation_id": wanted.organisation_id, "dataset_id": wanted.dataset_id}
    rows = policy.seen_by(by).filter(**{k: v for k, v in exact.items() if v})
    if words := wanted.text.strip():
        rows = rows.filter(Q(dataset_title__icontains=words) | Q(dataset_slug=words))
    size = min(max(wanted.size, 1), MOST_PER_PAGE)
    first = (max(wanted.page, 1) - 1) * size
    found = rows.select_related("decision").order_by("-changed_at", "-id")[first : first + size]
    return DossierPage(tuple(_summary(row) for row in found), rows.count(), max(wanted.page, 1), size)


def _known(dossier_id: UUID) -> Dossier:
    row = Dossier.objects.select_related("dataset").filter(id=dossier_id).first()
    if row is None:
        raise NotFound("dossier.unknown", policy.unknown().message)
    return row


def undecided(*, by: Actor, dataset_id: UUID) -> frozenset[str]:
    """What was changed since the decision on the current release: 'table', 'description'. Empty when nothing waits.

    The release outside stays as it is until a new dossier decides on the change. Raises NotFound.
    """
    register.get(by=by, dataset_id=dataset_id)
    current = Release.objects.filter(dataset_id=dataset_id, status=Release.Status.CURRENT)
    shown = current.select_related("decision").first()
    if shown is None:
        return frozenset()
    now, decided = source(dataset_id), shown.decision.content
    table = (now.table.sha256 if now.table else None) != decided["table"]
    described = _without_outcome(now.metadata) != _without_outcome(decided["metadata"])
    return frozenset(name for name, waits in (("table", table), ("description", described)) if waits)


def differences(*, by: Actor, dataset_id: UUID) -> dict[str, tuple[Any, Any]]:
    """Per field of the description that changed since the current release was decided: (then, now); None is empty.

    Nothing when there is no current release. Raises NotFound.
    """
    register.get(by=by, dataset_id=dataset_id)
    current = Release.objects.filter(dataset_id=dataset_id, status=Release.Status.CURRENT)
    shown = current.select_related("decision").first()
    if shown is None:
        return {}
    then = _without_outcome(shown.decision.content["metadata"])
    now = _without_outcome(register.snapshot(dataset_id))
    return {name: (then.get(name), now.get(name)) for name in sorted({*then, *now}) if then.get(name) != now.get(name)}


def _without_outcome(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Publishing itself writes the decided outcome into the register."""
    return {k: v for k, v in metadata.items() if k not in ("openness", "openness_ground", "planned_date")}


def record_of(dossier_id: UUID, by: Actor) -> DossierRecord:
    """The whole dossier, for an operation that has authorised."""
    row = _known(dossier_id)
    now = source(row.dataset_id)
    decision = Decision.objects.filter(dossier=row).first()
    history = audit.entries_about("dossier", row.id)
    prepared = _preparers(row, now, decision)
    people = _People({row.opened_by, *prepared, *(k for e in history for k in e.actor_keys), *_named(row, decision)})
    stale = bool(row.checked_sha256) and row.stage in OPEN_STAGES and _is_stale(row, now)
    return DossierRecord(
        id=row.id,
        dataset_id=row.dataset_id,
        dataset_slug=now.record.slug,
        dataset_title=now.record.title,
        organisation_id=row.organisation_id,
        stage=Stage(row.stage),
        opened_at=row.opened_at,
        opened_by=people(row.opened_by),
        due_date=row.due_date,
        **_proposed(row),
        content_sha256=evidence.content_sha256(row),
        stale=stale,
        checks=evidence.reports(row),
        advices=_advices(row, people),
        decision=_decision(decision, prepared, people) if decision else None,
        steps=rules.steps(Stage(row.stage), _moments(history)),
        events=tuple(_event(e, people) for e in history),
        preparers=tuple(people(key) for key in sorted(prepared)),
        may=_may(row, by, prepared),
        blockers=_blockers(row, stale),
        next=rules.NEXT[Stage(row.stage)],
        return_reason=row.return_reason,
        failure=row.failure,
        release_number=Release.objects.filter(decision__dossier=row).values_list("number", flat=True).first(),
    )


def _event(entry: audit.Entry, people: "_People") -> Event:
    behind = tuple(people(key) for key in sorted(entry.actor_keys - {entry.actor_key}))
    return Event(entry.at, people(entry.actor_key), entry.action, entry.detail, behind)


def _proposed(row: Dossier) -> dict[str, Any]:
    return {
        "proposal": Outcome(row.proposal) if row.proposal else None,
        "proposal_ground": row.proposal_ground,
        "proposal_motivation": row.proposal_motivation,
        "planned_date": row.planned_date,
        "quasi_identifiers": tuple(row.quasi_identifiers),
    }


def _advices(row: Dossier, people: "_People") -> tuple[AdviceRecord, ...]:
    given = Advice.objects.filter(dossier=row, run=row.run)
    return tuple(AdviceRecord(people(a.actor_key, a.role), a.at, a.text, a.agrees) for a in given)


class _People:
    """Names of actors, asked once."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.names = names_of(keys)

    def __call__(self, key: str, role: str = "") -> Person:
        return Person(key, self.names.get(key, SYSTEM.name if key == SYSTEM.key else ""), role)


def _named(row: Dossier, decision: Decision | None) -> set[str]:
    advisers = set(Advice.objects.filter(dossier=row).values_list("actor_key", flat=True))
    return advisers | ({decision.decider_key} if decision else set())


def _preparers(row: Dossier, now: Source, decision: Decision | None) -> frozenset[str]:
    if decision is not None:
        return frozenset(Preparer.objects.filter(dossier=row).values_list("actor_key", flat=True))
    return evidence.preparers(row, now)


def _is_stale(row: Dossier, now: Source) -> bool:
    """Whether something changed after the checks, so that they say nothing any more."""
    if not row.checked_sha256 or row.stage not in OPEN_STAGES:
        return False
    return inputs_sha256(now, evidence.proposal_of(row)) != row.checked_sha256


def _decision(decision: Decision, prepared: frozenset[str], people: _People) -> DecisionRecord:
    return DecisionRecord(
        id=decision.id,
        outcome=Outcome(decision.outcome),
        decided_at=decision.decided_at,
        by=people(decision.decider_key, decision.role),
        preparers=tuple(people(key) for key in sorted(prepared)),
        ground=decision.ground,
        motivation=decision.motivation,
        sha256=decision.sha256,
        planned_date=decision.planned_date,
    )


_DONE_BY = {
    "release.dossier.proposed": "intake",
    "release.dossier.checked": "checking",
    "release.dossier.decided": "ready_to_decide",
    "release.published": "decided",
}


def _moments(history: Iterable[audit.Entry]) -> dict[str, datetime]:
    moments = {_DONE_BY[e.action]: e.at for e in history if e.action in _DONE_BY}
    return moments | ({"published": moments["decided"]} if "decided" in moments else {})


_MAY: dict[str, tuple[str, frozenset[Stage]]] = {
    "propose": (policy.PREPARE, frozenset({Stage.INTAKE, Stage.RETURNED, Stage.CHECKING})),
    "request_checks": (policy.PREPARE, frozenset({Stage.INTAKE, Stage.RETURNED, Stage.CHECKING})),
    "submit": (policy.PREPARE, frozenset({Stage.INTAKE, Stage.RETURNED})),
    "advise": (policy.ADVISE, frozenset({Stage.INTAKE, Stage.RETURNED, Stage.CHECKING, Stage.READY_TO_DECIDE})),
    "return": (policy.DECIDE, frozenset({Stage.READY_TO_DECIDE})),
    "decide": (policy.DECIDE, frozenset({Stage.READY_TO_DECIDE})),
    "refuse": (policy.DECIDE, frozenset({Stage.READY_TO_DECIDE})),
    "publish": (policy.PREPARE, frozenset({Stage.DECIDED})),
    "withdraw_dossier": (policy.PREPARE, frozenset(OPEN_STAGES)),
}


def _may(row: Dossier, by: Actor, prepared: frozenset[str]) -> frozenset[str]:
    """Operations open to this caller in this stage; deciding is not open to who prepared it."""
    held = {
        name
        for name, (permission, stages) in _MAY.items()
        if row.stage in stages and policy.allowed(by, permission, row)
    }
    if policy.decider_keys(by, row) & prepared or by.user_id is None:
        held.discard("decide")
    if "request_checks" in held and not row.proposal:
        held -= {"request_checks", "submit"}
    if not row.checked_sha256:
        held.discard("submit")
    return frozenset(held)


def _blockers(row: Dossier, stale: bool) -> tuple[Finding, ...]:
    from sluis.release.checks import REQUIRED

    return rules.blockers(
        Outcome.OPEN,
        proposal=Outcome(row.proposal) if row.proposal else None,
        checks=evidence.reports(row),
        required=REQUIRED,
        stale=stale,
        judged=evidence.judged(row, ""),
    )


def _summary(row: Dossier) -> DossierSummary:
    decision = getattr(row, "decision", None)
    return DossierSummary(
        id=row.id,
        dataset_id=row.dataset_id,
        dataset_slug=row.dataset_slug,
        dataset_title=row.dataset_title,
        organisation_id=row.organisation_id,
        stage=Stage(row.stage),
        proposal=Outcome(row.proposal) if row.proposal else None,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        due_date=row.due_date,
        outcome=Outcome(decision.outcome) if decision else None,
    )
