"""When a transformation runs: after its inputs, by its schedule, or by hand; in the order of the chain, each once."""

from collections import deque
from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction

from sluis.kernel import clock, ids
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_
from sluis.lake import runs
from sluis.lake.models import Transformation, TransformationInput, TransformationRun
from sluis.lake.models.run import ACTIVE


def queue(transformation_id: UUID, trigger: str, *, priority: int = 0) -> UUID:
    """A run and its job, in the transaction of the caller. Raises Conflict while one waits already."""
    from sluis.lake.jobs import run_transformation

    run_id, now = ids.new_id(), clock.now()
    try:
        with transaction.atomic():
            TransformationRun.objects.create(
                id=run_id, transformation_id=transformation_id, trigger=trigger, created_at=now
            )
    except IntegrityError as error:
        raise Conflict(
            "transformation.waiting",
            N_("Deze transformatie staat al klaar om te beginnen."),
            way_out=N_("Wacht tot zij klaar is."),
        ) from error
    run_transformation.using(priority=priority).enqueue(str(run_id))
    return run_id


def after(dataset_id: UUID, version_id: UUID) -> int:
    """The table of a dataset has a new version: queue what reads it and has not read this version. Returns how many."""
    rows = Transformation.objects.filter(
        start=Transformation.Start.INPUTS, paused=False, inputs__dataset_id=dataset_id
    ).order_by("created_at")
    return sum(_queued(row, TransformationRun.Trigger.INPUTS) for row in rows if not _has_read(row, version_id))


def anything_due() -> bool:
    """One look at an index."""
    return runs.due(Transformation.objects.all()).exists()


def claim_due() -> int:
    """Queue a run of every transformation whose turn it is by its schedule; returns how many."""
    return runs.claim(Transformation.objects.all(), lambda row: _queued(row, TransformationRun.Trigger.SCHEDULE))


def realign() -> int:
    """See `runs.realign`."""
    return runs.realign(Transformation.objects.all())


def must_wait(run_id: UUID) -> bool:
    """Does an earlier run of the same go on, or will a table that it reads be made anew first?"""
    run = TransformationRun.objects.filter(id=run_id).first()
    if run is None or run.state != TransformationRun.State.QUEUED:
        return False
    others = {run.transformation_id, *_upstream(run.transformation_id)}
    active = TransformationRun.objects.filter(transformation_id__in=others, state__in=ACTIVE)
    return active.exclude(id=run_id).exists()


def makers_of(dataset_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Dataset → the transformation that makes its table."""
    return dict(Transformation.objects.filter(dataset_id__in=dataset_ids).values_list("dataset_id", "id"))


def inputs_of(transformation_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Transformation → the datasets that it reads."""
    found: dict[UUID, list[UUID]] = {}
    for row in TransformationInput.objects.filter(transformation_id__in=transformation_ids).order_by("dataset__slug"):
        found.setdefault(row.transformation_id, []).append(row.dataset_id)
    return found


def circle(dataset_id: UUID, input_ids: Iterable[UUID]) -> list[UUID]:
    """The datasets of a circle that these inputs would close, from the target to itself; [] when there is none."""
    came: dict[UUID, UUID] = dict.fromkeys(input_ids, dataset_id)
    todo = deque(came)
    while todo:
        here = todo.popleft()
        if here == dataset_id:
            return _way_back(dataset_id, came)
        makers = makers_of([here])
        for reads in inputs_of(makers.values()).values():
            for one in reads:
                if one not in came:
                    came[one] = here
                    todo.append(one)
    return []


def _way_back(target: UUID, came: dict[UUID, UUID]) -> list[UUID]:
    way = [target, came[target]]
    while way[-1] != target:
        way.append(came[way[-1]])
    return way[::-1]


def _upstream(transformation_id: UUID) -> set[UUID]:
    """Every transformation that makes something which this one reads, directly or not."""
    found: set[UUID] = set()
    level = {transformation_id}
    while level:
        reads = {one for ones in inputs_of(level).values() for one in ones}
        level = set(makers_of(reads).values()) - found - {transformation_id}
        found |= level
    return found


def _has_read(row: Transformation, version_id: UUID) -> bool:
    """The newest run that began read this version already, with the definition of now."""
    last = (
        TransformationRun.objects.filter(transformation=row).exclude(inputs=[]).order_by("-created_at", "-id").first()
    )
    if last is None or last.definition != row.number:
        return False
    return any(one["version"] == str(version_id) for one in last.inputs)


def _queued(row: Transformation, trigger: str) -> bool:
    try:
        queue(row.id, trigger, priority=runs.BEHIND_PEOPLE)
    except Conflict:
        return False
    return True
