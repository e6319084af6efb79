"""The files of a release: made from the table in the sandbox, kept as blobs.

Only from a table: Sluis can say of its rows what is in them. A file as it was handed in is not published (the check of
personal data refuses it), and data at an address elsewhere stays there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sluis.foundation.service import BlobRef, blobs, progress
from sluis.lake.export.making import exported
from sluis.release.source import TableNow

MEDIA_TYPES: Mapping[str, str] = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "json": "application/json",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
PARQUET = "parquet"
TABLE_FORMATS = (PARQUET, "csv", "json")
MAP_FORMATS = ("geojson", "gpkg")
# Of such a table all files are made within seconds; of a larger one they come after the publication.
SMALL_BYTES = 8_000_000


def formats_of(geometry: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Every format in which the rows of a table come out."""
    return TABLE_FORMATS + (MAP_FORMATS if geometry else ())


def is_small(table: TableNow) -> bool:
    """Are all files made in a moment, so that they can come out together with the decision?"""
    return blobs.size(table.sha256) <= SMALL_BYTES


def file_shape(name: str, slug: str) -> dict[str, Any]:
    """What is known of a file before it is made."""
    return {"format": name, "name": f"{slug}.{name}", "media_type": MEDIA_TYPES[name]}


def table_file(table: TableNow, slug: str) -> dict[str, Any]:
    """The Parquet file is the decided table itself: its hash stands in the decision."""
    size = blobs.size(table.sha256)
    return file_shape(PARQUET, slug) | {"size": size, "sha256": table.sha256}


def make_files(
    sha256: str, columns: Sequence[Mapping[str, Any]], geometry: Mapping[str, Any] | None, formats: Sequence[str]
) -> dict[str, BlobRef]:
    """The rows of one table in these formats, kept as blobs. The same table gives the same bytes."""
    folder = blobs.workdir("release")
    try:
        made = _export(sha256, columns, geometry, formats, folder)
        return {name: blobs.put_file(made[name], move=True) for name in formats}
    finally:
        blobs.discard(folder)


def _export(
    sha256: str,
    columns: Sequence[Mapping[str, Any]],
    geometry: Mapping[str, Any] | None,
    formats: Sequence[str],
    folder: Path,
) -> dict[str, Path]:
    path = blobs.path(sha256)
    request = {"source": str(path), "out": str(folder), "formats": list(formats), "columns": list(columns)}
    if geometry and geometry.get("crs"):
        request |= {"crs": geometry["crs"]}
    return exported(request, path, folder, lambda fraction, text: progress(fraction * 0.9, text))
