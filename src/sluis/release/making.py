"""The files of a release: made from the table in the sandbox, kept as blobs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.foundation import sandbox
from sluis.foundation.service import blobs, progress
from sluis.register.types import DatasetRecord
from sluis.release.source import TableNow

MEDIA_TYPES: Mapping[str, str] = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "json": "application/json",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
TABLE_FORMATS = ("parquet", "csv", "json")
MAP_FORMATS = ("geojson", "gpkg")


def make_files(table: TableNow, slug: str) -> list[dict[str, Any]]:
    """All download files of one table version: [{format, name, media_type, size, sha256}]."""
    formats = TABLE_FORMATS + (MAP_FORMATS if table.report.get("geometry") else ())
    folder = blobs.workdir("release")
    try:
        made = _export(table, formats, folder)
        return [_kept(name, Path(made[name]["path"]), slug) for name in formats]
    finally:
        blobs.discard(folder)


def file_distributions(record: DatasetRecord, taken: set[str]) -> list[dict[str, Any]]:
    """Files that were handed in as they are; a format that the table gives already is not doubled."""
    found: list[dict[str, Any]] = []
    for item in record.distributions:
        name = item.format.rstrip("/").rpartition("/")[2].lower() or "bestand"
        if item.kind != "file" or not item.sha256 or name in taken:
            continue
        taken = taken | {name}
        size = blobs.path(item.sha256).stat().st_size
        media = item.media_type.rpartition("media-types/")[2] or "application/octet-stream"
        found.append(
            {
                "format": name,
                "name": f"{record.slug}.{name}",
                "media_type": media,
                "size": size,
                "sha256": item.sha256,
                "distribution_id": str(item.id),
            }
        )
    return found


def _export(table: TableNow, formats: tuple[str, ...], folder: Path) -> dict[str, Any]:
    path = blobs.path(table.sha256)
    request = {"source": str(path), "out": str(folder), "formats": formats, "columns": list(table.report["columns"])}
    geometry = table.report.get("geometry")
    if geometry and geometry.get("crs"):
        request["crs"] = geometry["crs"]
    return sandbox.run(
        "sluis.lake.export.entry:export",
        request,
        reads=[path],
        writes=folder,
        on_progress=lambda fraction, text: progress(fraction * 0.9, text),
    )


def _kept(name: str, path: Path, slug: str) -> dict[str, Any]:
    ref = blobs.put_file(path, move=True)
    return {
        "format": name,
        "name": f"{slug}.{name}",
        "media_type": MEDIA_TYPES[name],
        "size": ref.size,
        "sha256": ref.sha256,
    }
