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
    geometries = np.asarray(shapely.from_wkb(np.asarray(shapes, dtype=object)), dtype=object)
    moved = crs.to_wgs84(geometries, system) if system else geometries
    return [None if text is None else json.loads(text) for text in shapely.to_geojson(moved)]


def to_wkt(shapes: Sequence[bytes | None]) -> list[str | None]:
    """WKB to WKT, every coordinate as it is stored."""
    return list(shapely.to_wkt(shapely.from_wkb(np.asarray(shapes, dtype=object)), rounding_precision=-1))
