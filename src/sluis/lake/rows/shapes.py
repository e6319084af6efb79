"""Geometry on its way in and out of a row query: boxes to the system of the column, rows to GeoJSON.

Apart from the rest, because the libraries take long to load and tables without a map do not need them.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from sluis.lake.geo import crs
from sluis.lake.rows.types import Box

_EDGE_PARTS = 16  # a straight edge in one system is bent in the other
_DECIMALS = 7  # about a centimetre


def box_in(box: Box, system: str) -> tuple[float, float, float, float]:
    """The smallest box in `system` around `box`; as it is when the table does not say its system."""
    corners = (box.min_x, box.min_y, box.max_x, box.max_y)
    if not system or system == box.crs:
        return corners
    longest = max(box.max_x - box.min_x, box.max_y - box.min_y)
    outline = shapely.box(*corners)
    if longest > 0:
        outline = shapely.segmentize(outline, longest / _EDGE_PARTS)
    points = shapely.get_coordinates(outline)
    x, y = crs.transform_points(points[:, 0], points[:, 1], box.crs, system)
    if not np.isfinite(x).any():
        return 1.0, 1.0, 0.0, 0.0  # outside the system: nothing can touch it
    return float(np.nanmin(x)), float(np.nanmin(y)), float(np.nanmax(x)), float(np.nanmax(y))


def to_geojson(shapes: Sequence[bytes | None], system: str) -> list[dict[str, Any] | None]:
    """WKB in `system` (not said: WGS84) to GeoJSON geometries in WGS84 (RFC 7946), longitude first."""
    geometries = _read(shapes)
    moved = crs.to_wgs84(geometries, system) if system else geometries
    return [None if text is None else json.loads(text) for text in shapely.to_geojson(moved)]


def to_geojson_texts(stored: Sequence[bytes | None], system: str) -> list[str]:
    """WKB in `system` (not said: WGS84) to the texts of GeoJSON geometries in WGS84: rings turned as RFC 7946 wants
    them, and no more decimals than it advises; null stays null."""
    shapes = _read(stored)
    if system:
        shapes = crs.to_wgs84(shapes, system)
    shapes = shapely.orient_polygons(shapes)
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, _DECIMALS), include_z=False)
    return [text or "null" for text in shapely.to_geojson(shapes)]


def to_wkt(shapes: Sequence[bytes | None]) -> list[str | None]:
    """WKB to WKT, every coordinate as it is stored."""
    return list(shapely.to_wkt(_read(shapes), rounding_precision=-1))


def _read(stored: Sequence[bytes | None]) -> Any:
    return np.asarray(shapely.from_wkb(np.asarray(stored, dtype=object)), dtype=object)
