"""The open lake: released tables as Apache Iceberg, for engines outside. Nothing is stored for it.

A table is a dataset that is open, a snapshot is a release of it that stands, and its data file is the Parquet file of
that release. Metadata and manifests follow from the projection and from the footer of that file, always to the same
bytes; so they are made when somebody asks, on whichever machine.
"""

from sluis.release.openlake.reading import (
    BUCKET,
    data_file,
    metadata_file,
    namespaces,
    table,
    tables,
)

__all__ = ["BUCKET", "data_file", "metadata_file", "namespaces", "table", "tables"]
