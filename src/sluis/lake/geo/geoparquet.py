"""The "geo" metadata of GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/), written and read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sluis.lake.geo.crs import WGS84, identify, projjson
from sluis.lake.names import GEOMETRY, GEOMETRY_BOX

VERSION = "1.1.0"
BOX_TYPE = pa.struct([pa.field(side, pa.float64(), nullable=False) for side in ("xmin", "ymin", "xmax", "ymax")])


def metadata(crs: str | None, types: Sequence[str], bbox: Sequence[float] | None) -> dict[str, str]:
    """Key-value metadata of a file whose column `geometry` holds ISO WKB; `types` like "Polygon" and "Point Z".

    No `crs` means: not known (`null` in the standard, where leaving it out would say WGS84).
    """
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(types),
        "crs": projjson(crs) if crs else None,
        "covering": {"bbox": {side: [GEOMETRY_BOX, side] for side in ("xmin", "ymin", "xmax", "ymax")}},
    }
    if bbox is not None:
        column["bbox"] = list(bbox)
    geo = {"version": VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    return {"geo": json.dumps(geo)}


def described(path: Path) -> Mapping[str, Any] | None:
    """What a Parquet file says of its primary geometry column (with its name under "column"), None without one."""
    raw = (pq.read_metadata(path).metadata or {}).get(b"geo")
    if raw is None:
        return None
    geo = json.loads(raw)
    primary = geo["primary_column"]
    return {"column": primary} | geo["columns"][primary]


def crs_of(column: Mapping[str, Any]) -> str | None:
    """EPSG name of a described column; a missing `crs` means WGS84, `null` means not known."""
    if "crs" not in column:
        return WGS84
    return identify(json.dumps(column["crs"])) if column["crs"] else None
