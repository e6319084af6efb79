"""What MySQL and MariaDB have that others do not: values without a like elsewhere, put down without loss. No Django."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from pymysql.cursors import Cursor
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.mysql.base import ischema_names

_DAY = timedelta(days=1)
_LONGEST_BITS = 63
_NO_DATE = "0000-00-00"


class Shape(sa.types.UserDefinedType[Any]):
    """A geometry, which SQLAlchemy does not know; it comes as the number of its system and its WKB."""

    cache_ok = True


for _name in ("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"):
    ischema_names.setdefault(_name, Shape)
for _name in ("geometrycollection", "geomcollection"):
    ischema_names.setdefault(_name, Shape)


def arrow_of(kind: sa.types.TypeEngine[Any]) -> pa.DataType | None:
    """The Arrow type of what only these servers have; None for all else. A time may be a duration: text at first."""
    if isinstance(kind, mysql.BIT):
        return pa.bool_() if kind.length == 1 else pa.int64() if kind.length <= _LONGEST_BITS else pa.decimal128(20, 0)
    if isinstance(kind, mysql.YEAR):
        return pa.int64()
    if isinstance(kind, mysql.TIMESTAMP):  # kept in UTC, and given in that of the session: see `places`
        return pa.timestamp("us", tz="UTC")
    return pa.string() if isinstance(kind, mysql.TIME | Shape) else None


def selected(column: sa.ColumnElement[Any], kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """A short float comes with six digits when it is asked for as it is."""
    return column + sa.literal_column("0e0") if isinstance(kind, mysql.FLOAT) else column


def maker(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """From a value of the driver to one of `arrow_of`; None when it needs no care of ours."""
    if isinstance(kind, mysql.BIT):
        return _truth if kind.length == 1 else _bits
    if isinstance(kind, mysql.FLOAT):
        return _shortest
    return _drawn if isinstance(kind, Shape) else None


def is_no_date(value: Any) -> bool:
    """0000-00-00, which these servers allow and no calendar has."""
    return isinstance(value, str) and value.startswith(_NO_DATE)


@dataclass
class Hours:
    """The times of one column; `odd` when one is no time of a day, for these servers keep durations so too."""

    odd: bool = False

    def text(self, value: timedelta) -> str:
        self.odd = self.odd or not timedelta() <= value < _DAY
        seconds, rest = divmod(abs(value), timedelta(seconds=1))
        minutes, seconds = divmod(seconds, 60)
        parts = rest // timedelta(microseconds=1)
        sign = "-" if value < timedelta() else ""
        return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}" + (f".{parts:06}" if parts else "")

    @property
    def kind(self) -> pa.DataType:
        return pa.string() if self.odd else pa.time64("us")


def let_go(cursor: Any) -> None:
    """PyMySQL reads the rest of an answer when it is closed or forgotten, also from a connection that is gone."""
    if isinstance(cursor, Cursor):
        cursor.connection = None
        if (answer := getattr(cursor, "_result", None)) is not None:
            answer.unbuffered_active = False


def _bits(value: bytes) -> int:
    return int.from_bytes(value)


def _truth(value: bytes) -> bool:
    return bool(_bits(value))


def _shortest(value: float) -> float:
    return float(str(np.float32(value)))


def _drawn(value: bytes) -> str:
    import shapely

    return shapely.from_wkb(value[4:]).wkt
