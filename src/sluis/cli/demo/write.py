"""Writes source files byte for byte the same on every run: no clock, no machine name inside."""

import csv
import io
import re
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from openpyxl import Workbook

from sluis.cli.demo.province import Floats

RD_NEW = "EPSG:28992"
_STILL = (2026, 1, 5, 9, 0, 0)
_STILL_W3C = b"2026-01-05T09:00:00Z"


def comma(value: float, decimals: int = 2, *, thousands: bool = False) -> str:
    """A number as Dutch people write it: 1234,50 or 1.234,50."""
    text = f"{value:,.{decimals}f}" if thousands else f"{value:.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def text_table(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    delimiter: str = ";",
    encoding: str = "utf-8",
    above: Sequence[str] = (),
    below: Sequence[str] = (),
    newline: str = "\r\n",
) -> Path:
    """CSV or TSV; `above` and `below` are raw lines around the table. A row may be a plain str: written as it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    for line in above:
        out.write(line + newline)
    writer.writerow(header)
    for row in rows:
        if isinstance(row, str):
            out.write(row + newline)
        else:
            writer.writerow(row)
    for line in below:
        out.write(line + newline)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def workbook(path: Path, sheets: Mapping[str, Iterable[Sequence[Any]]]) -> Path:
    """XLSX with one sheet per entry; rows are written cell by cell, typed."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    raw = io.BytesIO()
    book.save(raw)
    _freeze(raw, path)
    return path


def _freeze(raw: io.BytesIO, path: Path) -> None:
    """Copies a zip with one fixed time in it: openpyxl writes the present moment."""
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _STILL_W3C, content)
            info = zipfile.ZipInfo(name, _STILL)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)


def points(at: Floats) -> list[bytes]:
    """WKB of points, shape (n, 2)."""
    return [struct.pack("<BIdd", 1, 1, *pair) for pair in at.tolist()]


def line(at: Floats) -> bytes:
    """WKB of one line string."""
    return struct.pack("<BII", 1, 2, len(at)) + np.ascontiguousarray(at, dtype="<f8").tobytes()


def area(*rings: Floats) -> bytes:
    """WKB of one polygon: outer ring first, each ring closed."""
    body = b"".join(struct.pack("<I", len(r)) + np.ascontiguousarray(r, dtype="<f8").tobytes() for r in rings)
    return struct.pack("<BII", 1, 3, len(rings)) + body


def features(
    path: Path, kind: str, shapes: Sequence[bytes], fields: Mapping[str, Sequence[Any]], *, driver: str = "GPKG"
) -> Path:
    """GeoPackage, GeoJSON or Shapefile in RD New; `kind` is the geometry type, `shapes` its WKB per row."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-05T09:00:00Z"})
    options = {"DBF_DATE_LAST_UPDATE": "2026-01-05"} if driver == "ESRI Shapefile" else {}
    try:
        pyogrio.raw.write(
            path,
            np.array(shapes, dtype=object),
            [np.asarray(column) for column in fields.values()],
            list(fields),
            layer=path.stem,
            driver=driver,
            geometry_type=kind,
            crs=RD_NEW,
            encoding="UTF-8",
            **options,
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return path


def shapefile_zip(path: Path, kind: str, shapes: Sequence[bytes], fields: Mapping[str, Sequence[Any]]) -> Path:
    """The usual bundle of .shp, .shx, .dbf, .prj and .cpg in one zip."""
    loose = path.with_suffix(".shp")
    features(loose, kind, shapes, fields, driver="ESRI Shapefile")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            if part != path:
                info = zipfile.ZipInfo(part.name, _STILL)
                info.compress_type = zipfile.ZIP_DEFLATED
                bundle.writestr(info, part.read_bytes())
                part.unlink()
    return path
