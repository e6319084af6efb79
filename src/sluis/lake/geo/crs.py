"""Which coordinate system, by its EPSG name, and how to get from it to WGS84 and to RD New."""

import re
from functools import cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.geo import rdnap

RD_NEW, RD_NAP, WGS84, ETRS89 = "EPSG:28992", "EPSG:7415", "EPSG:4326", "EPSG:4258"
_RD = frozenset({RD_NEW, RD_NAP})
# RFC 7946 and EPSG treat these as one within their accuracy of decimetres (EPSG:4937 and 4979 have heights too).
DEGREES = frozenset({WGS84, ETRS89, "EPSG:4979", "EPSG:4937", "OGC:CRS84"})
Array = NDArray[np.float64]


def known(name: str) -> str:
    """`name` as "EPSG:<n>" when it is one PROJ knows. Raises Invalid."""
    text = name.strip().upper()
    if re.fullmatch(r"(EPSG:\d{4,6}|OGC:CRS84)", text):
        try:
            _crs(text)
        except pyproj.exceptions.CRSError:
            pass
        else:
            return text
    raise Invalid(
        "crs.unknown",
        N_("Het coördinatenstelsel {crs} is onbekend."),
        way_out=N_("Kies bijvoorbeeld EPSG:28992 (RD New) of EPSG:4326 (WGS84)."),
        crs=name,
    )


def identify(definition: str | None) -> str | None:
    """The EPSG name of a name, WKT or PROJ text from a file; None when it says nothing we can name."""
    if not definition:
        return None
    try:
        crs = pyproj.CRS.from_user_input(definition)
    except pyproj.exceptions.CRSError:
        return None
    authority = crs.to_authority(min_confidence=25) if "unknown" not in crs.name.lower() else None
    if authority is None or "undefined" in crs.name.lower():
        return None
    return ":".join(authority)


def guess(bounds: tuple[float, float, float, float]) -> str | None:
    """RD New or WGS84, where a box (min x, min y, max x, max y) fits only one of them; else None."""
    min_x, min_y, max_x, max_y = bounds
    if min_x >= -10_000 and max_x <= 310_000 and min_y >= 280_000 and max_y <= 660_000:
        return RD_NEW
    if min_x >= -180 and max_x <= 180 and min_y >= -90 and max_y <= 90:
        return WGS84
    return None


def projjson(crs: str) -> dict[str, object]:
    """The full definition, as GeoParquet wants it."""
    return _crs(crs).to_json_dict()


def to_wgs84(geometries: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """Geometries in `crs` → longitude and latitude; heights are left as they are, None stays None."""
    return geometries if crs in DEGREES else _transformed(geometries, crs, WGS84)


def transform(geometries: NDArray[np.object_], source: str, target: str) -> NDArray[np.object_]:
    """Between any two systems; RD New always through RDNAPTRANS2018."""
    same = source == target or {source, target} <= DEGREES or {source, target} <= _RD
    return geometries if same else _transformed(geometries, source, target)


def transform_points(x: Array, y: Array, source: str, target: str) -> tuple[Array, Array]:
    """x and y (longitude first) from one system to another; what cannot be computed becomes NaN."""
    if source in _RD:
        return _from_degrees(*rdnap.to_etrs89(x, y), target)
    if source in DEGREES:
        return _from_degrees(x, y, target)
    if target in _RD:
        return rdnap.to_rd(*_between(x, y, source, ETRS89))
    return _between(x, y, source, target)


def _from_degrees(lon: Array, lat: Array, target: str) -> tuple[Array, Array]:
    if target in _RD:
        return rdnap.to_rd(lon, lat)
    return (lon, lat) if target in DEGREES else _between(lon, lat, ETRS89, target)


def _between(x: Array, y: Array, source: str, target: str) -> tuple[Array, Array]:
    x, y = _transformer(source, target).transform(x, y)
    return np.where(np.isfinite(x), x, np.nan), np.where(np.isfinite(y), y, np.nan)


def _transformed(geometries: NDArray[np.object_], source: str, target: str) -> NDArray[np.object_]:
    def move(x: Array, y: Array) -> tuple[Array, Array]:
        return transform_points(x, y, source, target)

    flat = ~shapely.has_z(geometries)
    moved = np.array(geometries, dtype=object)
    moved[flat] = shapely.transform(geometries[flat], move, interleaved=False)
    moved[~flat] = shapely.transform(
        geometries[~flat], lambda x, y, z: (*move(x, y), z), include_z=True, interleaved=False
    )
    return moved


@cache
def _crs(name: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input(name)


@cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(_crs(source), _crs(target), always_xy=True)
