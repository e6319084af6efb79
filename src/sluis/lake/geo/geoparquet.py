"""The "geo" metadata of GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/), written and read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sluis.lake.geo.crs import identify, projjson
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


def described(schema: pa.Schema) -> Mapping[str, Any] | None:
    """What the file says of its primary geometry column (with its name under "column"), None without one."""
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        return None
    geo = json.loads(raw)
    primary = geo["primary_column"]
    return {"column": primary} | geo["columns"][primary]


def crs_of(described_column: Mapping[str, Any]) -> str | None:
    """EPSG name of a described column; a missing `crs` means WGS84, `null` means not known."""
    if "crs" not in described_column:
        return "EPSG:4326"
    return identify(json.dumps(described_column["crs"])) if described_column["crs"] else None


def read_description(file: pq.ParquetFile) -> Mapping[str, Any] | None:
    return described(file.schema_arrow)
