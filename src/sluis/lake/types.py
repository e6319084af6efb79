"""Frozen shapes of the lake. No Django: the sandboxed child uses these too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sluis.kernel.errors import fill


class ColumnType(StrEnum):
    """What a column of a table version holds. `decimal` is exact (see precision and scale), `number` is binary."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    GEOMETRY = "geometry"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the safe identifier in the Parquet file, `title` the header as the source wrote it."""

    name: str
    title: str
    type: ColumnType
    precision: int | None = None
    scale: int | None = None

    def to_json(self) -> dict[str, Any]:
        shape: dict[str, Any] = {"name": self.name, "title": self.title, "type": self.type.value}
        if self.precision is not None:
            shape |= {"precision": self.precision, "scale": self.scale or 0}
        return shape

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "Column":
        return cls(
            name=shape["name"],
            title=shape["title"],
            type=ColumnType(shape["type"]),
            precision=shape.get("precision"),
            scale=shape.get("scale"),
        )


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the owner of the file should know: a Dutch source text with named places, filled from `params`."""

    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "params": dict(self.params)}

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "Remark":
        return cls(code=shape["code"], message=shape["message"], params=dict(shape.get("params") or {}))

    def text(self, translate: Any = str) -> str:
        """The message in one language; `translate` is gettext or the identity."""
        return fill(self.message, self.params, translate)


@dataclass(frozen=True, slots=True)
class GeometryColumn:
    """`crs` is "EPSG:28992" and the like; `bbox` is (min x, min y, max x, max y) in that system."""

    column: str
    type: str
    crs: str
    bbox: tuple[float, float, float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        return {"column": self.column, "type": self.type, "crs": self.crs, "bbox": list(self.bbox or ()) or None}

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "GeometryColumn":
        box = shape.get("bbox")
        bbox = (float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None
        return cls(column=shape["column"], type=shape["type"], crs=shape["crs"], bbox=bbox)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a file. Always: rows_read = rows_loaded + rows_rejected.

    A row is a record below the header with anything in it, also when it is cut off, badly quoted or a total (those are
    rejected). Blank lines, comment lines and the title lines above the header are no rows.
    `dialect` of a delimited file or sheet: encoding, delimiter, quote, header_line, first_line, comment; decimal,
    thousands and date_order (dmy, mdy, ymd) as most columns have them, None where nothing shows it; columns that
    differ, by name; skipped: how many title lines and totals.
    `data` and `rejects` are file names in the `out` folder of the run (`rejects` is None when no row was rejected).
    """

    format: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    columns: tuple[Column, ...]
    dialect: Mapping[str, Any] = field(default_factory=dict[str, Any])
    geometry: GeometryColumn | None = None
    warnings: tuple[Remark, ...] = ()
    data: str = "data.parquet"
    rejects: str | None = None

    def __post_init__(self) -> None:
        if self.rows_read != self.rows_loaded + self.rows_rejected:
            raise ValueError(f"{self.rows_read} read != {self.rows_loaded} loaded + {self.rows_rejected} rejected")

    def to_json(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "dialect": dict(self.dialect),
            "rows_read": self.rows_read,
            "rows_loaded": self.rows_loaded,
            "rows_rejected": self.rows_rejected,
            "columns": [column.to_json() for column in self.columns],
            "geometry": self.geometry.to_json() if self.geometry else None,
            "warnings": [remark.to_json() for remark in self.warnings],
            "data": self.data,
            "rejects": self.rejects,
        }

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "IngestReport":
        return cls(
            format=shape["format"],
            rows_read=shape["rows_read"],
            rows_loaded=shape["rows_loaded"],
            rows_rejected=shape["rows_rejected"],
            columns=tuple(Column.from_json(column) for column in shape["columns"]),
            dialect=dict(shape.get("dialect") or {}),
            geometry=GeometryColumn.from_json(shape["geometry"]) if shape.get("geometry") else None,
            warnings=tuple(Remark.from_json(remark) for remark in shape.get("warnings") or ()),
            data=shape.get("data", "data.parquet"),
            rejects=shape.get("rejects"),
        )
