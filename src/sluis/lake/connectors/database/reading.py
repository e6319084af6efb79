"""From a table to a Parquet file, in batches: the same for every database. No Django: the sandboxed child uses it too.

The database tells the types; values come as its driver gives them and are put into Arrow without loss. What does not
fit its type is an error that names the column.
"""

import difflib
import json
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.dialects import mysql as sa_mysql

from sluis.lake.connectors.database import mysql
from sluis.lake.connectors.database.decimals import Digits, Loose, exact
from sluis.lake.connectors.database.outcome import no_column, no_table, wrong_cursor, wrong_value
from sluis.lake.connectors.database.types import Described, Order, Taken
from sluis.lake.connectors.unpacking import MB, too_big

BATCH = 5_000
_LOOSE = pa.string()
_DIGITS = 38
type Columns = dict[str, sa.types.TypeEngine[Any]]
_RULES: tuple[tuple[tuple[type[Any], ...], pa.DataType], ...] = (
    ((sa.Boolean,), pa.bool_()),
    ((sa.Integer,), pa.int64()),
    ((sa.Float,), pa.float64()),
    ((sa.Date,), pa.date32()),
    ((sa.Time,), pa.time64("us")),
    ((sa.LargeBinary,), pa.binary()),
)
_CURSORS = (sa.Integer, sa.Numeric, sa.Date, sa.DateTime, sa.String)


def describe(connection: sa.Connection, order: Order) -> Described:
    """Names the server and the columns; reads one row to know that it may."""
    columns = columns_of(connection, order)
    for _batch in _rows(connection, replace(order, limit=1), columns):
        pass
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    return Described(f"{connection.dialect.name} {version}".strip(), tuple(columns))


def take(connection: sa.Connection, order: Order, out: Path, kinds: dict[str, pa.DataType] | None = None) -> Taken:
    """Write the rows to `out`. `kinds` are the Arrow types where the declared ones say too little (SQLite)."""
    columns = columns_of(connection, order)
    schema = pa.schema([(name, (kinds or {}).get(name) or arrow_of(kind)) for name, kind in columns.items()])
    loose = {} if kinds else {name: made for name, kind in columns.items() if (made := _loose(kind))}
    makers = [_maker(field.type, loose.get(field.name), columns[field.name]) for field in schema]
    rows, last = 0, None
    with pq.ParquetWriter(out, schema) as writer, closing(_rows(connection, order, columns)) as batches:
        for batch in batches:
            writer.write_batch(_batch(batch, schema, makers))
            rows += len(batch)
            last = batch[-1][-1] if order.cursor else None
            if out.stat().st_size > order.max_mb * MB:
                raise too_big(order.table, order.max_mb)
    exact(out, loose)
    dates = [(name, make) for name, make in zip(columns, makers, strict=True) if isinstance(make, _Dates)]
    return Taken(rows, _written(last), {name: make.none for name, make in dates})


