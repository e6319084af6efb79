"""What there is to do and where things stand, for who may see it."""

from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.process import definitions, policy
from sluis.process.bpmn.model import BpmnModel
from sluis.process.models import Instance, Passage, Run, Task
from sluis.process.moving import ALIVE, load
from sluis.process.records import instance_record, task_records
from sluis.process.types import (
    InstanceFilter,
    InstancePage,
    InstanceRecord,
    PublicStep,
    Step,
    StepState,
    TaskFilter,
    TaskPage,
    TaskRecord,
    TaskState,
)

MAX_PAGE = 200
_SHOWN = (
    *(field.name for field in Task._meta.concrete_fields),
    *(f"instance__{name}" for name in ("key", "subject", "title", "definition")),
)


def instance(*, by: Actor, instance_id: UUID) -> InstanceRecord:
    """NotFound for one that does not exist or is not for this actor."""
    return instance_record(policy.instance_seen(by, instance_id))


def instances(*, by: Actor, filters: InstanceFilter | None = None) -> InstancePage:
    """Newest first."""
    wanted = filters or InstanceFilter()
    rows = policy.instances_seen(by)
    rows = rows.filter(key=wanted.key) if wanted.key else rows
    rows = rows.filter(title__icontains=wanted.text) if wanted.text else rows
    if wanted.mine:
        mine = Task.objects.filter(Q(completed_by=by.key) | Q(claimed_by=by.key), instance_id=OuterRef("pk"))
        rows = rows.filter(Q(started_by=by.key) | Exists(mine))
    rows = rows.filter(subject=wanted.subject) if wanted.subject else rows
    rows = rows.filter(state=wanted.state) if wanted.state else rows
    size = min(wanted.size, MAX_PAGE)
    page = rows.order_by("-id")[(wanted.page - 1) * size : wanted.page * size]
    return InstancePage(tuple(instance_record(row) for row in page), rows.count(), wanted.page, size)


def task(*, by: Actor, task_id: UUID) -> TaskRecord:
    """One task with its form, its help and the steps it can go back to."""
    row = policy.task_seen(by, task_id)
    found = task_records(by, [row], whole=True)[0]
    if not found.may_complete:
        return found
    from dataclasses import replace

    return replace(found, returnable_to=load(row.instance).returnable(row.token))


def tasks(*, by: Actor, filters: TaskFilter | None = None) -> TaskPage:
    """Open tasks, the most urgent first. A page takes the same few queries however many there are."""
    wanted = filters or TaskFilter()
    rows = _wanted(policy.tasks_seen(by).filter(state=TaskState.OPEN), wanted)
    views = _views(by)
    counts: dict[str, int] = rows.order_by().aggregate(**{name: Count("pk", filter=q) for name, q in views.items()})
    size = min(wanted.size, MAX_PAGE)
    ordered = rows.filter(views[wanted.view]).order_by(F("due_at").asc(nulls_last=True), "id")
    start = (wanted.page - 1) * size
    ids = list(ordered.values_list("id", flat=True)[start : start + size])  # sorted on little, then fetched whole
    found = Task.objects.select_related("instance").only(*_SHOWN).in_bulk(ids)
    return TaskPage(task_records(by, [found[key] for key in ids]), counts[wanted.view], wanted.page, size, counts)


def _wanted(rows: QuerySet[Task], wanted: TaskFilter) -> QuerySet[Task]:
    exact = {
        "instance__subject": wanted.subject,
        "instance_id": wanted.instance_id,
        "instance__key": wanted.key,
        "role": wanted.role,
        "organisation_id": wanted.organisation_id,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if not wanted.text:
        return rows
    text = wanted.text
    return rows.filter(Q(title__icontains=text) | Q(title_en__icontains=text) | Q(instance__title__icontains=text))


def _views(by: Actor) -> dict[str, Q]:
    return {
        "mine": Q(claimed_by=by.key) | Q(claimed_by="") & policy.in_my_roles(by),
        "team": Q(pk__isnull=False),
        "overdue": Q(due_at__lt=clock.now()),
    }


def progress(*, by: Actor, instance_id: UUID) -> dict[str, Step]:
    """Per element whether it is done, current, still to do, or will not be done any more."""
    return progress_of(policy.instance_seen(by, instance_id))


def waiting_steps(*, by: Actor, instance_id: UUID) -> tuple[UUID, ...]:
    """The steps that Sluis does itself and has not done yet: their jobs are about these."""
    row = policy.instance_seen(by, instance_id)
    return tuple(Run.objects.filter(instance_id=row.id, state=Run.State.READY).values_list("id", flat=True))


def progress_of(row: Instance) -> dict[str, Step]:
    """For rooms above that have asked themselves who may see it (the public record)."""
    model = definitions.model(row.definition_id)
    last: dict[str, Passage] = {}
    times: dict[str, int] = {}
    for passage in Passage.objects.filter(instance_id=row.id).order_by("id"):
        last[passage.element] = passage
        times[passage.element] = times.get(passage.element, 0) + 1
    live = set(load(row).live()) if row.state in ALIVE else set[str]()
    ahead = _ahead(model, live)
    return {key: _step(model, key, last.get(key), times.get(key, 0), live, ahead) for key in model.nodes}


def public_steps(*, instance_id: UUID) -> tuple[PublicStep, ...]:
    """What everybody may know of an instance: its steps with `sluis:public="true"`, done (oldest first) or going on.

    For rooms above that have asked themselves whether the instance may be known at all. Raises NotFound.
    """
    row = policy.instance_seen(SYSTEM, instance_id)
    nodes = definitions.model(row.definition_id).nodes
    found = [
        PublicStep(key, nodes[key].name, nodes[key].name_en, step.role, step.at)
        for key, step in progress_of(row).items()
        if nodes[key].given.get("public") == "true" and step.state in (StepState.DONE, StepState.CURRENT)
    ]
    return tuple(sorted(found, key=lambda step: (step.at is None, step.at or row.started_at)))


def _step(model: BpmnModel, key: str, passage: Passage | None, times: int, live: set[str], ahead: set[str]) -> Step:
    node = model.nodes[key]
    role = (passage.role if passage else "") or (node.roles[0] if node.roles else "")
    if key in live:
        state = StepState.CURRENT
    elif passage:
        state = StepState.DONE
    else:
        state = StepState.AHEAD if key in ahead else StepState.SKIPPED
    at, by_key = (passage.at, passage.by_key) if passage and state is StepState.DONE else (None, "")
    return Step(key, state, role, at, by_key, times)


def _ahead(model: BpmnModel, live: set[str]) -> set[str]:
    """Every element that a token could still get to from where the instance stands."""
    found: set[str] = set()
    for scope in model.running_scopes():
        found |= scope.reachable(*(key for key in scope.nodes if key in live))
    for scope in model.running_scopes():  # outermost first: what lies in a step ahead lies ahead
        hosts = [key for key in found if model.inner(model.nodes[key]) is scope and key not in live]
        if hosts:
            found |= set(scope.nodes)
    return found
