"""From what GDAL found in a layer to our column types, and the values with them."""

import json
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sluis.kernel.text import N_
from sluis.lake.names import safe_names
from sluis.lake.types import Column, ColumnType, Remark

# Names GDAL and GeoPackage give a key that says nothing; any other name is a column of the owner.
_MEANINGLESS_KEYS = frozenset({"fid", "ogc_fid"})
_TARGETS = {
    ColumnType.TEXT: pa.string(),
    ColumnType.JSON: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIME: pa.time64("us"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """Where in a batch a column stands, and what it becomes."""

    index: int
    column: Column
    target: pa.DataType


@dataclass(frozen=True, slots=True)
class Layout:
    """Fields of the owner, and the places of GDAL's key and of the geometry (None without one)."""

    fields: tuple[Field, ...]
    geometry: int | None
    remarks: tuple[Remark, ...]

    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(field.column.name, field.target) for field in self.fields])


def layout(schema: pa.Schema, *, keep_key: bool) -> Layout:
    """`schema` as GDAL's Arrow stream gives it: the key first, the geometry last."""
    geometry = next((i for i, field in enumerate(schema) if _is_geometry(field)), None)
    first = 0 if keep_key and schema.field(0).name.lower() not in _MEANINGLESS_KEYS else 1
    places = [i for i in range(first, len(schema)) if i != geometry]
    left_out = [schema.field(i).name for i in places if _is_bytes(schema.field(i).type)]
    places = [i for i in places if not _is_bytes(schema.field(i).type)]
    titles = [schema.field(i).name for i in places]
    fields = [_field(i, schema.field(i), name) for i, name in zip(places, safe_names(titles), strict=True)]
    remarks = ()
    if left_out:
        text = N_("Deze kolommen bevatten bestanden in plaats van waarden en zijn niet geladen: {columns}.")
        remarks = (Remark("vector.binary-columns", text, {"columns": ", ".join(left_out)}),)
    return Layout(tuple(fields), geometry, remarks)


def values(batch: pa.RecordBatch, field: Field) -> pa.Array:
    """The column of one batch in its final type."""
    array = batch.column(field.index)
    if pa.types.is_nested(array.type):
        texts = [None if item is None else json.dumps(item, ensure_ascii=False) for item in array.to_pylist()]
        return pa.array(texts, pa.string())
    return pc.cast(array, field.target)


def _field(index: int, source: pa.Field, name: str) -> Field:
    if pa.types.is_timestamp(source.type):
        target = pa.timestamp("us", source.type.tz)
        return Field(index, Column(name, source.name, ColumnType.DATETIME), target)
    kind = _column_type(source)
    return Field(index, Column(name, source.name, kind), _TARGETS[kind])


def _column_type(source: pa.Field) -> ColumnType:
    said = (source.metadata or {}).get(b"ARROW:extension:name")
    if said == b"arrow.json" or pa.types.is_nested(source.type):
        return ColumnType.JSON
    tests = (
        (pa.types.is_boolean, ColumnType.BOOLEAN),
        (pa.types.is_integer, ColumnType.INTEGER),
        (pa.types.is_floating, ColumnType.NUMBER),
        (pa.types.is_date, ColumnType.DATE),
        (pa.types.is_time, ColumnType.TIME),
    )
    return next((kind for test, kind in tests if test(source.type)), ColumnType.TEXT)


def _is_geometry(field: pa.Field) -> bool:
    name = (field.metadata or {}).get(b"ARROW:extension:name", b"")
    return name.startswith((b"geoarrow.", b"ogc."))


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
