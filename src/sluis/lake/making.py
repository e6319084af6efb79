"""From source blob to parts, rejects, report and profile: sandboxed runs, after which the files go into the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.foundation.service import BlobRef, blobs
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.engines import running
from sluis.lake.engines.orders import keeping
from sluis.lake.engines.whole import run_whole
from sluis.lake.loads import REPLACING, Base, How, Made
from sluis.lake.models import TableVersion
from sluis.lake.parts.shape import Part, around
from sluis.lake.schema_change import What, compared
from sluis.lake.types import Column, ColumnType, GeometryColumn, IngestReport

type Told = Callable[[float, str], None]

_INGEST, _PROFILE = "sluis.lake.ingest.entry:ingest", "sluis.lake.profile.entry:profile"
_ADD, _JOIN = "sluis.lake.profile.entry:add", "sluis.lake.parts.duck_join:join"
_WHOLE = "sluis.lake.parts.duck_whole:whole"
_INGEST_SHARE = 0.7
_JOIN_SHARE = 0.1
# Formats whose columns have the type that their values look like, so that the type may be said beforehand.
_GUESSED = ("csv", "xlsx", "ods")
# Up to so many rows a table is measured as a whole at each load: then no figure is of an earlier version.
_FEW_ROWS = 1_000_000


def _silent(fraction: float, text: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Read:
    """One file as it was read, and how its rows meet the table."""

    report: IngestReport
    part: Part
    rejects: BlobRef | None
    profile: Mapping[str, Any] | None = None


def make_table(
    source: Path, filename: str, options: Mapping[str, Any], told: Told, how: How = REPLACING, base: Base | None = None
) -> Made:
    """Read a file, put it on `base` and profile the result. Raises what the sandbox raises; only blobs stay behind."""
    replacing = how.mode == TableVersion.Mode.REPLACE
    load = _read(source, filename, options, told, profiled=replacing)
    if replacing:
        change = compared(base.report.columns, load.report.columns).to_json() if base else {}
        return Made(load.report, load.profile or {}, (load.part,), load.rejects, change)
    if misread := _misread(load.report, base):
        types = misread | dict(options.get("types") or {})
        load = _read(source, filename, {**options, "types": types}, told)
    return _joined(load, how, base, told)


def _read(source: Path, filename: str, options: Mapping[str, Any], told: Told, *, profiled: bool = False) -> _Read:
    """`profiled`: what is read is the table, so that it is profiled while the disk works."""
    folder = blobs.workdir("ingest")
    try:
        report = read_file(source, filename, options, folder, lambda part, text: told(part * _INGEST_SHARE, text))
        rejects = blobs.put_file(sandbox.made_file(folder, report.rejects), move=True) if report.rejects else None
        with keeping(rows_file(folder, report.data, report.rows_loaded), move=True) as (data, standing):
            profile = profile_of([standing], report, told) if profiled else None
        return _Read(report, Part(data.sha256, data.size, report.rows_loaded), rejects, profile)
    finally:
        blobs.discard(folder)


def read_file(source: Path, filename: str, options: Mapping[str, Any], out: Path, told: Told = _silent) -> IngestReport:
    """Read a file into the empty folder `out`, in the sandbox."""
    request = {"source": str(source), "filename": filename, "out": str(out), "options": dict(options)}
    return IngestReport.from_json(_run(_INGEST, request, [source], out, told, 0.0))


def _misread(report: IngestReport, base: Base | None) -> dict[str, str]:
    """Columns that hold text in the table while the values of this load alone look like something else."""
    if base is None or report.format not in _GUESSED:
        return {}
    texts = {column.name for column in base.report.columns if column.type is ColumnType.TEXT}
    return {c.name: ColumnType.TEXT.value for c in report.columns if c.name in texts and c.type is not ColumnType.TEXT}


def _joined(load: _Read, how: How, base: Base | None, told: Told) -> Made:
    """The load on the table: at once when the columns are the same, else by the sandbox."""
    if base:
        _require_same_system(base.report.geometry, load.report.geometry)
    if how.mode == TableVersion.Mode.APPEND and (base is None or _alike(base.report.columns, load.report.columns)):
        parts, change = _after(base, load.part), dict[str, Any]()
    else:
        load, parts, change = _by_sandbox(load, how, base, told)
    report = load.report
    if base:
        report = replace(report, geometry=_geometry(base.report.geometry, report.geometry))
    if base is None or _cheap(parts) or _widened(change) or not base.profile:
        profile = profile_of(_paths(parts), report, told)
    else:
        profile = _profile_with(base, load, change.get("replaced", 0), told)
    return Made(report, profile, parts, load.rejects, change)


def _after(base: Base | None, part: Part) -> tuple[Part, ...]:
    if base is None:
        return (part,)
    return (*base.parts, part) if part.rows else base.parts


def _cheap(parts: Sequence[Part]) -> bool:
    """Is measuring all rows again a matter of seconds?"""
    return sum(part.rows for part in parts) <= _FEW_ROWS


def _widened(change: Mapping[str, Any]) -> bool:
    return any(column["what"] == What.WIDENED for column in change.get("columns", ()))


def _alike(table: Sequence[Column], load: Sequence[Column]) -> bool:
    """May the load be a part as it is? A moment may be stored with or without a zone: the sandbox looks at those."""
    moments = any(column.type is ColumnType.DATETIME for column in table)
    return not moments and [replace(c, title="") for c in table] == [replace(c, title="") for c in load]


def _by_sandbox(load: _Read, how: How, base: Base | None, told: Told) -> tuple[_Read, tuple[Part, ...], dict[str, Any]]:
    before = base.parts if base else ()
    old, new = _paths(before), blobs.path(load.part.sha256)
    rejects = blobs.path(load.rejects.sha256) if load.rejects else None
    folder = blobs.workdir("join")
    try:
        request = {
            "mode": how.mode,
            "key": list(how.key),
            "load": _shape([new], load.report.columns),
            "base": _shape(old, base.report.columns) if base else None,
            "rejects": str(rejects) if rejects else None,
            "out": str(folder),
        }
        found = _run(_JOIN, request, [*old, new, *([rejects] if rejects else [])], folder, told, _INGEST_SHARE)
        parts = tuple(_part(item, before, load.part, folder) for item in found["parts"])
        refused = sandbox.made_file(folder, found["rejects"]) if found["rejects"] else None
        kept = blobs.put_file(refused, move=True) if refused else load.rejects
    finally:
        blobs.discard(folder)
    rows = load.report.rows_loaded - found["refused"]
    report = replace(
        load.report,
        rows_loaded=rows,
        rows_rejected=load.report.rows_rejected + found["refused"],
        columns=tuple(Column.from_json(column) for column in found["columns"]),
    )
    part = parts[-1] if rows else replace(load.part, rows=0)
    return _Read(report, part, kept), parts, found["change"] | {"replaced": found["replaced"]}


def _part(item: Mapping[str, Any], before: Sequence[Part], load: Part, folder: Path) -> Part:
    if "base" in item:
        return before[item["base"]]
    if item.get("load"):
        return load
    return _kept(folder, item)


def _profile_with(base: Base, load: _Read, replaced: int, told: Told) -> Mapping[str, Any]:
    """The profile of the table with the load added; it says which figures still are those of an earlier version."""
    if not load.part.rows:
        return base.profile
    path = blobs.path(load.part.sha256)
    request = {"source": str(path), "columns": [column.to_json() for column in load.report.columns],
               "before": dict(base.profile), "number": base.number, "replaced": replaced}  # fmt: skip
    return _measured(_ADD, request, [path], told)


def one_part(parts: Sequence[Part], report: IngestReport) -> Part:
    """The same rows in one file."""
    paths = _paths(parts)
    folder = blobs.workdir("whole")
    try:
        request = _shape(paths, report.columns) | {"out": str(folder)}
        return _kept(folder, _run(_WHOLE, request, paths, folder, _silent, 0.0))
    finally:
        blobs.discard(folder)


def _kept(folder: Path, item: Mapping[str, Any]) -> Part:
    kept = blobs.put_file(rows_file(folder, item["file"], item["rows"]), move=True)
    return Part(kept.sha256, kept.size, item["rows"])


def rows_file(folder: Path, told: str, rows: int) -> Path:
    """A Parquet file that the sandbox made, here or elsewhere; Crashed unless it has just so many rows."""
    path = sandbox.made_file(folder, told)
    try:
        found = pq.read_metadata(path).num_rows
    except (pa.ArrowException, OSError) as error:
        raise sandbox.Crashed(f"{told}: {error}") from error
    if found != rows:
        raise sandbox.Crashed(f"{told}: {found} rows rather than {rows}")
    return path


def profile_of(paths: Sequence[Path], report: IngestReport, told: Told) -> dict[str, Any]:
    """Everything measured in all rows of these Parquet files."""
    request = {"source": [str(path) for path in paths], "columns": [column.to_json() for column in report.columns]}
    return _measured(_PROFILE, request, paths, told)


def _measured(entry: str, request: Mapping[str, Any], paths: Sequence[Path], told: Told) -> dict[str, Any]:
    start = _INGEST_SHARE + _JOIN_SHARE
    return running.run(
        entry, request, parts=paths, limits=limits(), told=lambda part, text: told(start + part * (1 - start), text)
    )


def _paths(parts: Sequence[Part]) -> list[Path]:
    return [blobs.path(part.sha256) for part in parts]


def _run(
    entry: str, request: Mapping[str, Any], reads: Sequence[Path], writes: Path, told: Told, start: float
) -> dict[str, Any]:
    return run_whole(
        entry,
        request,
        reads=reads,
        writes=writes,
        limits=limits(),
        told=lambda fraction, text: told(start + fraction * (1 - start), text),
    )


def limits() -> Limits:
    """What may go into one look at a whole table."""
    return Limits(memory_mb=settings.SLUIS.ingest_memory_mb, cpu_seconds=3600, wall_seconds=5400)


def _shape(paths: Sequence[Path], columns: Sequence[Column]) -> dict[str, Any]:
    return {"paths": [str(path) for path in paths], "columns": [column.to_json() for column in columns]}


def _require_same_system(table: GeometryColumn | None, load: GeometryColumn | None) -> None:
    if table and load and table.crs != load.crs:
        raise Invalid(
            "table.crs",
            N_("De kaart van dit bestand staat in {load}, die van de tabel in {table}."),
            way_out=N_("Lever het bestand aan in het stelsel van de tabel, of vervang de hele tabel."),
            load=load.crs or "?",
            table=table.crs or "?",
        )


def _geometry(table: GeometryColumn | None, load: GeometryColumn | None) -> GeometryColumn | None:
    """What the shapes of both together are."""
    if table is None or load is None:
        return table or load
    boxes = [box for box in (table.bbox, load.bbox) if box]
    box = around(boxes) if boxes else None
    kind = table.type if table.type == load.type else "Geometry"
    return replace(table, type=kind, bbox=(box[0], box[1], box[2], box[3]) if box else None)
