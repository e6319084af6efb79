"""Writes of the lake: a file becomes a table version, by a job or at once."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from sluis.foundation.service import BlobRef, blobs, hold_here, in_line, require, run_held, unfinished, writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.lake.engines.orders import keeping, standing
from sluis.lake.ingest.plan import filled_in
from sluis.lake.loads import REPLACING, Base, How
from sluis.lake.making import make_table
from sluis.lake.models import TableVersion
from sluis.lake.policy import ADD, require_on_dataset, version_seen_by
from sluis.lake.settling import arguments, create_version, settle, settled_version
from sluis.lake.transforming.queries import was_made
from sluis.lake.uploads import clean_filename, settle_upload
from sluis.register.service import create

Progress = Callable[[float, str], None]


def finish_upload(
    *,
    by: Actor,
    upload_id: UUID,
    options: Mapping[str, Any] | None = None,
    mode: str = "replace",
    key: Sequence[str] = (),
) -> UUID:
    """Turn a complete upload into a queued table version; returns its id. Raises Conflict while bytes are missing."""
    record, blob = settle_upload(by, upload_id)
    how = How(mode, tuple(key))
    return _queue(by, record.dataset_id, blob, record.filename, options, how, upload_id=upload_id)


def request_ingest(
    *,
    by: Actor,
    dataset_id: UUID,
    blob: BlobRef,
    filename: str,
    options: Mapping[str, Any] | None = None,
    mode: str = "replace",
    key: Sequence[str] = (),
) -> UUID:
    """Queue the reading of a blob as the next version of the table of a dataset; returns the table version id.

    `mode` is replace, append, or upsert by the columns of `key`. What is added or updated waits until all that was
    asked before it has settled, and is put on the result of that.
    """
    return _queue(by, dataset_id, blob, filename, options, How(mode, tuple(key)))


def rerun(*, by: Actor, table_version_id: UUID, options: Mapping[str, Any] | None = None) -> UUID:
    """Read the same source again with corrections; returns the id of the new table version.

    What was added or updated is put on what the first reading was put on. Raises Conflict when others were put on it,
    and for a version that was made from other tables.
    """
    before = version_seen_by(by, table_version_id)
    if was_made(before.report):
        raise Conflict(
            "table.made",
            N_("Deze versie is gemaakt uit andere tabellen: er is geen bestand om opnieuw in te lezen."),
            way_out=N_("Wijzig de transformatie en start die opnieuw."),
        )
    if before.status == TableVersion.Status.EXPIRED:
        raise Conflict(
            "table.expired",
            N_("Deze versie is opgeruimd: het bestand waaruit zij kwam, is er niet meer."),
            way_out=N_("Lever het bestand opnieuw aan."),
        )
    how, again = How(before.mode, tuple(before.key)), before.status == TableVersion.Status.READY
    if again and how != REPLACING and _after(before).exclude(status=TableVersion.Status.FAILED).exists():
        raise Conflict(
            "table.built-upon",
            N_("Op deze versie staan al nieuwere versies; opnieuw inlezen zou die wegnemen."),
            way_out=N_("Lever de correctie aan als nieuw bestand."),
        )
    blob = BlobRef(before.source_sha256, before.source_size)
    return _queue(by, before.dataset_id, blob, before.filename, options, how, base_id=before.base_id if again else None)


def ingest_now(
    *,
    by: Actor,
    dataset_id: UUID,
    path: Path,
    filename: str = "",
    options: Mapping[str, Any] | None = None,
    mode: str = "replace",
    key: Sequence[str] = (),
    on_progress: Progress | None = None,
) -> UUID:
    """Read a file at once, for the command line; returns the table version id.

    Raises what the reading raised; the version then stands as failed with the same reason. When this process is
    killed, a worker takes the reading over. Raises Conflict when it must wait for what was asked before it.
    """
    by = require_on_dataset(by, ADD, dataset_id)
    checked, how = filled_in(options), How(mode, tuple(key))
    source, name = blobs.put_file(path), clean_filename(filename or path.name)
    with in_line():
        version_id = create_version(by, dataset_id, source, name, checked, how)
        if must_wait(version_id):
            raise Conflict(
                "table.busy",
                N_("In deze tabel wordt nog iets anders ingelezen."),
                way_out=N_("Probeer het opnieuw als dat klaar is."),
            )
        job = hold_here(_job(), *arguments(version_id, by))
    run_held(job, lambda: complete(by=by, table_version_id=version_id, on_progress=on_progress))
    return version_id


def ingest_new(
    *,
    by: Actor,
    organisation_id: UUID,
    title: str,
    slug: str,
    path: Path,
    options: Mapping[str, Any] | None = None,
    mode: str = "replace",
    key: Sequence[str] = (),
    on_progress: Progress | None = None,
) -> UUID:
    """Read a file at once and only then make its dataset, so that a refused file leaves nothing behind.

    Returns the table version id. Raises what the reading raised, and what `register.create` raises.
    """
    by = require(by, ADD, organisation_id)
    checked, how = filled_in(options), How(mode, tuple(key))
    filename = clean_filename(path.name)
    with keeping(path) as (source, standing):
        made = make_table(standing, filename, checked, on_progress or (lambda fraction, text: None), how)
    with in_line():
        dataset = create(by=by, organisation_id=organisation_id, title=title, slug=slug)
        return settled_version(by, dataset.id, source, filename, checked, made, how)


def must_wait(version_id: UUID) -> bool:
    """Is this an addition or update while something asked before it has not settled? What it is put on is not known."""
    row = TableVersion.objects.get(id=version_id)
    return row.mode != TableVersion.Mode.REPLACE and _unsettled().filter(_before(row)).exists()


def complete(*, by: Actor, table_version_id: UUID, on_progress: Progress | None = None) -> None:
    """Do the reading of a queued version. Running it again after a kill starts over and changes nothing else."""
    row = TableVersion.objects.select_related("dataset").get(id=table_version_id)
    by = require(by, ADD, row.dataset.organisation_id, row.dataset.team_id)
    unsettled = _unsettled().filter(id=row.id)
    if not unsettled.update(status=TableVersion.Status.RUNNING, progress=0.0, progress_text=""):
        return

    def told(fraction: float, text: str = "") -> None:
        unsettled.update(progress=min(max(fraction, 0), 1), progress_text=text[:200])
        if on_progress:
            on_progress(fraction, text)

    before = row.base or _base(row)
    base = Base.of(before) if before else None
    how = How(row.mode, tuple(row.key))
    [source] = standing([row.source_sha256])
    made = make_table(source, row.filename, row.options, told, how, base)
    settle(by, row, made, before if how != REPLACING else None)


def _before(row: TableVersion) -> Q:
    return Q(dataset_id=row.dataset_id, number__lt=row.number)


def _after(row: TableVersion) -> QuerySet[TableVersion]:
    return TableVersion.objects.filter(dataset_id=row.dataset_id, number__gt=row.number)


def _base(row: TableVersion) -> TableVersion | None:
    """The newest ready version before this one."""
    ready = TableVersion.objects.filter(_before(row), status=TableVersion.Status.READY)
    return ready.order_by("-number").first()


def note_failure(*, by: Actor, table_version_id: UUID, failure: dict[str, Any]) -> None:
    """Record why a version could not be made; one that is ready or failed already stays as it is."""
    with in_line():
        if not _unsettled().select_for_update().filter(id=table_version_id).exists():
            return
        with writing(by=by, action="lake.table.failed", subject=("table-version", table_version_id)) as write:
            _unsettled().filter(id=table_version_id).update(
                status=TableVersion.Status.FAILED, failure=failure, finished_at=clock.now()
            )
            write.note(code=failure.get("code"))
            write.emit("table.failed", {"table_version": str(table_version_id)})


def fail_abandoned(*, by: Actor) -> int:
    """Fail the versions that no job will finish, so that nobody waits for them; returns how many."""
    abandoned = abandoned_versions()
    reason = Unavailable(
        "table.abandoned",
        N_("Het inlezen is afgebroken."),
        way_out=N_("Lees het bestand opnieuw in."),
        passes=False,
    )
    for version_id in abandoned:
        note_failure(by=by, table_version_id=version_id, failure=to_wire(reason))
    return len(abandoned)


def abandoned_versions() -> tuple[UUID, ...]:
    """Versions that wait or run while no job will finish them."""
    waiting = list(_unsettled().values_list("id", flat=True))  # before the jobs: a version and its job come together
    cared_for = {arguments[0] for arguments in unfinished(_job())} if waiting else set[str]()
    return tuple(version_id for version_id in waiting if str(version_id) not in cared_for)


def _unsettled() -> QuerySet[TableVersion]:
    return TableVersion.objects.filter(status__in=(TableVersion.Status.QUEUED, TableVersion.Status.RUNNING))


def _job() -> Any:
    from sluis.lake.jobs import ingest_table

    return ingest_table


def _queue(
    by: Actor,
    dataset_id: UUID,
    blob: BlobRef,
    filename: str,
    options: Mapping[str, Any] | None,
    how: How,
    **more: Any,
) -> UUID:
    by = require_on_dataset(by, ADD, dataset_id)
    return create_version(by, dataset_id, blob, clean_filename(filename), filled_in(options), how, job=_job(), **more)
