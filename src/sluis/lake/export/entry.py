"""The door for the sandbox: one table version to one or more files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.export import duck_text, geojson, gpkg, parquet
from sluis.lake.export.table import Table, open_table

Progress = Callable[[float, str], None]
_WRITERS: dict[str, tuple[str, Callable[[Table, Path], None]]] = {
    "csv": ("csv", duck_text.write_csv),
    "csv_excel": ("excel.csv", duck_text.write_csv_for_excel),
    "json": ("json", duck_text.write_json),
    "geojson": ("geojson", geojson.write),
    "gpkg": ("gpkg", gpkg.write),
    "parquet": ("parquet", parquet.write),
}
FORMATS = tuple(_WRITERS)


def export(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Make each of `request["formats"]` and return {format: {"path", "bytes"}}.

    request: source (Parquet file), out (folder), formats (of `FORMATS`), and where wanted: name (of the files and of
    the layer, default "data"), columns (names, or the columns of the ingest report; default all), crs (where the file
    does not say), slice (`first` and `rows`: only those, in a format that `joining` puts together). Raises Invalid: a
    format that does not exist, or a map format for a table without geometry.
    """
    table = open_table(request)
    made: dict[str, Any] = {}
    for number, name in enumerate(request["formats"]):
        progress(number / len(request["formats"]), name)
        made[name] = _make(table, name, Path(request["out"]))
    return made


def _make(table: Table, name: str, out: Path) -> dict[str, Any]:
    if name not in _WRITERS:
        raise Invalid(
            "export.unknown-format",
            N_("Het formaat {format} bestaat niet."),
            way_out=N_("Kies een van: {formats}."),
            format=name,
            formats=", ".join(FORMATS),
        )
    suffix, write = _WRITERS[name]
    path = out / f"{table.name}.{suffix}"
    write(table, path)
    return {"path": str(path), "bytes": path.stat().st_size}
