"""GeoJSON as RFC 7946 wants it: longitude and latitude, right-hand rule, seven decimals (about a centimetre)."""

from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from sluis.lake.export.duck_text import connect, features_query
from sluis.lake.export.table import AROUND_FEATURES, Table
from sluis.lake.geo.crs import to_wgs84

_DECIMALS = 7
_BATCH = 8_192


def write(table: Table, path: Path) -> None:
    """A FeatureCollection, one feature per line, written batch by batch."""
    geometry, crs = table.require_geometry("GeoJSON")
    with connect() as connection, path.open("w", encoding="utf-8", newline="\n") as file:
        rows = connection.execute(features_query(table, geometry)).to_arrow_reader(_BATCH)
        file.write(AROUND_FEATURES[0])
        first = True
        for batch in rows:
            first = _write_batch(file, batch, crs, first)
        file.write(AROUND_FEATURES[2])


def _write_batch(file: TextIO, batch: pa.RecordBatch, crs: str, first: bool) -> bool:
    shapes = _shapes(batch.column("shape"), crs)
    for properties, shape in zip(batch.column("properties").to_pylist(), shapes, strict=True):
        file.write("" if first else AROUND_FEATURES[1])
        file.write(f'{{"type":"Feature","properties":{properties},"geometry":{shape or "null"}}}')
        first = False
    return first


def _shapes(column: pa.Array, crs: str) -> NDArray[np.object_]:
    geometries = shapely.from_wkb(np.array(column.to_pylist(), dtype=object))
    geometries = shapely.orient_polygons(to_wgs84(geometries, crs))
    return shapely.to_geojson(_rounded(geometries))


def _rounded(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    solid = shapely.has_z(geometries)
    for some, has_z in ((solid, True), (~solid, False)):
        geometries[some] = shapely.transform(geometries[some], lambda xy: np.round(xy, _DECIMALS), include_z=has_z)
    return geometries
