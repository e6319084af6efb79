"""Writes of the lake: a file becomes a table version, by a job or at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from sluis.foundation.service import BlobRef, blobs, hold_here, require, run_held, unfinished, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Stale, Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.lake.ingest.plan import Options
from sluis.lake.making import Made, make_table
from sluis.lake.models import TableVersion
from sluis.lake.policy import ADD, require_on_dataset, version_seen_by
from sluis.lake.uploads import clean_filename, close_upload, settle_upload
from sluis.register.service import add_distribution, create, get

Progress = Callable[[float, str], None]
_VECTOR_OPTIONS = ("layer", "crs")


def finish_upload(*, by: Actor, upload_id: UUID, options: Mapping[str, Any] | None = None) -> UUID:
    """Turn a complete upload into a queued table version; returns its id. Raises Conflict while bytes are missing."""
    record, blob = settle_upload(by, upload_id)
    return _queue(by, record.dataset_id, blob, record.filename, options, upload_id=upload_id)


def request_ingest(
    *, by: Actor, dataset_id: UUID, blob: BlobRef, filename: str, options: Mapping[str, Any] | None = None
) -> UUID:
    """Queue the reading of a blob as the next version of the table of a dataset; returns the table version id."""
    return _queue(by, dataset_id, blob, filename, options)


def rerun(*, by: Actor, table_version_id: UUID, options: Mapping[str, Any] | None = None) -> UUID:
    """Read the same source again with corrections; returns the id of the new table version."""
    before = version_seen_by(by, table_version_id)
    blob = BlobRef(before.source_sha256, before.source_size)
    return _queue(by, before.dataset_id, blob, before.filename, options)


def ingest_now(
    *,
    by: Actor,
    dataset_id: UUID,
    path: Path,
    filename: str = "",
    options: Mapping[str, Any] | None = None,
    on_progress: Progress | None = None,
) -> UUID:
    """Read a file at once, for the command line; returns the table version id.

    Raises what the reading raised; the version then stands as failed with the same reason. When this process is
    killed, a worker takes the reading over.
    """
    by = require_on_dataset(by, ADD, dataset_id)
    checked = _checked(options)
    source, name = blobs.put_file(path), clean_filename(filename or path.name)
    with transaction.atomic():
        version_id = _create(by, dataset_id, source, name, checked)
        job = hold_here(_job(), *_arguments(version_id, by))
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
    on_progress: Progress | None = None,
) -> UUID:
    """Read a file at once and only then make its dataset, so that a refused file leaves nothing behind.

    Returns the table version id. Raises what the reading raised, and what `register.create` raises.
    """
    by = require(by, ADD, organisation_id)
    checked = _checked(options)
    filename = clean_filename(path.name)
    with blobs.keeping(path) as (source, standing):
        made = make_table(standing, filename, checked, on_progress or (lambda fraction, text: None))
    with transaction.atomic():
        dataset = create(by=by, organisation_id=organisation_id, title=title, slug=slug)
        return settled_version(by, dataset.id, source, filename, checked, made)


def settled_version(
    by: Actor, dataset_id: UUID, source: BlobRef, filename: str, options: dict[str, Any], made: Made
) -> UUID:
    """A version whose files stand already: made and ready in one transaction."""
    with transaction.atomic():
        version_id = _create(by, dataset_id, source, filename, options)
        TableVersion.objects.filter(id=version_id).update(status=TableVersion.Status.RUNNING)
        _settle(by, TableVersion.objects.get(id=version_id), made)
    return version_id


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

    made = make_table(blobs.path(row.source_sha256), row.filename, row.options, told)
    _settle(by, row, made)


def note_failure(*, by: Actor, table_version_id: UUID, failure: dict[str, Any]) -> None:
    """Record why a version could not be made; one that is ready or failed already stays as it is."""
    with transaction.atomic():
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
        "table.abandoned", N_("Het inlezen is afgebroken."), way_out=N_("Lees het bestand opnieuw in.")
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


def _arguments(version_id: UUID, by: Actor) -> tuple[str, str | None]:
    return str(version_id), str(by.user_id) if by.user_id else None


def _queue(
    by: Actor,
    dataset_id: UUID,
    blob: BlobRef,
    filename: str,
    options: Mapping[str, Any] | None,
    *,
    upload_id: UUID | None = None,
) -> UUID:
    by = require_on_dataset(by, ADD, dataset_id)
    return _create(by, dataset_id, blob, clean_filename(filename), _checked(options), upload_id=upload_id, queue=True)


def _checked(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Wrong corrections are refused at once, in front of the one who typed them."""
    given = dict(options or {})
    Options.read({key: value for key, value in given.items() if key not in _VECTOR_OPTIONS})
    return given


def _create(
    by: Actor,
    dataset_id: UUID,
    blob: BlobRef,
    filename: str,
    options: dict[str, Any],
    *,
    upload_id: UUID | None = None,
    queue: bool = False,
) -> UUID:
    version_id = ids.new_id()
    with writing(by=by, action="lake.table.requested", subject=("dataset", dataset_id)) as write:
        number = (TableVersion.objects.filter(dataset_id=dataset_id).aggregate(top=Max("number"))["top"] or 0) + 1
        TableVersion.objects.create(
            id=version_id,
            dataset_id=dataset_id,
            number=number,
            filename=filename,
            source_sha256=blob.sha256,
            source_size=blob.size,
            options=options,
            created_by=by.key,
            created_at=clock.now(),
        )
        if upload_id:
            close_upload(upload_id)
        if queue:
            _job().enqueue(*_arguments(version_id, by))
        write.note(table_version=version_id, number=number, source=blob.sha256, filename=filename)
    return version_id


def _settle(by: Actor, row: TableVersion, made: Made) -> None:
    """The files stand already; now one transaction points at them."""
    with writing(by=by, action="lake.table.ready", subject=("table-version", row.id)) as write:
        settled = TableVersion.objects.filter(id=row.id, status=TableVersion.Status.RUNNING).update(
            status=TableVersion.Status.READY,
            progress=1.0,
            progress_text="",
            report=made.report.to_json(),
            profile=made.profile,
            data_sha256=made.data.sha256,
            data_size=made.data.size,
            rejects_sha256=made.rejects.sha256 if made.rejects else "",
            rows_read=made.report.rows_read,
            rows_loaded=made.report.rows_loaded,
            rows_rejected=made.report.rows_rejected,
            finished_at=clock.now(),
        )
        if not settled:
            raise Stale("table.settled", N_("Deze tabel is intussen al klaar of afgebroken."))
        write.note(data=made.data.sha256, rows_read=made.report.rows_read, rows_loaded=made.report.rows_loaded)
        write.emit("table.ready", {"table_version": str(row.id), "dataset": str(row.dataset_id)})
        _attach(by, row.dataset_id)


def _attach(by: Actor, dataset_id: UUID) -> None:
    """The first table becomes a distribution of its dataset; a dataset has one table, whose versions follow."""
    if not any(item.kind == "table" for item in get(by=by, dataset_id=dataset_id).distributions):
        add_distribution(by=by, dataset_id=dataset_id, kind="table", table_id=dataset_id)
