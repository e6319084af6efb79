"""The files of a release: made from the table in the sandbox, kept as blobs.

Only from a table: Sluis can say of its rows what is in them. A file as it was handed in is not published (the check of
personal data refuses it), and data at an address elsewhere stays there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.foundation import sandbox
from sluis.foundation.service import blobs, progress
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


def make_files(table: TableNow, slug: str, distribution_id: str) -> list[dict[str, Any]]:
    """All download files of one table version: [{format, name, media_type, size, sha256, distribution_id}].

    `distribution_id` is the distribution that describes the table ('' when none does): the feed takes over its title,
    licence and rights.
    """
    formats = TABLE_FORMATS + (MAP_FORMATS if table.report.get("geometry") else ())
    folder = blobs.workdir("release")
    try:
        made = _export(table, formats, folder)
        described = {"distribution_id": distribution_id} if distribution_id else {}
        return [_kept(name, Path(made[name]["path"]), slug) | described for name in formats]
    finally:
        blobs.discard(folder)


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