class _Dates:
    """Makes the days or moments of one column; counts what was no date, and stays empty."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make, self.none = make, 0

    def __call__(self, value: Any) -> Any:
        if mysql.is_no_date(value):
            self.none += 1
            return None
        return self._make(value)


def columns_of(connection: sa.Connection, order: Order) -> Columns:
    """Name and declared type of the columns that are wanted, in order. Raises Invalid for what is not there."""
    found = _reflected(connection, order)
    names = [str(column["name"]) for column in found]
    for wanted in (*order.columns, *((order.cursor,) if order.cursor else ())):
        if wanted not in names:
            raise no_column(wanted, names)
    known = {str(column["name"]): column["type"] for column in found}
    if order.cursor and not isinstance(known[order.cursor], (*_CURSORS, sa.types.NullType)):
        raise wrong_cursor(order.cursor)
    return {name: known[name] for name in (order.columns or names)}


def _reflected(connection: sa.Connection, order: Order) -> Sequence[Any]:
    inspector = sa.inspect(connection)
    schema = order.schema or None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)  # a type SQLAlchemy does not know is read as text
        try:
            found = inspector.get_columns(order.table, schema=schema)
        except sa.exc.NoSuchTableError:
            found = []
    if connection.dialect.name in ("mysql", "mariadb"):
        for column in found:  # as SHOW CREATE TABLE quotes them
            column["name"] = str(column["name"]).replace("``", "`")
    if not found:
        names = [*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)]
        raise no_table(order.table, difflib.get_close_matches(order.table, names, n=5, cutoff=0.5))
    return found


def _rows(connection: sa.Connection, order: Order, columns: Columns) -> Generator[Sequence[Any]]:
    """Batches of rows; with a cursor column its value stands last in each row once more."""
    table = sa.table(order.table, *(sa.column(name) for name in columns), schema=order.schema or None)
    query = sa.select(*(mysql.selected(table.c[name], kind).label(name) for name, kind in columns.items()))
    if order.cursor:
        kind = columns_of(connection, Order(order.schema, order.table))[order.cursor]
        at = sa.column(order.cursor, kind, _selectable=table)
        query = query.add_columns(sa.type_coerce(at, sa.types.NullType()).label("sluis_cursor")).order_by(at)
        if order.since is not None:
            since = sa.bindparam("since", _read(order.since, kind), type_=kind)
            query = query.where(at >= since if order.again else at > since)
    if order.limit:
        query = query.limit(order.limit)
    with connection.execution_options(stream_results=True, yield_per=BATCH).execute(query) as result:
        ended, cursor = False, result.cursor
        try:
            yield from result.partitions(BATCH)
            ended = True
        finally:
            if not ended:  # hang up at once: to close this result MySQL would have to send all of it
                connection.invalidate()
                mysql.let_go(cursor)


def arrow_of(kind: sa.types.TypeEngine[Any]) -> pa.DataType:
    """The Arrow type that holds every value of this type; text for what has no other."""
    if (own := mysql.arrow_of(kind)) is not None:
        return own
    if isinstance(kind, sa.DateTime):
        return pa.timestamp("us", tz="UTC" if kind.timezone else None)
    if isinstance(kind, sa.BigInteger) and getattr(kind, "unsigned", False):
        return pa.decimal128(20, 0)
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        fits = kind.precision and kind.precision <= _DIGITS and (kind.scale or 0) >= 0
        return pa.decimal128(kind.precision, kind.scale or 0) if fits else _LOOSE
    return next((arrow for classes, arrow in _RULES if isinstance(kind, classes)), _LOOSE)


def _loose(kind: sa.types.TypeEngine[Any]) -> Loose | None:
    """A number of any length, or what may be a time or a duration: written as text at first, and as what holds them all
    when all rows are known."""
    if isinstance(kind, sa_mysql.TIME):
        return mysql.Hours()
    return Digits() if isinstance(kind, sa.Numeric) and arrow_of(kind) == _LOOSE else None


def _batch(rows: Sequence[Any], schema: pa.Schema, makers: Sequence[Callable[[Any], Any]]) -> pa.RecordBatch:
    arrays = [_array([row[n] for row in rows], field, makers[n]) for n, field in enumerate(schema)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: list[Any], field: pa.Field, make: Callable[[Any], Any]) -> pa.Array:
    try:
        return pa.array([None if value is None else make(value) for value in values], field.type)
    except (pa.ArrowException, ValueError, TypeError, OverflowError, AttributeError):
        raise wrong_value(field.name, _first_wrong(values, field, make)) from None


def _first_wrong(values: list[Any], field: pa.Field, make: Callable[[Any], Any]) -> Any:
    for value in values:
        try:
            pa.array([None if value is None else make(value)], field.type)
        except (pa.ArrowException, ValueError, TypeError, OverflowError, AttributeError):
            return value
    return ""


def _maker(kind: pa.DataType, loose: Loose | None, declared: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    if loose is not None:
        return loose.text
    if (own := mysql.maker(declared)) is not None:
        return own
    if kind == pa.bool_():
        return bool
    if pa.types.is_timestamp(kind):
        return _Dates(_moment if kind.tz is None else _zoned)
    if kind == pa.date32():
        return _Dates(_day)
    return _text if kind == _LOOSE else _same


def _same(value: Any) -> Any:
    return value


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _zoned(value: Any) -> datetime:
    """A moment without a zone in a column that has one is in UTC."""
    moment = _moment(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value.date() if isinstance(value, datetime) else value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return ", ".join(sorted(map(str, value))) if isinstance(value, set | frozenset) else str(value)


def _written(value: Any) -> str | None:
    if value is None or mysql.is_no_date(value):
        return None
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _read(text: str, kind: sa.types.TypeEngine[Any]) -> Any:
    """Inverse of `_written`, as the driver wants it for a column of this type."""
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat(text)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(text)
    if isinstance(kind, sa.Integer):
        return int(text)
    return Decimal(text) if isinstance(kind, sa.Numeric) else text
