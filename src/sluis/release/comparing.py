"""What differs between two releases of a dataset, for everybody: worked out once, in the background.

A release is one file with exactly the columns that were decided, so what differs between two files that both stand
outside holds nothing else. Kept by the hashes of those files: it stays right when the projection is written again.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from sluis.foundation.service import blobs, limit, unfinished
from sluis.kernel import clock
from sluis.kernel.errors import Conflict, Invalid, Unavailable
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.rows.page import page
from sluis.lake.rows.types import Column, Files, PageRequest, RowPage
from sluis.release.models import PublicDifference, PublicTable
from sluis.release.reading import table

MOST_WAITING, MOST_AN_HOUR = 20, 20


class StillComparing(Unavailable):
    """Somebody asked, and a worker is at it."""

    def __init__(self) -> None:
        super().__init__(
            "changes.coming",
            N_("Deze versies worden nog vergeleken."),
            way_out=N_("Probeer het over een minuut opnieuw."),
            retry_after=60,
        )


def changes(slug: str, old: int, new: int, *, ip: str = "") -> PublicDifference:
    """What differs from release `old` to `new`; asks a worker when nobody worked it out yet.

    Raises NotFound without rows, Gone, Invalid for one release twice, StillComparing, TooMany.
    """
    if old == new:
        raise Invalid("changes.same", N_("Kies twee verschillende versies."))
    after, before = table(slug, new), table(slug, old)
    known = PublicDifference.objects.filter(old_sha256=before.sha256, new_sha256=after.sha256).first()
    if known is None:
        _ask(slug, old, new, ip)
        raise StillComparing
    known.result["columns"] = _in_their_order(known.result)
    return known


def _in_their_order(result: Mapping[str, Any]) -> dict[str, int]:
    """How often each column differs, in the order of the table: a database may keep the keys of JSON in its own."""
    counts = result["columns"]
    return {name: counts[name] for name, _kind in result["file_columns"] if name in counts}


def changed_rows(found: PublicDifference, request: PageRequest) -> RowPage:
    """A page of the rows that differ; the first column says which: added, removed, before or after."""
    path = blobs.path(found.file_sha256)
    return page(Files((path,), (found.result["file_rows"],)), columns_of(found), request)


def columns_of(found: PublicDifference) -> list[Column]:
    return [Column(name, kind) for name, kind in ((found.result["what"], "text"), *found.result["file_columns"])]


def compare(slug: str, old: int, new: int) -> None:
    """Work it out; twice is the same as once. What is not outside any more, or not one table, is left alone."""
    before, after = _shown(slug, old), _shown(slug, new)
    if before is None or after is None:
        return
    if PublicDifference.objects.filter(old_sha256=before.sha256, new_sha256=after.sha256).exists():
        return
    dataset_id = before.dataset.dataset_id
    found = lake.diff_files(dataset_id, before.sha256, after.sha256)
    shape = found.to_json()
    kept = ("by", "key", "key_double", "added", "removed", "changed", "columns", "schema", "file_columns")
    rows = found.added + found.removed + 2 * found.changed
    PublicDifference.objects.get_or_create(
        dataset_id=dataset_id,
        old_sha256=before.sha256,
        new_sha256=after.sha256,
        defaults={
            "result": {name: shape[name] for name in kept} | {"what": found.what, "file_rows": rows},
            "file_sha256": found.file_sha256,
            "made_at": clock.now(),
        },
    )


def compare_newest(slug: str) -> None:
    """A release came out: hold it against the one before it that still stands."""
    found = PublicTable.objects.filter(dataset__slug=slug).order_by("-release").values_list("release", flat=True)[:2]
    numbers = list(found)
    if len(numbers) == 2:
        compare(slug, numbers[1], numbers[0])


def forget() -> int:
    """Recurring: what differs holds rows of both, so it goes when one is withdrawn. Returns how many went."""
    standing = set(_standing().values_list("id", flat=True))
    return PublicDifference.objects.exclude(id__in=standing).delete()[0]


def held_blobs() -> list[str]:
    return list(_standing().values_list("file_sha256", flat=True))


def _standing() -> QuerySet[PublicDifference]:
    """Those of which both files stand outside."""
    outside = PublicTable.objects.filter(dataset__dataset_id=OuterRef("dataset_id"))
    both = (Exists(outside.filter(sha256=OuterRef(name))) for name in ("old_sha256", "new_sha256"))
    return PublicDifference.objects.filter(*both)


def _shown(slug: str, number: int) -> PublicTable | None:
    return PublicTable.objects.filter(dataset__slug=slug, release=number).select_related("dataset").first()


def _ask(slug: str, old: int, new: int, ip: str) -> None:
    """Everybody may ask, so not too often and not too much at a time."""
    waiting = [list(arguments) for arguments in unfinished(_job())]
    if [slug, old, new] in waiting:
        return
    if ip:
        limit("changes", ip, MOST_AN_HOUR)
    if len(waiting) >= MOST_WAITING:
        raise Conflict(
            "changes.busy", N_("Er wachten al veel vergelijkingen."), way_out=N_("Probeer het later opnieuw.")
        )
    _job().enqueue(slug, old, new)


def _job() -> Any:
    from sluis.release.jobs import compare_releases

    return compare_releases
