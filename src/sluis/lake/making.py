"""From source blob to data, rejects, report and profile: two sandboxed runs, then the files go into the store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.foundation.service import BlobRef, blobs
from sluis.lake.types import IngestReport

_INGEST, _PROFILE = "sluis.lake.ingest.entry:ingest", "sluis.lake.profile.entry:profile"
_INGEST_SHARE = 0.8


def _silent(fraction: float, text: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Made:
    report: IngestReport
    profile: dict[str, Any]
    data: BlobRef
    rejects: BlobRef | None


def make_table(source: Path, filename: str, options: Mapping[str, Any], progress: Callable[[float, str], None]) -> Made:
    """Read and profile a file. Raises what the sandbox raises; leaves nothing behind but blobs."""
    folder = blobs.workdir("ingest")
    try:
        report = read_file(source, filename, options, folder, lambda f, text: progress(f * _INGEST_SHARE, text))
        rejects = blobs.put_file(folder / "rejects.csv", move=True) if report.rejects else None
        with blobs.keeping(folder / "data.parquet", move=True) as (data, standing):
            profile = profile_of(standing, report, progress)
        return Made(report, profile, data, rejects)
    finally:
        blobs.discard(folder)


def read_file(
    source: Path, filename: str, options: Mapping[str, Any], out: Path, progress: Callable[[float, str], None] = _silent
) -> IngestReport:
    """Read a file into the empty folder `out`, in the sandbox."""
    made = sandbox.run(
        _INGEST,
        {"source": str(source), "filename": filename, "out": str(out), "options": dict(options)},
        reads=[source],
        writes=out,
        limits=Limits(memory_mb=settings.SLUIS.ingest_memory_mb, cpu_seconds=3600, wall_seconds=5400),
        on_progress=progress,
    )
    return IngestReport.from_json(made)


def profile_of(path: Path, report: IngestReport, progress: Callable[[float, str], None]) -> dict[str, Any]:
    request = {"source": str(path), "columns": [column.to_json() for column in report.columns]}
    return sandbox.run(
        _PROFILE,
        request,
        reads=[path],
        writes=None,
        limits=Limits(memory_mb=settings.SLUIS.ingest_memory_mb, cpu_seconds=1800, wall_seconds=3600),
        on_progress=lambda fraction, text: progress(_INGEST_SHARE + fraction * (1 - _INGEST_SHARE), text),
    )
