"""The entry of the sandbox: from a file to `data.parquet`, `rejects.csv` and a report.

The readers are imported here and not where they are called: before the child is born, and so once for many files.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sluis.foundation.archives import open_zip
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.detect import VECTOR, detect
from sluis.lake.ingest.duck_columnar import read_parquet
from sluis.lake.ingest.duck_delimited import read_delimited
from sluis.lake.ingest.json_rows import read_json, read_ndjson
from sluis.lake.ingest.plan import VECTOR_OPTIONS, Job, Options
from sluis.lake.ingest.sheets import read_workbook

Progress = Callable[[float, str], None]


def ingest(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`request`: source, filename, out, options. Returns an IngestReport as JSON; raises Invalid with the reason."""
    raw = dict(request.get("options") or {})
    vector = {key: raw.pop(key) for key in VECTOR_OPTIONS if raw.get(key)}
    source, out = Path(request["source"]), Path(request["out"])
    job = Job(source=source, filename=request["filename"], out=out, options=Options.read(raw))
    try:
        return read(job, vector, progress)
    except Invalid as error:
        error.params["file"] = job.filename
        raise
    finally:
        shutil.rmtree(out / "unpacked", ignore_errors=True)
        shutil.rmtree(out / "spill", ignore_errors=True)


def read(job: Job, vector: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Detect the type and let the one reader of that type do the work."""
    kind = detect(job.source)
    if kind == "zip":
        job = _unpacked(job)
        kind = detect(job.source)
    if kind in VECTOR:
        from sluis.lake.vector.read import read_vector  # GDAL: only the child that needs it

        options = vector | {"encoding": job.options.encoding, "file": job.filename}
        return read_vector(job.source, kind, job.out, {k: v for k, v in options.items() if v}, progress)
    if kind in ("xlsx", "ods"):
        return read_workbook(job, kind, progress)
    return _table(kind, job, progress)


def _table(kind: str, job: Job, progress: Progress) -> dict[str, Any]:
    if kind == "parquet":
        return read_parquet(job, progress)
    if kind in ("json", "ndjson"):
        return read_json(job, progress) if kind == "json" else read_ndjson(job, progress)
    return read_delimited(job, progress)


def _unpacked(job: Job) -> Job:
    """The one table in a zip, unpacked; Invalid when there is not exactly one file in it."""
    folder = job.out / "unpacked"
    folder.mkdir()
    with open_zip(job.source) as archive:
        if len(archive.members) != 1:
            raise Invalid(
                "zip.members",
                N_("In het zipbestand zitten {count} bestanden; er mag er één in zitten."),
                way_out=N_("Lever de bestanden los aan, of alleen het bestand met de tabel."),
                count=len(archive.members),
            )
        placed = archive.extract(archive.members, folder)
    source = next(iter(placed.values()))
    if detect(source) not in ("csv", "json", "ndjson", "geojson", "gml"):
        raise Invalid("zip.type", N_("In het zipbestand zit geen csv- of jsonbestand."))
    return replace(job, source=source)
