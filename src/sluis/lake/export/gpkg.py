"""GeoPackage in the coordinate system of the table, through GDAL's own Arrow writer."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyogrio.raw

from sluis.lake.export.table import Table
from sluis.lake.vector import drivers

_BATCH = 16_384
# GDAL writes "now" into gpkg_contents; the same table must give the same bytes, so every file has this moment.
_MOMENT = "2000-01-01T00:00:00.000Z"


def write(table: Table, path: Path) -> None:
    """One layer called after the table; the geometry column is `geom`, as in every GeoPackage."""
    _, crs = table.require_geometry("GeoPackage")
    drivers.only("GPKG")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _MOMENT})
    path.unlink(missing_ok=True)
    names = table.all_columns()
    schema = pa.schema([_plain(table.schema.field(name)) for name in names])
    pyogrio.raw.write_arrow(
        pa.RecordBatchReader.from_batches(schema, _batches(table, schema)),
        path,
        layer=table.name,
        driver="GPKG",
        geometry_name=table.geometry,
        geometry_type="Unknown",
        crs=crs,
        layer_options={"GEOMETRY_NAME": "geom", "FID": _free_name(table)},
    )


def _batches(table: Table, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(table.source) as file:
        for batch in file.iter_batches(_BATCH, columns=schema.names):
            yield batch.select(schema.names).cast(schema)


def _plain(field: pa.Field) -> pa.Field:
    """GeoPackage has no exact decimal and no time of day: the first becomes a real, the second text."""
    if pa.types.is_decimal(field.type):
        return pa.field(field.name, pa.float64())
    if pa.types.is_time(field.type):
        return pa.field(field.name, pa.string())
    return pa.field(field.name, field.type)


def _free_name(table: Table) -> str:
    name = "fid"
    while name in table.columns:
        name = f"_{name}"
    return name
