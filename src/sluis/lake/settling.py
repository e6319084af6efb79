"""A version comes to be, and its result is pointed at: each in one transaction."""

from importlib.metadata import version
from typing import Any
from uuid import UUID

from django.db.models import Max

from sluis.foundation.service import BlobRef, in_line, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Stale, Unavailable
from sluis.kernel.text import N_
from sluis.lake.loads import REPLACING, How, Made
from sluis.lake.models import TableVersion
from sluis.lake.uploads import close_upload
from sluis.register.service import add_distribution, get


def create_version(
    by: Actor,
    dataset_id: UUID,
    blob: BlobRef,
    filename: str,
    options: dict[str, Any],
    how: How,
    *,
    upload_id: UUID | None = None,
    base_id: UUID | None = None,
    job: Any = None,
) -> UUID:
    """The next version of a table, queued; `job` reads it, unless somebody does so at once. The caller authorised."""
    version_id = ids.new_id()
    with writing(by=by, action="lake.table.requested", subject=("dataset", dataset_id)) as write:
        number = (TableVersion.objects.filter(dataset_id=dataset_id).aggregate(top=Max("number"))["top"] or 0) + 1
        TableVersion.objects.create(
            id=version_id,
            dataset_id=dataset_id,
            number=number,
            mode=how.mode,
            key=list(how.key),
            base_id=base_id,
            filename=filename,
            source_sha256=blob.sha256,
            source_size=blob.size,
            options=options,
            created_by=by.key,
            created_at=clock.now(),
        )
        if upload_id:
            close_upload(upload_id)
        if job:
            job.enqueue(*arguments(version_id, by))
        write.note(table_version=version_id, number=number, source=blob.sha256, filename=filename, mode=how.mode)
    return version_id


def arguments(version_id: UUID, by: Actor) -> tuple[str, str | None]:
    """What the job that reads a version is told."""
    return str(version_id), str(by.user_id) if by.user_id else None


def settled_version(
    by: Actor,
    dataset_id: UUID,
    source: BlobRef,
    filename: str,
    options: dict[str, Any],
    made: Made,
    how: How = REPLACING,
) -> UUID:
    """A version whose files stand already: made and ready in one transaction."""
    with in_line():
        version_id = create_version(by, dataset_id, source, filename, options, how)
        TableVersion.objects.filter(id=version_id).update(status=TableVersion.Status.RUNNING)
        settle(by, TableVersion.objects.get(id=version_id), made, None)
    return version_id


def settle(by: Actor, row: TableVersion, made: Made, base: TableVersion | None) -> None:
    """The files stand already; now one transaction points at them."""
    parts = [part.to_json() for part in made.parts]
    with writing(by=by, action="lake.table.ready", subject=("table-version", row.id)) as write:
        if base:
            _require_still_there(base, parts)
        settled = TableVersion.objects.filter(id=row.id, status=TableVersion.Status.RUNNING).update(
            status=TableVersion.Status.READY,
            progress=1.0,
            progress_text="",
            base=base,
            report=made.report.to_json(),
            profile=made.profile,
            parts=parts,
            change=made.change,
            data_sha256=made.parts[0].sha256 if len(parts) == 1 else "",
            data_size=sum(part.size for part in made.parts),
            rejects_sha256=made.rejects.sha256 if made.rejects else "",
            rows_read=made.report.rows_read,
            rows_loaded=made.report.rows_loaded,
            rows_rejected=made.report.rows_rejected,
            rows_total=made.rows_total,
            finished_at=clock.now(),
            software=f"sluis {version('sluis')}",
        )
        if not settled:
            raise Stale("table.settled", N_("Deze tabel is intussen al klaar of afgebroken."))
        write.note(
            data=[part.sha256 for part in made.parts if base is None or part.to_json() not in base.parts],
            rows_read=made.report.rows_read,
            rows_loaded=made.report.rows_loaded,
            rows_total=made.rows_total,
            change=made.change.get("kind"),
        )
        write.emit("table.ready", {"table_version": str(row.id), "dataset": str(row.dataset_id)})
        _attach(by, row.dataset_id)


def _require_still_there(base: TableVersion, parts: list[dict[str, Any]]) -> None:
    """What was taken from the base must still be held by it: meanwhile its parts may have become one file."""
    now = TableVersion.objects.select_for_update().values_list("parts", flat=True).get(id=base.id)
    if any(part in base.parts and part not in now for part in parts):
        raise Unavailable(
            "table.base-moved",
            N_("De delen van de tabel zijn intussen samengevoegd."),
            way_out=N_("Probeer het opnieuw."),
        )


def _attach(by: Actor, dataset_id: UUID) -> None:
    """The first table becomes a distribution of its dataset; a dataset has one table, whose versions follow."""
    if not any(item.kind == "table" for item in get(by=by, dataset_id=dataset_id).distributions):
        add_distribution(by=by, dataset_id=dataset_id, kind="table", table_id=dataset_id)
