"""Controlled lists: shipped as compact files, loaded into tables, refreshed from their official addresses."""
