"""One run, from its turn to its version. Killed anywhere, it starts over or is told of; never half a version.

    queued → running → unchanged     (the same inputs, definition and engine as the version that stands there)
                     → made          (version, provenance and run in one transaction)
                     → failed        (the last good version stays)

It runs with the rights that whoever saved the definition has at this moment.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sluis.foundation.service import BlobRef, acting, blobs, in_line, within_lease, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Fault, Invalid, SluisError, Stale, Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.lake import runs
from sluis.lake.contracting.checking import STOPS, would_come_out
from sluis.lake.contracts.wording import whole_words
from sluis.lake.engines.orders import keeping
from sluis.lake.loads import Made
from sluis.lake.making import profile_of, rows_file
from sluis.lake.models import TableVersion, Transformation, TransformationDefinition, TransformationRun
from sluis.lake.models.run import ACTIVE
from sluis.lake.parts.shape import Part
from sluis.lake.policy import ADD, require_on_dataset
from sluis.lake.query.offering import table_name
from sluis.lake.runs import line
from sluis.lake.schema_change import compared
from sluis.lake.settling import settled_version
from sluis.lake.steps.types import needs_key, read
from sluis.lake.telling import tell_stewards
from sluis.lake.transforming import keys
from sluis.lake.transforming.inputs import Input, read_by
from sluis.lake.transforming.provenance import FORMAT, provenance
from sluis.lake.transforming.starting import after, inputs_of
from sluis.lake.transforming.working import Told, Work, worked_out
from sluis.lake.types import Column, GeometryColumn, IngestReport

State = TransformationRun.State


def run(run_id: UUID, told: Told) -> str:
    """Work it out, and make the version; returns the state of the run. Again after a kill it starts over."""
    row = runs.begin(TransformationRun.objects.all(), run_id, N_("Het maken werd afgebroken en begint opnieuw."))
    if row is None:
        return ""
    try:
        return _made(row, told)
    except SluisError as error:
        if error.code == "job.lost" or isinstance(error, Unavailable):  # the job tries again, and gives up for us
            raise
        fail(row.id, to_wire(error))
        return State.FAILED


def fail(run_id: UUID, failure: Mapping[str, Any]) -> None:
    """This run is over; the people of the dataset hear of the first one that fails. Twice is the same as once."""
    with in_line():
        row = TransformationRun.objects.filter(id=run_id, state__in=ACTIVE).first()
        if row is None:
            return
        held = Transformation.objects.select_for_update().select_related("dataset").get(id=row.transformation_id)
        with writing(by=SYSTEM, action="lake.transformation.failed", subject=("transformation", held.id)) as write:
            TransformationRun.objects.filter(id=run_id).update(
                state=State.FAILED, failure=dict(failure), finished_at=clock.now()
            )
            Transformation.objects.filter(id=held.id).update(failures=held.failures + 1)
            write.note(run=str(run_id), code=failure.get("code"))
            write.emit("transformation.failed", {"transformation": str(held.id), "run": str(run_id)})
            if not held.failures:
                _tell(held, run_id)


def settle_abandoned() -> int:
    """Runs that no job looks after any more; returns how many."""
    from sluis.lake.jobs import run_transformation

    lost = runs.abandoned(TransformationRun.objects.all(), run_transformation)
    gone = Unavailable("transformation.abandoned", N_("Het maken van de tabel is afgebroken."),
                       way_out=N_("Start de transformatie opnieuw."), passes=False)  # fmt: skip
    for row in lost:
        fail(row.id, to_wire(gone))
    return len(lost)


def prune() -> int:
    """See `runs.prune`."""
    return runs.prune(TransformationRun.objects.all(), "transformation")


def _made(row: TransformationRun, told: Told) -> str:
    held = row.transformation
    definition = TransformationDefinition.objects.get(transformation=held, number=held.number)
    by = acting(definition.user_id) if definition.user_id else SYSTEM
    by = require_on_dataset(by, ADD, held.dataset_id)
    inputs = read_by(by, inputs_of([held.id]).get(held.id, []))
    keyed = needs_key(read(definition.steps))
    number, key = keys.key_of(held.dataset_id) if keyed else (0, "")
    said = provenance(definition, inputs, number)
    source = blobs.put_bytes(said.text)
    _note(row, definition, inputs, source)
    if source.sha256 == _standing(held.dataset_id, "source_sha256"):
        return _unchanged(row)
    work = Work(table_name(held.dataset.slug), definition.sql, definition.steps, definition.tests, inputs)
    folder = blobs.workdir("transform")
    try:
        found = worked_out(work, folder, key=key, told=lambda part, text: told(part * 0.6, text))
        _require_passed(found["failed"])
        with keeping(rows_file(folder, found["file"], found["rows"]), move=True) as (data, standing):
            made = _table(held.dataset_id, found, data, standing, told)
            _require_promised(held.dataset_id, made, standing)
        return _settle(by, row, source, said.filename, made, found)
    finally:
        blobs.discard(folder)


def _note(
    row: TransformationRun, definition: TransformationDefinition, inputs: tuple[Input, ...], source: BlobRef
) -> None:
    """What this run reads, before it reads it."""
    lines = [line(_READ[one.newest], table=one.offered.name, number=one.number) for one in inputs]
    row.definition, row.inputs, row.source_sha256 = definition.number, [one.to_json() for one in inputs], source.sha256
    row.log = [*row.log, *lines]
    row.save(update_fields=["definition", "inputs", "source_sha256", "log"])


_READ = {
    True: N_("Van {table} wordt versie {number} gelezen."),
    False: N_("Van {table} wordt versie {number} gelezen: een nieuwere voldoet niet aan de afspraken."),
}


def _standing(dataset_id: UUID, name: str) -> Any:
    """What the newest version that can be read says under this name; None without one."""
    ready = TableVersion.ready(dataset_id)
    return ready.order_by("-number").values_list(name, flat=True).first()


def _unchanged(row: TransformationRun) -> str:
    last = line(N_("De tabel is al van deze versies en deze definitie gemaakt; er is niets nieuws."))
    with in_line():
        within_lease()
        TransformationRun.objects.filter(id=row.id, state=State.RUNNING).update(
            state=State.UNCHANGED, finished_at=clock.now(), log=[*row.log, last]
        )
        Transformation.objects.filter(id=row.transformation_id).update(failures=0)
    return State.UNCHANGED


def _require_passed(failed: list[dict[str, Any]]) -> None:
    if failed:
        text = N_("‘{name}’ geeft {rows} rijen; dat moeten er 0 zijn.")
        faults = [Fault(text, field="tests", params={"name": one["name"], "rows": one["rows"]}) for one in failed]
        raise Invalid(
            "transformation.tests",
            N_("De nieuwe tabel komt niet door de toetsen. De vorige versie blijft staan."),
            faults=faults,
        )


def _require_promised(dataset_id: UUID, made: Made, path: Path) -> None:
    """The contract in force of the target holds a version that breaks it before it is there."""
    found = would_come_out(dataset_id, [path], made.report, made.profile)
    if found is not None and found.verdict in STOPS:
        raise Invalid(
            "transformation.breach",
            N_("De nieuwe tabel voldoet niet aan de afspraken over deze dataset. De vorige versie blijft staan."),
            faults=[Fault(text, params=params) for text, params in map(whole_words, found.broken)],
        )


def _table(dataset_id: UUID, found: Mapping[str, Any], data: BlobRef, path: Path, told: Told) -> Made:
    columns = tuple(Column.from_json(column) for column in found["columns"])
    geometry = GeometryColumn.from_json(found["geometry"]) if found["geometry"] else None
    rows = int(found["rows"])
    report = IngestReport(FORMAT, rows, rows, 0, columns, geometry=geometry)
    base = _standing(dataset_id, "report")
    change = compared(IngestReport.from_json(base).columns, columns).to_json() if base else {}
    profile = profile_of([path], report, lambda part, text: told(0.6 + part * 0.4, text))
    return Made(report, profile, (Part(data.sha256, data.size, rows),), None, change)


def _settle(
    by: Actor, row: TransformationRun, source: BlobRef, filename: str, made: Made, found: Mapping[str, Any]
) -> str:
    """The version and its run in one transaction, and what reads this table waits from the same moment on."""
    held = row.transformation
    with writing(by=by, action="lake.transformation.made", subject=("transformation", held.id)) as write:
        if not TransformationRun.objects.select_for_update().filter(id=row.id, state=State.RUNNING).exists():
            raise Stale("transformation.settled", N_("Deze keer is intussen al klaar of afgebroken."))
        version_id = settled_version(by, held.dataset_id, source, filename, {}, made)
        number = TableVersion.objects.values_list("number", flat=True).get(id=version_id)
        last = line(N_("Versie {number} is klaar: {rows} rijen."), number=number, rows=made.rows_total)
        TransformationRun.objects.filter(id=row.id).update(
            state=State.MADE,
            finished_at=clock.now(),
            rows=made.rows_total,
            table_version_id=version_id,
            lineage=found["lineage"] or {},
            figures=found["figures"],
            log=[*row.log, last],
        )
        Transformation.objects.filter(id=held.id).update(failures=0)
        after(held.dataset_id, version_id)
        write.note(run=str(row.id), table_version=str(version_id), rows=made.rows_total, definition=row.definition)
        write.emit("transformation.made", {"transformation": str(held.id), "table_version": str(version_id)})
    return State.MADE


def _tell(held: Transformation, run_id: UUID) -> None:
    tell_stewards(
        held.dataset,
        key=f"transformation:{run_id}",
        message=N_("De tabel van {dataset} kon niet opnieuw worden gemaakt."),
        params={"dataset": held.dataset.title},
        route="desk:transformation-run",
        arguments=[str(run_id)],
    )
