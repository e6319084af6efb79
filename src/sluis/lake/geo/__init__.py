"""Coordinates and geometry arrays: RD New ↔ ETRS89 with RDNAPTRANS2018, WKB columns, GeoParquet metadata.

Works on whole arrays, offline, without Django: it runs inside the sandbox child.
"""
