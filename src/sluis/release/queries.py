"""Reads for staff: dossiers, access-filtered, as frozen shapes."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from sluis.foundation.service import audit, names_of
from sluis.kernel.actor import SYSTEM, Actor
from sluis.process import service as process
from sluis.process.dmn.compare import Recorded
from sluis.process.types import InstanceRecord, TaskFilter, TaskRecord
from sluis.register import service as register
from sluis.release import evidence, policy, rules
from sluis.release.checks import ASKING
from sluis.release.models import Decision, Dossier, Exhibit, Preparer, Release
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.source import source
from sluis.release.types import (
    DecisionRecord,
    DossierFilter,
    DossierPage,
    DossierRecord,
    DossierSummary,
    Event,
    ExhibitKind,
    ExhibitRecord,
    Finding,
    Outcome,
    Person,
    Stage,
    TaskContext,
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
        raise policy.unknown()
    return row


def undecided(*, by: Actor, dataset_id: UUID) -> frozenset[str]:
    """What was changed since the decision on the current release: 'table', 'description'. Empty when nothing waits.

    The release outside stays as it is until a new dossier decides on the change. Raises NotFound.
    """
    shown = _shown(by, dataset_id)
    if shown is None:
        return frozenset()
    now, decided = source(dataset_id), shown.decision.content
    outside = shown.table["sha256"] if shown.table else decided["table"]  # a refresh puts another table outside
    table = (now.table.sha256 if now.table else None) != outside
    described = without_outcome(now.metadata) != without_outcome(decided["metadata"])
    return frozenset(name for name, waits in (("table", table), ("description", described)) if waits)


def differences(*, by: Actor, dataset_id: UUID) -> dict[str, tuple[Any, Any]]:
    """Per field of the description that changed since the current release was decided: (then, now); None is empty.

    Nothing when there is no current release. Raises NotFound.
    """
    shown = _shown(by, dataset_id)
    if shown is None:
        return {}
    then = without_outcome(shown.decision.content["metadata"])
    now = without_outcome(register.snapshot(dataset_id))
    return {name: (then.get(name), now.get(name)) for name in sorted({*then, *now}) if then.get(name) != now.get(name)}


def _shown(by: Actor, dataset_id: UUID) -> Release | None:
    """What stands outside of a dataset that the caller may see, with its decision."""
    register.get(by=by, dataset_id=dataset_id)
    current = Release.objects.filter(dataset_id=dataset_id, status=Release.Status.CURRENT)
    return current.select_related("decision").first()


def without_outcome(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Publishing itself writes the decided outcome into the register."""
    return {k: v for k, v in metadata.items() if k not in ("openness", "openness_ground", "planned_date")}


def record_of(dossier_id: UUID, by: Actor) -> DossierRecord:
    """The whole dossier, for an operation that has authorised."""
    row = _known(dossier_id)
    now = source(row.dataset_id)
    instance = process.instance(by=SYSTEM, instance_id=row.instance_id) if row.instance_id else None
    decision = Decision.objects.filter(dossier=row).first()
    history = audit.entries_about("dossier", row.id)
    prepared = _preparers(row, decision)
    exhibits = list(Exhibit.objects.filter(dossier=row))
    named = {e.actor_key for e in exhibits} | ({decision.decider_key} if decision else set())
    people = _People({row.opened_by, *prepared, *(k for e in history for k in e.actor_keys), *named} - {""})
    waiting = row.stage in OPEN_STAGES and decision is None
    stale = waiting and evidence.is_stale(row, now)
    return DossierRecord(
        id=row.id,
        dataset_id=row.dataset_id,
        dataset_slug=now.record.slug,
        dataset_title=now.record.title,
        organisation_id=row.organisation_id,
        **_of_process(row, instance, by),
        stage=Stage(row.stage),
        opened_at=row.opened_at,
        opened_by=people(row.opened_by),
        due_date=row.due_date,
        proposal=Outcome(row.proposal) if row.proposal else None,
        planned_date=_planned(decision, instance),
        content_sha256=evidence.content_sha256(row, now, instance) if instance else "",
        stale=stale,
        checks=evidence.reports(row),
        exhibits=tuple(_exhibits(exhibits, instance, people)),
        decision=_decision(decision, prepared, people) if decision else None,
        events=tuple(_event(e, people) for e in history),
        preparers=tuple(people(key) for key in sorted(prepared)),
        may=_may(row, by),
        blockers=_blockers(row, stale, instance) if waiting else (),
        next=rules.NEXT_PLANNED if _is_announced(row, decision) else rules.NEXT[Stage(row.stage)],
        return_reason=row.return_reason,
        failure=row.failure,
        release_number=_number(row),
    )


def _event(entry: audit.Entry, people: "_People") -> Event:
    behind = tuple(people(key) for key in sorted(entry.actor_keys - {entry.actor_key}))
    return Event(entry.at, people(entry.actor_key), entry.action, entry.detail, behind)


