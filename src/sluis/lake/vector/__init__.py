"""Maps in: GeoJSON, GeoPackage, Shapefile and GML to GeoParquet. Runs in the sandbox child; no Django."""

from sluis.lake.vector.read import read_vector

__all__ = ["read_vector"]
