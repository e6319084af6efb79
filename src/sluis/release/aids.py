"""Makes the structures that `lake.serving` reads, after the publication, one by one and within a budget.

Each is fixed in a transaction of its own, so a kill costs the one that was being made. Until they are there, and for
what was left out, DuckDB answers from the table: slower, and the same.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models.fields.json import KT

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits, NoRoom, SandboxFailure
from sluis.foundation.service import BlobRef, blobs, progress, require, unfinished, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.serving import plan
from sluis.release.models import ReadingAid, Release

log = logging.getLogger("sluis.release")
FIRST = "vectors"
OPERATE = "platform.operate"
_LIMITS = Limits(memory_mb=3000, cpu_seconds=7200, wall_seconds=14_400)


@dataclass(frozen=True, slots=True)
class Aid:
    """`size` is in bytes; without a `sha256` it is waiting, or left out for the reason in `note`."""

    name: str
    sha256: str
    size: int
    note: str


def promise(release: Release) -> None:
    """Ask for the structures of a large table. Call in the transaction that publishes."""
    if release.table and release.table["rows"] >= plan.LEAST_ROWS:
        _ask(release.table["sha256"])


def make(table: str) -> int:
    """The job: make what is still to come for one table; returns how many. A withdrawn table gets none."""
    made = 0
    while (row := _waiting(table).first()) and (release := _showing(table)):
        made += _made(row, release)
    for left in ReadingAid.objects.filter(table=table).exclude(note=""):
        log.info("%s: %s", left.name, left.note)
    return made


def ask_again() -> int:
    """Recurring: forget those of tables that no longer stand outside, and ask for those that no job will make."""
    from sluis.release.jobs import make_aids

    standing = set(_standing().values_list("table__sha256", flat=True))
    ReadingAid.objects.exclude(table__in=standing).delete()
    for table in _tables_of(""):  # those of before there were structures too
        _ask(table)
    cared_for = {arguments[0] for arguments in unfinished(make_aids)}
    forgotten = set(_waiting().values_list("table", flat=True)) - cared_for
    for table in forgotten:
        make_aids.enqueue(table)
    return len(forgotten)


def rebuild(*, by: Actor, slug: str = "") -> int:
    """Throw the structures of one dataset, or of all, away and make them again; returns how many. For the operator."""
    require(by, OPERATE)
    tables = _tables_of(slug)
    ReadingAid.objects.filter(table__in=tables).delete()
    for table in tables:
        _ask(table, enqueue=False)
    return sum(make(table) for table in tables)


def listed(*, by: Actor, slug: str) -> tuple[Aid, ...]:
    """The structures of the tables of a dataset. For the operator."""
    require(by, OPERATE)
    rows = ReadingAid.objects.filter(table__in=_tables_of(slug)).order_by("table", "place", "id")
    return tuple(Aid(row.name, row.sha256, row.size or 0, row.note) for row in rows)


def files(table: str) -> tuple[Mapping[str, str], bool]:
    """Hash by name of what is there for this table, and whether more is coming."""
    rows = list(ReadingAid.objects.filter(table=table).values_list("name", "sha256", "note"))
    return {name: sha for name, sha, _ in rows if sha}, any(not sha and not note for _, sha, note in rows)


def held_blobs() -> Iterator[str]:
    """Hashes of the structures of every table that stands outside."""
    standing = _standing().values_list(KT("table__sha256"))  # as text: PostgreSQL compares no JSON with one
    made = ReadingAid.objects.exclude(sha256="").filter(table__in=standing)
    yield from made.values_list("sha256", flat=True).iterator()


def _ask(table: str, *, enqueue: bool = True) -> None:
    from sluis.release.jobs import make_aids

    _row, new = ReadingAid.objects.get_or_create(table=table, name=FIRST)
    if new and enqueue:
        make_aids.enqueue(table)


def _made(row: ReadingAid, release: Release) -> bool:
    folder = blobs.workdir("aid")
    try:
        note, told = _room(row, release), {}
        path = None
        if not note:
            note, told = _built(row, release, folder)
            path = Path(told["path"]) if told else None
        if path is not None and not _fits(row.table, path.stat().st_size):
            note, path = N_("past niet binnen de ruimte"), None
        return _fix(row, release, blobs.put_file(path, move=True) if path else None, note, told.get("told", {}))
    finally:
        blobs.discard(folder)


def _built(row: ReadingAid, release: Release, folder: Path) -> tuple[str, dict[str, Any]]:
    """Why there is none, or what the sandbox made."""
    source = blobs.path(row.table)
    first = ReadingAid.objects.filter(table=row.table, name=FIRST).exclude(sha256="").first()
    vectors = [blobs.path(first.sha256)] if first else []
    request = {
        "source": str(source),
        "out": str(folder),
        "name": row.name,
        "columns": [{"name": c["name"], "type": c["type"]} for c in release.columns],
        "rows": (release.table or {})["rows"],
        "vectors": str(vectors[0]) if vectors else "",
    }
    try:
        told = sandbox.run(
            "sluis.lake.serving.building:build",
            request,
            reads=[source, *vectors],
            writes=folder,
            limits=_LIMITS,
            on_progress=lambda fraction, text: progress(fraction * 0.95, row.name),
        )
    except NoRoom:
        raise
    except SandboxFailure as error:  # it asked for too much; anything else is tried again
        log.warning("%s: %s", row.name, error)
        return error.code, {}
    return ("" if told else N_("voegt hier niets toe")), told


def _room(row: ReadingAid, release: Release) -> str:
    """Why it need not be made at all; '' when it may be."""
    rows = (release.table or {})["rows"]
    too_large = row.name.startswith("order:") and not _fits(row.table, plan.order_bytes(rows))
    return N_("past niet binnen de ruimte") if too_large else ""


def _fits(table: str, size: int) -> bool:
    taken = sum(ReadingAid.objects.filter(table=table).exclude(sha256="").values_list("size", flat=True))
    return taken + size <= plan.BUDGET * blobs.size(table)


def _fix(row: ReadingAid, release: Release, made: BlobRef | None, note: str, told: Mapping[str, Any]) -> bool:
    with writing(by=SYSTEM, action="release.aid.made", subject=("release", release.id)) as w:
        now = {"note": note} if made is None else {"sha256": made.sha256, "size": made.size, "made_at": clock.now()}
        if not _waiting(row.table).filter(id=row.id).update(**now):
            return False
        if row.name == FIRST and made:
            following = plan.after_vectors(
                release.columns, told["left"], [c["name"] for c in told["columns"] if c["rising"]]
            )
            wanted = [ReadingAid(table=row.table, name=name, place=n) for n, name in enumerate(following, 1)]
            ReadingAid.objects.bulk_create(wanted, ignore_conflicts=True)
        w.note(table=row.table, name=row.name, sha256=made.sha256 if made else "", left_out=note)
    return made is not None


def _tables_of(slug: str) -> Sequence[str]:
    rows = _standing()
    if slug:
        rows = rows.filter(metadata__slug=slug)
        if not rows.exists():
            raise NotFound("table.none", N_("Van deze dataset staat geen tabel online."))
    found = {table["sha256"] for table in rows.values_list("table", flat=True) if table["rows"] >= plan.LEAST_ROWS}
    return sorted(found)


def _showing(table: str) -> Release | None:
    return _standing().filter(table__sha256=table).order_by("-number").first()


def _standing() -> Any:
    return Release.objects.filter(table__isnull=False).exclude(status=Release.Status.WITHDRAWN)


def _waiting(table: str = "") -> Any:
    rows = ReadingAid.objects.filter(sha256="", note="")
    return (rows.filter(table=table) if table else rows).order_by("place", "id")