def task_context(*, by: Actor, task: TaskRecord) -> TaskContext:
    """What belongs beside the form of a task of a dossier. Raises NotFound for what the caller may not see."""
    from sluis.release.dossiers import id_of

    dossier_id = id_of(task.subject)
    if dossier_id is None:
        raise policy.unknown()
    found = dossier(by=by, dossier_id=dossier_id)
    instance = process.instance(by=SYSTEM, instance_id=task.instance_id)
    deciding = task.element in evidence.deciding_elements(task.definition_sha256)
    now = source(found.dataset_id)
    columns = now.table.report["columns"] if now.table else []
    names = {field.id for field in task.form}
    return TaskContext(
        dossier=found,
        expected=found.content_sha256 if deciding else "",
        blockers=found.blockers if deciding else (),
        differences=differences(by=by, dataset_id=found.dataset_id),
        columns=tuple((c["name"], c["title"] or c["name"]) for c in columns if c["type"] != "geometry"),
        initial={name: value for name, value in instance.variables.items() if name in names and value is not None},
    )


def recorded_inputs(policy_key: str, most: int) -> tuple[Recorded, ...]:
    """What checks asked a policy in past dossiers: of each dossier the newest report, the newest dossiers first.

    For comparing two versions of a policy. What business rules asked, the process room knows itself.
    """
    rows = Exhibit.objects.filter(kind=ExhibitKind.REPORT, body__name=ASKING.get(policy_key, ""))
    newest: dict[UUID, Mapping[str, Any]] = {}
    for instance_id, body in rows.order_by("-id").values_list("dossier__instance_id", "body")[:most]:
        newest.setdefault(instance_id, body)
    asked = ((key, f["params"].get("asked")) for key, body in newest.items() for f in body["findings"])
    return tuple(Recorded(str(key), one["decision"], one["inputs"]) for key, one in asked if key and one)


def _of_process(row: Dossier, instance: InstanceRecord | None, by: Actor) -> dict[str, Any]:
    if instance is None:
        nothing: dict[str, Any] = {
            "process_sha256": "",
            "process_version": 0,
            "policies": {},
            "tasks": (),
            "progress": {},
        }
        return {"instance_id": None, **nothing}
    wanted = TaskFilter(view="team", instance_id=instance.id)
    return {
        "instance_id": instance.id,
        "process_sha256": instance.definition_sha256,
        "process_version": process.definition(instance.definition_sha256).number,
        "policies": instance.policies,
        "tasks": process.tasks(by=by, filters=wanted).rows,
        "progress": process.progress(by=SYSTEM, instance_id=instance.id),
    }


def _planned(decision: Decision | None, instance: InstanceRecord | None) -> Any:
    if decision is not None:
        return decision.planned_date
    return evidence.embargo(instance.variables) if instance else None


def _exhibits(rows: Iterable[Exhibit], instance: InstanceRecord | None, people: "_People") -> Iterable[ExhibitRecord]:
    nodes = process.model(instance.definition_sha256).nodes if instance else {}
    for row in rows:
        node = nodes.get(row.element)
        yield ExhibitRecord(
            number=row.number,
            kind=ExhibitKind(row.kind),
            element=row.element,
            title=node.name if node else row.element,
            title_en=node.name_en if node else row.element,
            body=row.body,
            sha256=row.sha256,
            at=row.at,
            by=people(row.actor_key, row.role) if row.actor_key else None,
            role=row.role,
        )


class _People:
    """Names of actors, asked once."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.names = names_of(keys)

    def __call__(self, key: str, role: str = "") -> Person:
        return Person(key, self.names.get(key, SYSTEM.name if key == SYSTEM.key else ""), role)


def _preparers(row: Dossier, decision: Decision | None) -> frozenset[str]:
    if decision is not None:
        return frozenset(Preparer.objects.filter(dossier=row).values_list("actor_key", flat=True))
    return evidence.preparers(row, source(row.dataset_id))


def _is_announced(row: Dossier, decision: Decision | None) -> bool:
    """Whether only the description stands outside, until the planned day."""
    if row.stage != Stage.PUBLISHED or decision is None or decision.outcome != Outcome.PLANNED:
        return False
    return not Release.objects.filter(decision=decision, outcome=Outcome.OPEN).exists()


def _number(row: Dossier) -> int | None:
    made = Release.objects.filter(decision__dossier=row).order_by("-number")
    return made.values_list("number", flat=True).first()


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


def _may(row: Dossier, by: Actor) -> frozenset[str]:
    """What this caller may do beside the tasks of the process."""
    held: set[str] = set()
    if row.stage in OPEN_STAGES and row.stage != Stage.DECIDED and policy.allowed(by, policy.PREPARE, row):
        held.add("stop")
    if row.stage == Stage.PUBLISHED and policy.allowed(by, policy.WITHDRAW, row):
        held.add("withdraw")
    if row.stage == Stage.PUBLISHED and row.instance_id and policy.allowed(by, policy.ASK_CHANGE, row):
        held.add("request-change")
    return frozenset(held)


def _blockers(row: Dossier, stale: bool, instance: InstanceRecord | None) -> tuple[Finding, ...]:
    proposal = (instance.variables if instance else {}).get("proposal")
    known = proposal if isinstance(proposal, Mapping) else {}
    return rules.blockers(evidence.reports(row), known, stale=stale)


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
