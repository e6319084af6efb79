"""Reads of transformations: what the caller may see, as frozen shapes."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from sluis.foundation.service import may, within
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.models import (
    TableVersion,
    Transformation,
    TransformationDefinition,
    TransformationInput,
    TransformationRun,
)
from sluis.lake.policy import ADD, VIEW, require_on_dataset
from sluis.lake.transforming.policy import transformation_seen_by
from sluis.lake.transforming.records import (
    InputRecord,
    TransformationRecord,
    TransformationRunRecord,
    run_record,
    transformation_record,
)


def transformation(*, by: Actor, transformation_id: UUID) -> TransformationRecord:
    """One transformation; NotFound for what the caller may not see."""
    return _records(by, [transformation_seen_by(by, transformation_id)])[0]


def transformation_of(*, by: Actor, dataset_id: UUID) -> TransformationRecord | None:
    """How the table of this dataset is made; None when it is not made from others. Raises NotFound and NotAllowed."""
    require_on_dataset(by, VIEW, dataset_id)
    row = Transformation.objects.filter(dataset_id=dataset_id).select_related("dataset").first()
    return _records(by, [row])[0] if row else None


def transformations(
    *, by: Actor, page: int = 1, size: int = 50, failing: bool = False
) -> tuple[tuple[TransformationRecord, ...], int]:
    """Every transformation the caller may see and how many that are, those that failed first. `failing`: only those
    that failed and that the caller may change."""
    where = {"organisation": "dataset__organisation_id", "team": "dataset__team_id"}
    rows = Transformation.objects.filter(within(by, ADD if failing else VIEW, **where))
    rows = rows.filter(failures__gt=0) if failing else rows
    found = rows.select_related("dataset").order_by("-failures", "dataset__title", "id")[
        (page - 1) * size : page * size
    ]
    return _records(by, list(found)), rows.count()


def transformation_runs(
    *, by: Actor, transformation_id: UUID, page: int = 1, size: int = 25
) -> tuple[tuple[TransformationRunRecord, ...], int]:
    """The runs, newest first, and how many there are."""
    rows = TransformationRun.objects.filter(transformation_id=transformation_seen_by(by, transformation_id).id)
    found, shown = (
        rows.order_by("-created_at", "-id")[(page - 1) * size : page * size],
        _sees_all(by, transformation_id),
    )
    return tuple(run_record(row, shown=shown) for row in found), rows.count()


def transformation_run(*, by: Actor, run_id: UUID) -> TransformationRunRecord:
    """One run; NotFound for what the caller may not see."""
    row = TransformationRun.objects.filter(id=run_id).first()
    if row is None:
        raise NotFound("transformation.run-unknown", N_("Deze keer bestaat niet (meer)."))
    transformation_seen_by(by, row.transformation_id)
    return run_record(row, shown=_sees_all(by, row.transformation_id))


def hiding_figures(source_sha256: str) -> dict[str, Any] | None:
    """What the steps did to people in the rows that follow from this source: before, after, left out; None when no
    steps did. The caller has authorised its operation."""
    made = TransformationRun.objects.filter(source_sha256=source_sha256, figures__isnull=False)
    row = made.order_by("-created_at").first()
    return row.figures if row else None


def was_made(source_sha256: str) -> bool:
    """Do these rows come from a transformation? Then there is no file to read again."""
    return TransformationRun.objects.filter(source_sha256=source_sha256).exists()


def runs_behind(dataset_ids: Iterable[UUID]) -> dict[UUID, TransformationRun]:
    """Dataset → the run that made the newest version of its table; without those that were brought in otherwise."""
    ready = TableVersion.objects.filter(dataset_id=OuterRef("dataset_id"), status=TableVersion.Status.READY)
    newest = ready.order_by("-number").values("source_sha256")[:1]
    rows = TransformationRun.objects.filter(transformation__dataset_id__in=list(dataset_ids), lineage__isnull=False)
    rows = rows.annotate(dataset_id=F("transformation__dataset_id")).annotate(now=Subquery(newest))
    found: dict[UUID, TransformationRun] = {}
    for row in rows.filter(source_sha256=F("now")).order_by("created_at"):
        found[row.dataset_id] = row  # type: ignore[attr-defined]
    return found


def _records(by: Actor, rows: Sequence[Transformation]) -> tuple[TransformationRecord, ...]:
    """Three queries, however many rows."""
    wanted = [row.id for row in rows]
    newest = TransformationDefinition.objects.filter(transformation_id__in=wanted, number=F("transformation__number"))
    definitions = {one.transformation_id: one for one in newest}
    inputs, last = _inputs(by, wanted), {run.transformation_id: run for run in _last(wanted)}
    return tuple(
        transformation_record(row, definitions[row.id], tuple(inputs.get(row.id, ())), last.get(row.id)) for row in rows
    )


def _sees_all(by: Actor, transformation_id: UUID) -> bool:
    return all(one.slug for one in _inputs(by, [transformation_id]).get(transformation_id, ()))


def _inputs(by: Actor, wanted: Sequence[UUID]) -> dict[UUID, list[InputRecord]]:
    found: dict[UUID, list[InputRecord]] = {}
    rows = TransformationInput.objects.filter(transformation_id__in=wanted).select_related("dataset")
    for row in rows.order_by("dataset__slug"):
        seen = may(by, VIEW, row.dataset.organisation_id, row.dataset.team_id)
        slug, title = (row.dataset.slug, row.dataset.title) if seen else ("", "")
        found.setdefault(row.transformation_id, []).append(InputRecord(row.dataset_id, slug, title))
    return found


def _last(wanted: Sequence[UUID]) -> QuerySet[TransformationRun]:
    newest = TransformationRun.objects.filter(transformation_id=OuterRef("transformation_id"))
    last = newest.order_by("-created_at", "-id").values("id")[:1]
    return TransformationRun.objects.filter(transformation_id__in=wanted, id=Subquery(last))
