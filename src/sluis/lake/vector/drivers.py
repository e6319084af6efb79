"""One GDAL driver per kind of file; all others, the virtual ones first of all, are taken out of the process.

GDAL looks at the content of a file and picks a driver itself: a VRT inside a `.csv` read `/etc/passwd`. `OGR_SKIP`
only works when it is set before the library loads; removing drivers works whenever it is done, and can be verified.
"""

import ctypes
from functools import cache
from typing import Any

import pyogrio
import pyogrio._ogr

DRIVERS = {"geojson": "GeoJSON", "gpkg": "GPKG", "shapefile": "ESRI Shapefile", "gml": "GML"}

# Nothing leaves the machine, nothing beside the file is looked at, and SQL of the file itself is not trusted.
_SAFE = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "OGR_ARROW_MEM_LIMIT": str(64 * 1024 * 1024),
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NONE",
    "OGR_SQLITE_PRAGMA": "trusted_schema=OFF,cell_size_check=ON",
}


def only(driver: str) -> None:
    """Leave GDAL of this process with `driver` alone."""
    pyogrio.set_gdal_config_options(_SAFE)
    gdal = _gdal()
    wanted = _handles().get(driver)
    if wanted is None:
        raise RuntimeError(f"GDAL has no driver {driver}")
    for handle in [gdal.GDALGetDriver(i) for i in range(gdal.GDALGetDriverCount())]:
        if handle != wanted:
            gdal.GDALDeregisterDriver(handle)
    gdal.GDALRegisterDriver(wanted)


@cache
def _handles() -> dict[str, int]:
    """Every driver GDAL started with; a handle stays valid after it has been taken out."""
    gdal = _gdal()
    drivers = [gdal.GDALGetDriver(i) for i in range(gdal.GDALGetDriverCount())]
    return {gdal.GDALGetDriverShortName(handle).decode(): handle for handle in drivers}


@cache
def _gdal() -> Any:
    """GDAL's C interface, found through the extension that is already linked to it."""
    library = ctypes.CDLL(pyogrio._ogr.__file__)
    library.GDALGetDriver.restype = ctypes.c_void_p
    library.GDALGetDriver.argtypes = [ctypes.c_int]
    library.GDALGetDriverShortName.restype = ctypes.c_char_p
    library.GDALGetDriverShortName.argtypes = [ctypes.c_void_p]
    library.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    library.GDALRegisterDriver.argtypes = [ctypes.c_void_p]
    return library
