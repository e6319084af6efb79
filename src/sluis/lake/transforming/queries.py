"""Reads of transformations: what the caller may see, as frozen shapes."""

from collections.abc import Iterable, Mapping, Sequence
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
from sluis.lake.steps.types import Do
from sluis.lake.transforming.policy import transformation_seen_by
from sluis.lake.transforming.provenance import FORMAT
from sluis.lake.transforming.records import (
    InputRecord,
    TransformationRecord,
    TransformationRunRecord,
    run_record,
    transformation_record,
)

_HIDING = frozenset({Do.PSEUDONYMISE, Do.K_ANONYMISE})
_PLACE = {"organisation": "dataset__organisation_id", "team": "dataset__team_id"}


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
    rows = Transformation.objects.filter(within(by, ADD if failing else VIEW, **_PLACE))
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
    found = rows.order_by("-created_at", "-id")[(page - 1) * size : page * size]
    return tuple(_run_records(by, found).values()), rows.count()


def transformation_run(*, by: Actor, run_id: UUID) -> TransformationRunRecord:
    """One run; NotFound for what the caller may not see."""
    row = TransformationRun.objects.filter(id=run_id).first()
    if row is None:
        raise NotFound("transformation.run-unknown", N_("Deze keer bestaat niet (meer)."))
    transformation_seen_by(by, row.transformation_id)
    return _run_records(by, [row])[row.id]


def hiding_figures(source_sha256: str) -> dict[str, Any] | None:
    """What the steps did to people in the rows that follow from this source: before, after, left out; None when no
    steps did. The caller has authorised its operation."""
    made = TransformationRun.objects.filter(source_sha256=source_sha256, figures__isnull=False)
    row = made.order_by("-created_at").first()
    return row.figures if row else None


def made_from_people(source_sha256: str) -> bool:
    """Do the rows that follow from this source come from data about people, as far as Sluis saw itself: a step on the
    way hides people, or a table that was read surely holds personal data? The caller has authorised its operation."""
    seen, asked = set[str](), {source_sha256}
    while asked:
        seen |= asked
        runs = list(TransformationRun.objects.filter(source_sha256__in=asked, definition__gt=0))
        if any(step["do"] in _HIDING for run in runs for step in _steps(run)):
            return True
        read = TableVersion.objects.filter(id__in=[one["version"] for run in runs for one in run.inputs])
        found = list(read.values_list("source_sha256", "profile"))
        if any(hit["confidence"] == "sure" for _, profile in found for hit in (profile or {}).get("personal_data", ())):
            return True
        asked = {source for source, _ in found} - seen
    return False


def _steps(run: TransformationRun) -> list[dict[str, Any]]:
    held = TransformationDefinition.objects.filter(transformation=run.transformation_id, number=run.definition)
    return next(iter(held.values_list("steps", flat=True)), [])


def was_made(report: Mapping[str, Any] | None) -> bool:
    """Do the rows with this report come from a transformation, also when that was removed since? Then there is no file
    to read again: what they follow from names tables that not everybody may see."""
    return (report or {}).get("format") == FORMAT


def runs_behind(dataset_ids: Iterable[UUID]) -> dict[UUID, TransformationRun]:
    """Dataset → the run (with its transformation) that made the newest version of its table; without those that were
    brought in otherwise."""
    owner = OuterRef("transformation__dataset_id")
    ready = TableVersion.ready(owner)
    newest = Subquery(ready.order_by("-number").values("source_sha256")[:1])
    rows = TransformationRun.objects.filter(transformation__dataset_id__in=list(dataset_ids), lineage__isnull=False)
    made = rows.filter(source_sha256=newest).select_related("transformation").order_by("created_at")
    return {row.transformation.dataset_id: row for row in made}


def _records(by: Actor, rows: Sequence[Transformation]) -> tuple[TransformationRecord, ...]:
    """A few queries, however many rows."""
    wanted = [row.id for row in rows]
    newest = TransformationDefinition.objects.filter(transformation_id__in=wanted, number=F("transformation__number"))
    definitions = {one.transformation_id: one for one in newest}
    inputs = _inputs(by, wanted)
    last = {run.transformation_id: run for run in _run_records(by, _last(wanted)).values()}
    return tuple(
        transformation_record(row, definitions[row.id], tuple(inputs.get(row.id, ())), last.get(row.id)) for row in rows
    )


def _run_records(by: Actor, rows: Iterable[TransformationRun]) -> dict[UUID, TransformationRunRecord]:
    """Whole for who may see every table that is read now and every table that was read then. What ended before it read
    anything may name those of an earlier definition: whole only when it began under the one in force."""
    runs = list(rows)
    held = {run.transformation_id for run in runs}
    open_now = held - {key for key, ones in _inputs(by, list(held)).items() if not all(one.slug for one in ones)}
    newest = TransformationDefinition.objects.filter(transformation_id__in=held, number=F("transformation__number"))
    since = dict(newest.values_list("transformation_id", "created_at"))
    read = TableVersion.objects.filter(id__in={one["version"] for run in runs for one in run.inputs})
    seen = set(map(str, read.filter(within(by, VIEW, **_PLACE)).values_list("id", flat=True)))

    def shown(run: TransformationRun) -> bool:
        known = seen.issuperset(one["version"] for one in run.inputs)
        begun = bool(run.inputs) or run.created_at >= since[run.transformation_id]
        return run.transformation_id in open_now and known and begun

    return {run.id: run_record(run, shown=shown(run)) for run in runs}


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
