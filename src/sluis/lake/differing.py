"""What differs between two versions of a table: worked out once, and kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from sluis.foundation import sandbox
from sluis.foundation.service import BlobRef, blobs, unfinished, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.lake.making import limits
from sluis.lake.models import TableDifference, TableVersion
from sluis.lake.parts.shape import what_of
from sluis.lake.policy import version_seen_by
from sluis.lake.schema_change import compared
from sluis.lake.types import Column, IngestReport

_DIFF = "sluis.lake.parts.duck_diff:diff"
# Of so many rows together a difference is there within seconds.
_FEW_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """From version `old` to version `new`, by number.

    `by` is "key" (rows with the same `key` are held together) or "rows" (equal rows cancel out, so that a changed row
    counts as one removed and one added). `columns`: in how many changed rows a column differs. `schema`: see
    `schema_change.Change`. `examples`: rows by added, removed, before and after; personal data is masked. The blob
    `file_sha256` is Parquet with every such row; its column `what` says which it is, and `file_columns` are name
    and type of the others.
    """

    old: int
    new: int
    by: str
    key: tuple[str, ...]
    key_double: bool
    added: int
    removed: int
    changed: int
    rows_old: int
    rows_new: int
    columns: Mapping[str, int]
    schema: Mapping[str, Any]
    file_columns: Sequence[Sequence[str]]
    examples: Mapping[str, Any]
    file_sha256: str
    file_size: int

    @property
    def path(self) -> Path:
        return blobs.path(self.file_sha256)

    @property
    def what(self) -> str:
        return what_of(name for name, _kind in self.file_columns)

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def diff(*, by: Actor, old: UUID, new: UUID, key: Sequence[str] = ()) -> Difference:
    """Compare two ready versions of one table; `key` when it is another one than the profile found.

    Raises NotFound, Conflict for a version that is not ready, and Invalid for versions of two tables or a key that
    both do not have.
    """
    before, after = version_seen_by(by, old), version_seen_by(by, new)
    _require_comparable(before, after)
    asked = ",".join(key)
    known = TableDifference.objects.filter(old=before, new=after, asked_key=asked).first()
    if known is None:
        known = _kept(by, before, after, asked, *_worked_out(before, after, key or _key(before, after)))
    return _difference(before, after, known)


def diff_files(dataset_id: UUID, old: str, new: str) -> Difference:
    """The same for the versions whose rows all stand in these files, as they stand outside; the caller authorised.

    Raises NotFound when there is no such version.
    """
    ready = TableVersion.ready(dataset_id)
    ids = [ready.filter(data_sha256=sha256).order_by("-number").values_list("id", flat=True).first()
           for sha256 in (old, new)]  # fmt: skip
    if None in ids:
        raise NotFound("table.no-file", N_("Dit bestand is er niet."))
    return diff(by=SYSTEM, old=ids[0], new=ids[1])


def known_diff(*, by: Actor, old: UUID, new: UUID) -> Difference | None:
    """The difference that was worked out before; None when nobody asked yet. Raises as `diff` does."""
    before, after = version_seen_by(by, old), version_seen_by(by, new)
    _require_comparable(before, after)
    known = TableDifference.objects.filter(old=before, new=after, asked_key="").first()
    return _difference(before, after, known) if known else None


def request_diff(*, by: Actor, old: UUID, new: UUID) -> bool:
    """Work it out at once when that is a matter of seconds, else in the background. True when it is there now."""
    before, after = version_seen_by(by, old), version_seen_by(by, new)
    _require_comparable(before, after)
    if before.rows_total + after.rows_total <= _FEW_ROWS:
        diff(by=by, old=old, new=new)
        return True
    if not being_compared(old=old, new=new):
        _job().enqueue(str(old), str(new), str(by.user_id) if by.user_id else None)
    return False


def being_compared(*, old: UUID, new: UUID) -> bool:
    """Is somebody waiting for this difference?"""
    return any(arguments[:2] == [str(old), str(new)] for arguments in unfinished(_job()))


def _job() -> Any:
    from sluis.lake.jobs import compare_versions

    return compare_versions


def _difference(before: TableVersion, after: TableVersion, known: TableDifference) -> Difference:
    result = dict(known.result)
    return Difference(
        old=before.number,
        new=after.number,
        key=tuple(result.pop("key")),
        rows_old=before.rows_total,
        rows_new=after.rows_total,
        file_sha256=known.file_sha256,
        file_size=known.file_size,
        **result,
    )


def _require_comparable(before: TableVersion, after: TableVersion) -> None:
    if before.dataset_id != after.dataset_id:
        raise Invalid("diff.other-table", N_("Deze versies zijn niet van dezelfde tabel."))
    if {before.status, after.status} != {TableVersion.Status.READY}:
        raise Conflict("diff.not-ready", N_("Een van deze versies is niet klaar of niet gelukt."))


def _key(before: TableVersion, after: TableVersion) -> Sequence[str]:
    """What tells rows apart: the key of the last update, or what the profile of both found."""
    mode = TableVersion.Mode.UPSERT
    if after.mode == mode and _has(before, after.key):
        return after.key
    found: list[list[str]] = (after.profile or {}).get("keys") or []
    both = (before.profile or {}).get("keys") or []
    return next((names for names in found if names in both), [])


def _has(row: TableVersion, names: Sequence[str]) -> bool:
    return set(names) <= {column.name for column in _columns(row)}


def _columns(row: TableVersion) -> tuple[Column, ...]:
    return IngestReport.from_json(row.report or {}).columns


def _worked_out(before: TableVersion, after: TableVersion, key: Sequence[str]) -> tuple[dict[str, Any], BlobRef]:
    old, new = (Counter(part["sha256"] for part in row.parts) for row in (before, after))
    sides = {"old": _side(before, old - new), "new": _side(after, new - old)}
    folder = blobs.workdir("diff")
    try:
        request = {**sides, "key": list(key), "masked": _masked(before) | _masked(after), "out": str(folder)}
        reads = [Path(path) for side in sides.values() for path in side["paths"]]
        result = sandbox.run(_DIFF, request, reads=reads, writes=folder, limits=limits())
        kept = blobs.put_file(folder / result.pop("file"), move=True)
    finally:
        blobs.discard(folder)
    return result | {"schema": compared(_columns(before), _columns(after)).to_json()}, kept


def _side(row: TableVersion, own: Counter[str]) -> dict[str, Any]:
    """The parts that only this version has: what both have needs no look. A part may stand in a version twice."""
    paths = [str(blobs.path(sha256)) for sha256 in own.elements()]
    return {"paths": paths, "columns": [column.to_json() for column in _columns(row)], "proven": _proven(row)}


def _proven(row: TableVersion) -> list[list[str]]:
    """The keys that tell every row of this version apart, and so every row of some of its parts.

    The profile looked at all rows for them, unless rows were added since: then it names them as of an earlier version.
    """
    profile = row.profile or {}
    stale = (profile.get("partial") or {}).get("figures") or ()
    return [] if "keys" in stale else profile.get("keys") or []


def _masked(row: TableVersion) -> dict[str, str]:
    hits = (row.profile or {}).get("personal_data") or []
    return {name: hit["kind"] for hit in reversed(hits) for name in hit["columns"]}


def _kept(
    by: Actor, before: TableVersion, after: TableVersion, asked: str, result: dict[str, Any], file: BlobRef
) -> TableDifference:
    try:
        with writing(by=by, action="lake.table.compared", subject=("table-version", after.id)) as write:
            write.note(old=str(before.id), file=file.sha256)
            return TableDifference.objects.create(
                old=before,
                new=after,
                asked_key=asked,
                result=result,
                file_sha256=file.sha256,
                file_size=file.size,
                created_at=clock.now(),
            )
    except IntegrityError:  # somebody else asked the same just now
        return TableDifference.objects.get(old=before, new=after, asked_key=asked)
