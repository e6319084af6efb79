"""What is exported: a Parquet file, the chosen columns and its geometry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sluis.kernel.errors import Invalid, NotFound
from sluis.kernel.text import N_
from sluis.lake.geo import geoparquet
from sluis.lake.names import GEOMETRY_BOX

AROUND_FEATURES = '{"type":"FeatureCollection","features":[\n', ",\n", "\n]}\n"
"""What stands in GeoJSON before the first feature, between two, and after the last."""


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are the exported names in order, without the geometry; `documents` those that hold JSON text.

    `rows` are the numbers of the first and last row that are exported, counted from 0; None for all.
    """

    source: Path
    name: str
    schema: pa.Schema
    columns: tuple[str, ...]
    documents: frozenset[str]
    geometry: str | None
    crs: str | None
    rows: tuple[int, int] | None = None

    @property
    def begins(self) -> bool:
        """Is the first row of the file among them?"""
        return self.rows is None or self.rows[0] == 0

    def all_columns(self) -> list[str]:
        return [*self.columns, self.geometry] if self.geometry else list(self.columns)

    def require_geometry(self, form: str) -> tuple[str, str]:
        """Name of the geometry column and its coordinate system. Raises Invalid."""
        if self.geometry is None:
            raise Invalid(
                "export.no-geometry",
                N_("Deze tabel heeft geen geometrie en kan niet als {format}."),
                way_out=N_("Kies CSV, JSON of Parquet."),
                format=form,
            )
        if self.crs is None:
            raise Invalid(
                "export.no-crs",
                N_("Van deze tabel is het coördinatenstelsel niet bekend; {format} kan daarom niet."),
                way_out=N_("Geef bij het inlezen het coördinatenstelsel op, bijvoorbeeld EPSG:28992."),
                format=form,
            )
        return self.geometry, self.crs


def open_table(request: Mapping[str, Any]) -> Table:
    """Raises NotFound for a column the table does not have."""
    source = Path(request["source"])
    schema = pq.read_schema(source)
    described = geoparquet.described(source)
    geometry = described["column"] if described else None
    wanted = [item if isinstance(item, str) else item["name"] for item in request.get("columns") or schema.names]
    for name in wanted:
        if name not in schema.names:
            raise NotFound("export.no-such-column", N_("De tabel heeft geen kolom {column}."), column=name)
    typed = [item for item in request.get("columns") or () if not isinstance(item, str)]
    return Table(
        source=source,
        name=_file_name(request.get("name", "data")),
        schema=schema,
        columns=tuple(name for name in wanted if name not in (geometry, GEOMETRY_BOX)),
        documents=frozenset(item["name"] for item in typed if item["type"] == "json"),
        geometry=geometry if geometry in wanted else None,
        crs=request.get("crs") or (geoparquet.crs_of(described) if described else None),
        rows=_rows(request.get("slice")),
    )


def _rows(place: Mapping[str, int] | None) -> tuple[int, int] | None:
    return (place["first"], place["first"] + place["rows"] - 1) if place else None


def _file_name(name: str) -> str:
    """A name is part of a path, so only the plainest ones are taken."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", name):
        raise ValueError(name)
    return name
