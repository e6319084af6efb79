"""The map of an answer as GeoParquet holds it: WKB, the box of each shape beside it, and what the file says of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from sluis.kernel.errors import Invalid
from sluis.kernel.sql import quoted
from sluis.kernel.text import N_
from sluis.lake.geo import geoparquet
from sluis.lake.names import GEOMETRY, GEOMETRY_BOX

_KINDS = {
    "POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon", "MULTIPOINT": "MultiPoint",
    "MULTILINESTRING": "MultiLineString", "MULTIPOLYGON": "MultiPolygon", "GEOMETRYCOLLECTION": "GeometryCollection",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shaped:
    """`select` gives the rows as they are to be written, `geo` what the file says of its map ("" without one), `was`
    how the column of the map was called."""

    select: str
    geo: str = ""
    was: str = ""
    geometry: Mapping[str, Any] | None = None


def shaped(
    con: duckdb.DuckDBPyConnection, source: str, kinds: Mapping[str, str], crs: str, sql: str, *, hidden: bool = False
) -> Shaped:
    """The rows of `source` with at most one map, which is called `geometry` and stands last.

    `hidden`: people were hidden in them. Then they come in the order of their own values, for the order they had may
    tell what was hidden: the n-th row of a list by number is number n, whatever its pseudonym.
    """
    maps = [name for name, kind in kinds.items() if kind.startswith("GEOMETRY")]
    plain = ", ".join(quoted(name) for name in kinds if name not in maps)
    order = f" ORDER BY {plain}{f', {GEOMETRY}' if maps else ''}" if hidden else ""
    if not maps:
        return Shaped(f"SELECT {plain} FROM {source}{order}")
    _require_one(maps, plain, crs, sql)
    name = quoted(maps[0])
    sides = ", ".join(f"{side}: ST_{function}({name})" for side, function in _SIDES.items())
    box = f"CASE WHEN {name} IS NOT NULL AND NOT ST_IsEmpty({name}) THEN {{{sides}}} END"
    select = f"SELECT {plain}, ST_AsWKB({name})::BLOB AS {GEOMETRY}, {box} AS {GEOMETRY_BOX} FROM {source}{order}"
    types, bounds = _about(con, source, name)
    geo = geoparquet.metadata(crs, types, bounds)["geo"]
    kind = types[0] if len(types) == 1 else "Geometry"
    return Shaped(select, geo, maps[0], {"column": GEOMETRY, "type": kind, "crs": crs, "bbox": bounds})


_SIDES = {"xmin": "XMin", "ymin": "YMin", "xmax": "XMax", "ymax": "YMax"}


def _require_one(maps: list[str], plain: str, crs: str, sql: str) -> None:
    if len(maps) > 1:
        raise Invalid(
            "transformation.maps", N_("De uitkomst heeft meer kaartkolommen: {columns}."),
            way_out=N_("Houd er één over."), columns=", ".join(maps),
        )  # fmt: skip
    if not plain:
        raise Invalid("transformation.only-map", N_("Naast de kaart is er ten minste één andere kolom nodig."))
    if not crs or "st_transform" in sql.lower():
        raise Invalid(
            "transformation.crs", N_("In welk stelsel de kaart van de uitkomst staat, is niet te zeggen."),
            way_out=N_("Gebruik tabellen met een kaart in hetzelfde stelsel, en reken die niet om."),
        )  # fmt: skip


def _about(con: duckdb.DuckDBPyConnection, source: str, name: str) -> tuple[list[str], list[float] | None]:
    kinds = con.execute(
        f"SELECT DISTINCT ST_GeometryType({name})::VARCHAR, ST_HasZ({name}) FROM {source} WHERE {name} IS NOT NULL"
    ).fetchall()
    corners = f"min(ST_XMin({name})), min(ST_YMin({name})), max(ST_XMax({name})), max(ST_YMax({name}))"
    bounds = con.execute(f"SELECT {corners} FROM {source}").fetchall()[0]
    types = sorted(f"{_KINDS[kind]}{' Z' if deep else ''}" for kind, deep in kinds if kind in _KINDS)
    return types, None if None in bounds else list(bounds)
