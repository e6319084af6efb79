"""Geometry of a layer, batch by batch: what is loaded, what is refused, and what the owner should know of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from sluis.kernel.text import N_
from sluis.lake.geo.geoparquet import BOX_TYPE
from sluis.lake.types import Remark

MAX_VERTICES = 1_000_000
MAX_NESTING = 4
_SHOWN = 5
_COLLECTION = 7
_NAMES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_TYPE_NAMES = np.array([*_NAMES, "GeometryCollection"])

TOO_MANY_VERTICES = ("geometry.too-many-points", N_("De geometrie heeft meer dan 1.000.000 punten."))
TOO_DEEP = ("geometry.too-deep", N_("De geometrie is te diep genest."))
UNREADABLE = ("geometry.unreadable", N_("De geometrie is niet te lezen."))
NOT_FINITE = ("geometry.not-finite", N_("De geometrie bevat een coördinaat die geen getal is."))

Geometries = NDArray[np.object_]
Reason = tuple[str, str]  # code and Dutch source text
Linear = Callable[[NDArray[np.int64]], Iterable[bytes | None]]


@dataclass(slots=True)
class Tally:
    """What has been seen so far over all batches; row numbers count features from 1."""

    types: set[str] = field(default_factory=set[str])
    bounds: list[float] | None = None
    missing: int = 0
    empty: int = 0
    curved: int = 0
    invalid: int = 0
    invalid_rows: list[int] = field(default_factory=list[int])

    def add(self, geometries: Geometries, rows: NDArray[np.int64]) -> None:
        """Count loaded geometries; `rows` holds their feature numbers."""
        there = ~shapely.is_missing(geometries)
        empty = there & shapely.is_empty(geometries)
        wrong = there & ~shapely.is_valid(geometries)
        self.missing += int((~there).sum())
        self.empty += int(empty.sum())
        self.invalid += int(wrong.sum())
        self.invalid_rows += rows[wrong][: _SHOWN - len(self.invalid_rows)].tolist()
        suffix = np.where(shapely.has_z(geometries[there]), " Z", "")
        names = np.char.add(_TYPE_NAMES[shapely.get_type_id(geometries[there])], suffix)
        self.types.update(np.unique(names).tolist())
        self._widen(geometries[there & ~empty])

    def _widen(self, geometries: Geometries) -> None:
        if not geometries.size:
            return
        box = shapely.total_bounds(geometries)
        if self.bounds is None:
            self.bounds = box.tolist()
            return
        low, high = np.minimum(self.bounds[:2], box[:2]), np.maximum(self.bounds[2:], box[2:])
        self.bounds = [*low.tolist(), *high.tolist()]

    def type_name(self) -> str:
        """One name for the whole column: "Polygon", "MultiPolygon" for both, "Geometry" for a mixture."""
        flat = {name.removesuffix(" Z") for name in self.types}
        bare = {name.removeprefix("Multi") for name in flat}
        if len(bare) != 1:
            return "Geometry"
        return flat.pop() if len(flat) == 1 else f"Multi{bare.pop()}"

    def remarks(self) -> list[Remark]:
        found: list[Remark] = []
        if self.missing:
            text = N_("{count} objecten hebben geen geometrie. Ze zijn geladen.")
            found.append(Remark("geometry.missing", text, {"count": self.missing}))
        if self.empty:
            text = N_("{count} objecten hebben een lege geometrie. Ze zijn geladen.")
            found.append(Remark("geometry.empty", text, {"count": self.empty}))
        if self.invalid:
            text = N_("{count} geometrieën zijn ongeldig, bijvoorbeeld omdat ze zichzelf snijden. Eerste: {rows}.")
            shown = ", ".join(map(str, self.invalid_rows))
            found.append(Remark("geometry.invalid", text, {"count": self.invalid, "rows": shown}))
        if self.curved:
            text = N_("{count} gebogen geometrieën zijn omgezet naar korte rechte lijnen.")
            found.append(Remark("geometry.curved", text, {"count": self.curved}))
        return found + self._remarks_on_types()

    def _remarks_on_types(self) -> list[Remark]:
        found: list[Remark] = []
        if any(name.endswith(" Z") for name in self.types):
            text = N_("De geometrie heeft hoogtes (3D). Ze zijn bewaard; de kaart toont ze niet.")
            found.append(Remark("geometry.3d", text))
        if self.type_name() == "Geometry" and len(self.types) > 1:
            text = N_("De laag bevat verschillende soorten geometrie: {types}.")
            found.append(Remark("geometry.mixed", text, {"types": ", ".join(sorted(self.types))}))
        return found


def parse(
    column: pa.Array, fids: NDArray[np.int64], linear: Linear, tally: Tally
) -> tuple[Geometries, dict[int, Reason]]:
    """WKB of one batch → geometries, and reasons by place for those that are refused.

    Curves become lines: `linear` gives the WKB of the features with these keys with straight segments.
    """
    raw = np.array(column.to_pylist(), dtype=object)
    geometries = _read(raw)
    lost = np.flatnonzero(shapely.is_missing(geometries) & (raw != None))  # noqa: E711 - elementwise
    if lost.size:
        again = _read(np.array([_bytes(item) for item in linear(fids[lost])], dtype=object))
        geometries[lost] = again
        tally.curved += int((~shapely.is_missing(again)).sum())
    refused = {int(place): UNREADABLE for place in lost if geometries[place] is None}
    return geometries, refused | _over_the_caps(geometries)


def boxes(geometries: Geometries) -> pa.Array:
    """The covering column of GeoParquet: one box per geometry, null where there is none."""
    bounds = shapely.bounds(geometries)
    none = np.isnan(bounds).any(axis=1)
    sides = [pa.array(np.where(none, 0.0, bounds[:, side])) for side in range(4)]
    return pa.StructArray.from_arrays(sides, fields=list(BOX_TYPE), mask=pa.array(none))


def to_wkb(geometries: Geometries) -> pa.Array:
    """ISO WKB, little endian, without measures: the one form GeoParquet knows."""
    return pa.array(shapely.to_wkb(geometries, output_dimension=3, byte_order=1, flavor="iso"), pa.binary())


def _read(raw: NDArray[np.object_]) -> Geometries:
    try:
        return shapely.from_wkb(raw, on_invalid="ignore")
    except (NotImplementedError, shapely.errors.ShapelyError):  # one curve spoils the whole array
        found = np.empty(len(raw), dtype=object)
        found[:] = [_read_one(item) for item in raw]
        return found


def _read_one(item: bytes | None) -> shapely.Geometry | None:
    try:
        return shapely.from_wkb(item, on_invalid="ignore")
    except (NotImplementedError, shapely.errors.ShapelyError):
        return None


def _bytes(item: bytes | None) -> bytes | None:
    return None if item is None else bytes(item)


def _over_the_caps(geometries: Geometries) -> dict[int, Reason]:
    refused: dict[int, Reason] = {}
    coordinates, places = shapely.get_coordinates(geometries, return_index=True)
    for place in np.unique(places[~np.isfinite(coordinates).all(axis=1)]):
        refused[int(place)] = NOT_FINITE
    for place in np.flatnonzero(shapely.get_num_coordinates(geometries) > MAX_VERTICES):
        refused[int(place)] = TOO_MANY_VERTICES
    for place in np.flatnonzero(shapely.get_type_id(geometries) == _COLLECTION):
        if _nesting(geometries[place]) > MAX_NESTING:
            refused[int(place)] = TOO_DEEP
    return refused


def _nesting(geometry: shapely.Geometry) -> int:
    """Levels of collections, counted breadth first: a deep one must not exhaust our own stack."""
    level, parts = 0, np.array([geometry], dtype=object)
    while level <= MAX_NESTING:
        parts = parts[shapely.get_type_id(parts) == _COLLECTION]
        if not parts.size:
            break
        level, parts = level + 1, shapely.get_parts(parts)
    return level
