"""Writes on transformations: save, start, pause, remove. One transaction each, with its audit entry."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sluis.foundation.service import blobs, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Fault, Invalid, Stale
from sluis.kernel.text import N_
from sluis.lake.models import Transformation, TransformationDefinition, TransformationInput, TransformationRun
from sluis.lake.policy import ADD, require_on_dataset
from sluis.lake.query.offering import listed, table_name, with_nearest
from sluis.lake.schedules import Schedule, following
from sluis.lake.steps.types import read
from sluis.lake.transforming.inputs import named_in
from sluis.lake.transforming.policy import changeable, unreadable
from sluis.lake.transforming.records import Tried
from sluis.lake.transforming.starting import circle, queue
from sluis.lake.transforming.working import SECONDS_OF_PREVIEW, Work, looked, worked_out
from sluis.register.service import get

MOST_TESTS = 50
FIRST_ROWS = 20
_PREVIEW_KEY = "00" * 32
"""Pseudonyms of a preview are no real ones."""


def save_transformation(
    *,
    by: Actor,
    dataset_id: UUID,
    sql: str,
    steps: Sequence[Mapping[str, Any]] = (),
    tests: Sequence[Mapping[str, str]] = (),
    layer: str = Transformation.Layer.SILVER,
    start: str = Transformation.Start.INPUTS,
    schedule: Mapping[str, Any] | None = None,
    expected: int | None = None,
) -> UUID:
    """From now on the table of this dataset is made so; returns the id. Nothing runs yet.

    Another definition gets the next number; `expected` is the number that the change was made from (0 for none).
    Raises NotFound, NotAllowed, Stale, and Invalid for what cannot run or would go round in a circle.
    """
    by = require_on_dataset(by, ADD, dataset_id)
    work, planned = _work(by, dataset_id, sql, steps, tests), _planned(layer, start, schedule)
    with _names_nearest(by):
        used = _looked(work)
    input_ids = [one.dataset_id for one in work.inputs if one.offered.name in used]
    with writing(by=by, action="lake.transformation.saved", subject=("dataset", dataset_id)) as write:
        row = Transformation.objects.select_for_update().filter(dataset_id=dataset_id).first()
        _require_expected(row, expected)
        _require_no_circle(by, dataset_id, input_ids)
        row = _kept(by, row, dataset_id, layer, start, planned)
        _define(by, row, work)
        TransformationInput.objects.filter(transformation=row).exclude(dataset_id__in=input_ids).delete()
        for one in input_ids:
            TransformationInput.objects.get_or_create(transformation=row, dataset_id=one)
        write.note(transformation=str(row.id), number=row.number, inputs=sorted(map(str, input_ids)), layer=layer)
        write.emit("transformation.saved", {"transformation": str(row.id), "dataset": str(dataset_id)})
    return row.id


def try_transformation(
    *, by: Actor, dataset_id: UUID, sql: str, steps: Sequence[Mapping[str, Any]] = (),
    tests: Sequence[Mapping[str, str]] = (),
) -> Tried:  # fmt: skip
    """What it would make of the tables of now: its first 20 rows and its figures. Keeps nothing.

    Raises what saving would raise, and Invalid when it takes longer than a minute.
    """
    by = require_on_dataset(by, ADD, dataset_id)
    work = _work(by, dataset_id, sql, steps, tests)
    with _names_nearest(by), _folder() as folder:
        made = worked_out(work, folder, key=_PREVIEW_KEY, first=FIRST_ROWS, seconds=SECONDS_OF_PREVIEW)
    return Tried(tuple(made["columns"]), made["rows"], tuple(made["first"]), made["figures"], tuple(made["failed"]))


@contextmanager
def _names_nearest(by: Actor) -> Generator[None]:
    """A table that is not there is refused with the names of those that look like it."""
    try:
        yield
    except Invalid as wrong:
        raise with_nearest(wrong, lambda start: listed(by=by, text=start)) from wrong


def run_transformation(*, by: Actor, transformation_id: UUID) -> UUID:
    """Run as soon as a worker is free; returns the run. Raises NotFound, NotAllowed and Conflict while one waits."""
    by, row = changeable(by, transformation_id)
    with writing(by=by, action="lake.transformation.started", subject=("transformation", row.id)) as write:
        run_id = queue(row.id, TransformationRun.Trigger.HAND)
        write.note(run=str(run_id))
    return run_id


def pause_transformation(*, by: Actor, transformation_id: UUID) -> None:
    """From now on only by hand. A run that is busy goes on."""
    by, row = changeable(by, transformation_id)
    with writing(by=by, action="lake.transformation.paused", subject=("transformation", row.id)):
        Transformation.objects.filter(id=row.id).update(paused=True)


def resume_transformation(*, by: Actor, transformation_id: UUID) -> None:
    """By itself again. What changed meanwhile is looked at with the next change, or when it is run by hand."""
    by, row = changeable(by, transformation_id)
    due = following(Schedule.read(row.schedule), clock.now())
    with writing(by=by, action="lake.transformation.resumed", subject=("transformation", row.id)):
        Transformation.objects.filter(id=row.id).update(paused=False, next_at=due)


def remove_transformation(*, by: Actor, transformation_id: UUID) -> None:
    """The table is no longer made; the versions that were made stay. The record of the runs goes too."""
    by, row = changeable(by, transformation_id)
    with writing(by=by, action="lake.transformation.removed", subject=("transformation", row.id)) as write:
        write.note(dataset=str(row.dataset_id), number=row.number)
        row.delete()


def _work(
    by: Actor, dataset_id: UUID, sql: str, steps: Sequence[Mapping[str, Any]], tests: Sequence[Mapping[str, str]]
) -> Work:
    """What is asked, with the tables that its words could stand for. Raises Invalid for steps that are none."""
    read(list(steps))
    name, judged = table_name(get(by=by, dataset_id=dataset_id).slug), _tests(tests)
    words = " ".join([sql, *(test["sql"] for test in judged)])
    return Work(name, sql.strip(), list(steps), judged, named_in(by, words))


def _tests(tests: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    wrong = Fault(N_("Een toets heeft een naam en SQL die geen rijen mag geven; ten hoogste {most} toetsen."),
                  field="tests", params={"most": MOST_TESTS})  # fmt: skip
    found = [{"name": str(t.get("name") or "").strip(), "sql": str(t.get("sql") or "").strip()} for t in tests]
    if len(found) > MOST_TESTS or not all(one["name"] and one["sql"] and len(one["name"]) <= 200 for one in found):
        raise Invalid("transformation.tests-form", N_("De toetsen kloppen niet."), faults=[wrong])
    return found


def _planned(layer: str, start: str, schedule: Mapping[str, Any] | None) -> Schedule:
    choices = (("layer", layer, Transformation.Layer.values), ("start", start, Transformation.Start.values))
    if faults := [
        Fault(N_("Kies uit: {known}."), field=field, params={"known": ", ".join(known)})
        for field, value, known in choices
        if value not in known
    ]:
        raise Invalid("transformation.form", N_("De transformatie is nog niet goed ingevuld."), faults=faults)
    return Schedule.read(schedule if start == Transformation.Start.SCHEDULE else None)


def _looked(work: Work) -> frozenset[str]:
    with _folder() as folder:
        return frozenset(looked(work, folder)["tables"])


@contextmanager
def _folder() -> Generator[Path]:
    folder = blobs.workdir("transform")
    try:
        yield folder
    finally:
        blobs.discard(folder)


def _require_expected(row: Transformation | None, expected: int | None) -> None:
    if expected is not None and expected != (row.number if row else 0):
        raise Stale(
            "transformation.changed",
            N_("Iemand anders heeft deze transformatie intussen gewijzigd."),
            way_out=N_("Kijk naar de nieuwe versie en maak uw wijziging daarin."),
        )


def _require_no_circle(by: Actor, dataset_id: UUID, input_ids: Sequence[UUID]) -> None:
    """Tables that the actor may not see stand in the circle without a name."""
    if way := circle(dataset_id, input_ids):
        hidden = {dataset.id for dataset in unreadable(by, way)}
        names = " ← ".join("…" if one in hidden else table_name(get(by=SYSTEM, dataset_id=one).slug) for one in way)
        raise Invalid(
            "transformation.circle",
            N_("Zo wordt de tabel van zichzelf gemaakt: {circle}."),
            way_out=N_("Haal een van deze tabellen uit de SQL."),
            circle=names,
        )


def _kept(
    by: Actor, row: Transformation | None, dataset_id: UUID, layer: str, start: str, planned: Schedule
) -> Transformation:
    now = clock.now()
    row = row or Transformation(id=ids.new_id(), dataset_id=dataset_id, number=0, created_by=by.key, created_at=now)
    row.layer, row.start, row.changed_at = layer, start, now
    row.schedule, row.next_at = planned.to_json(), following(planned, now)
    row.save()
    return row


def _define(by: Actor, row: Transformation, work: Work) -> None:
    """The next number, unless nothing changed; then whoever saves it stands for it from now on."""
    held = TransformationDefinition.objects.filter(transformation=row, number=row.number).first()
    same = (work.sql, list(work.steps), list(work.tests), by.user_id)
    if held and (held.sql, held.steps, held.tests, held.user_id) == same:
        return
    row.number += 1
    row.save(update_fields=["number"])
    TransformationDefinition.objects.create(
        id=ids.new_id(),
        transformation=row,
        number=row.number,
        sql=work.sql,
        steps=list(work.steps),
        tests=list(work.tests),
        user_id=by.user_id,
        created_by=by.key,
        created_at=clock.now(),
    )
