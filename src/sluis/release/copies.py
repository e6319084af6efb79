"""Copies of a published table in other formats, made after the publication.

CSV and JSON of a large table take longer than everything that decides about it. The release promises them in its own
transaction. Each is then made by itself and fixed in a transaction of its own, so a kill costs one file at most. Until
then the rows come straight out of the table.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sluis.foundation.service import BlobRef, unfinished, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.release import projection
from sluis.release.making import file_shape, formats_of, make_files
from sluis.release.models import Release, ReleaseCopy


def promise(release: Release) -> None:
    """Write down which formats are still to come, and ask for them. Call in the transaction that publishes."""
    from sluis.release.jobs import make_copies

    there = {file["format"] for file in release.files}
    wanted = formats_of(release.table["geometry"]) if release.table else ()
    slug = release.metadata["slug"]
    coming = [ReleaseCopy(release=release, **file_shape(name, slug)) for name in wanted if name not in there]
    if coming:
        ReleaseCopy.objects.bulk_create(coming)
        make_copies.enqueue(str(release.id))


def make(release_id: UUID) -> int:
    """The job: make what is still to come of one release; returns how many. A withdrawn release gets none."""
    made = 0
    for name in _waiting([release_id]).values_list("format", flat=True):
        release = _standing(release_id).first()
        if release is None or not release.table:
            break
        file = make_files(release.table["sha256"], release.columns, release.table["geometry"], [name])[name]
        made += _fix(release, name, file)
    return made


def ask_again() -> int:
    """Recurring: ask once more for copies that no job will make; returns for how many releases."""
    from sluis.release.jobs import make_copies

    releases = set(_waiting().values_list("release_id", flat=True))
    if not releases:
        return 0
    cared_for = {arguments[0] for arguments in unfinished(make_copies)}
    forgotten = [release for release in releases if str(release) not in cared_for]
    for release in forgotten:
        make_copies.enqueue(str(release))
    return len(forgotten)


def held_blobs() -> Iterator[str]:
    """Hashes of the copies of every release that was not withdrawn."""
    made = ReleaseCopy.objects.exclude(sha256="").exclude(release__status=Release.Status.WITHDRAWN)
    yield from made.values_list("sha256", flat=True).iterator()


def _fix(release: Release, name: str, file: BlobRef) -> bool:
    with writing(by=SYSTEM, action="release.copy.made", subject=("release", release.id)) as w:
        if not _standing(release.id).select_for_update().exists():
            return False
        row = _waiting([release.id]).filter(format=name)
        if not row.update(size=file.size, sha256=file.sha256, made_at=clock.now()):
            return False
        projection.project(release.dataset_id)
        w.note(number=release.number, format=name, sha256=file.sha256, table=(release.table or {})["sha256"])
        w.emit("release.copy.made", _told(release, name))
    return True


def _told(release: Release, name: str) -> dict[str, Any]:
    slug = release.metadata["slug"]
    return {"dataset_id": str(release.dataset_id), "slug": slug, "number": release.number, "format": name}


def _standing(release_id: UUID) -> Any:
    return Release.objects.filter(id=release_id).exclude(status=Release.Status.WITHDRAWN)


def _waiting(releases: Sequence[UUID] = ()) -> Any:
    """Copies still to be made of releases that stand outside."""
    rows = ReleaseCopy.objects.filter(sha256="").exclude(release__status=Release.Status.WITHDRAWN)
    return (rows.filter(release_id__in=releases) if releases else rows).order_by("release_id", "id")
