"""Entries for the sandbox: a SQLite file, read as other databases are. No Django here."""

import re
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import sqlalchemy as sa

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors.database import reading
from sluis.lake.connectors.database.types import Order

Progress = Callable[[float, str], None]
_DATE, _MOMENT = re.compile("^DATE$", re.IGNORECASE), re.compile("^(DATETIME|TIMESTAMP)", re.IGNORECASE)
_WAL_AT = slice(18, 20)


def describe(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Request: path, order. Returns `Described` as JSON."""
    with _opened(Path(request["path"])) as connection:
        return asdict(reading.describe(connection, Order.from_json(request["order"])))


def take(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Request: path, order, out. Returns `Taken` as JSON."""
    order = Order.from_json(request["order"])
    with _opened(Path(request["path"])) as connection:
        columns = reading.columns_of(connection, order)
        kinds = {name: _kind(connection, order, name, str(kind)) for name, kind in columns.items()}
        return asdict(reading.take(connection, order, Path(request["out"]), kinds))


@contextmanager
def _opened(path: Path) -> Generator[sa.Connection]:
    """Only reading. A file in WAL mode that nobody has open may only be opened as one that does not change."""
    with path.open("rb") as file:
        head = file.read(100)
    alone = head[_WAL_AT] == b"\2\2" and not path.with_name(path.name + "-wal").exists()
    address = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if alone else ''}"
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("PRAGMA trusted_schema = OFF"))
            yield connection
    except sa.exc.DatabaseError as error:
        raise Invalid(
            "source.sqlite",
            N_("Het bestand {file} is geen goede SQLite-database: {reason}."),
            file=path.name,
            reason=str(error.orig)[:200],
            english="reason",
        ) from error
    finally:
        engine.dispose()


def _kind(connection: sa.Connection, order: Order, name: str, declared: str) -> pa.DataType:
    """SQLite keeps any value in any column, so the values themselves say what the column holds."""
    column = sa.column(name)
    table = sa.table(order.table, column, schema=order.schema or None)
    query = sa.select(sa.func.typeof(column)).select_from(table).where(column.is_not(None)).distinct()
    found = {row[0] for row in connection.execute(query)}
    if found == {"text"}:
        return _text_kind(connection, table, column, declared)
    if found and found <= {"integer"}:
        return pa.int64()
    if found and found <= {"integer", "real"}:
        return pa.float64()
    return pa.binary() if found == {"blob"} else pa.string()


def _text_kind(connection: sa.Connection, table: sa.TableClause, column: Any, declared: str) -> pa.DataType:
    """Text in a column that is declared as a date or moment, when every value is one in ISO form."""
    if _DATE.match(declared):
        odd = sa.func.date(column).is_distinct_from(column)
        kind = pa.date32()
    elif _MOMENT.match(declared):
        clear = sa.func.replace(column, "T", " ")
        odd = sa.func.datetime(column).is_distinct_from(sa.func.substr(clear, 1, 19)) | (sa.func.length(column) > 26)
        kind = pa.timestamp("us")
    else:
        return pa.string()
    query = sa.select(sa.func.count()).select_from(table).where(column.is_not(None), odd)
    return pa.string() if connection.execute(query).scalar() else kind
