"""The rows of one table version for the rules of a contract: all parts as one view, with the number of each row."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sluis.kernel.sql import literal, quoted
from sluis.lake.contracts.types import Property
from sluis.lake.profile.duck_session import config, spatial
from sluis.lake.types import Column, ColumnType

if TYPE_CHECKING:
    from sluis.lake.engines.far import Far

ROWS, ROW = "sluis_rows", "sluis_row"
SECONDS, SECONDS_OF_AUTHOR = 600.0, 30.0


@dataclass(frozen=True, slots=True)
class Rows:
    """`columns` maps the name in the contract to the column of the table; a name that is not there has none.

    `personal` names the columns whose values are never shown, with the kind of personal data. With `far` questions are
    worked on elsewhere.
    """

    con: duckdb.DuckDBPyConnection
    count: int
    columns: Mapping[str, Column]
    tables: tuple[str, ...]
    personal: Mapping[str, str] = field(default_factory=dict[str, str])
    far: "Far | None" = None

    def all(self, sql: str, params: Sequence[Any] = (), seconds: float = SECONDS) -> list[tuple[Any, ...]]:
        """Raises duckdb.Error, also when it takes too long (InterruptException)."""
        if self.far:
            return self.far.all(sql, params, lambda: self._here(sql, params, seconds), seconds)
        return self._here(sql, params, seconds)

    def each[A, B](self, work: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """`work` on every item; from afar side by side, so that their questions go out together."""
        return self.far.each(work, items) if self.far else [work(item) for item in items]

    def _here(self, sql: str, params: Sequence[Any], seconds: float) -> list[tuple[Any, ...]]:
        timer = threading.Timer(seconds, self.con.interrupt)
        timer.daemon = True
        timer.start()
        try:
            return self.con.execute(sql, list(params)).fetchall()
        finally:
            timer.cancel()

    def one(self, sql: str, params: Sequence[Any] = ()) -> Any:
        return self.all(sql, params)[0][0]


@contextmanager
def opened(
    parts: Sequence[Path],
    columns: Sequence[Column],
    properties: Sequence[Property],
    tables: Sequence[str],
    personal: Mapping[str, str],
    far: Mapping[str, Any] | None = None,
) -> Iterator[Rows]:
    """The parts in their order; nothing but these files can be read, by whatever a rule asks.

    `far` says how to ask elsewhere.
    """
    with duckdb.connect(":memory:", config=config()) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET python_enable_replacements = false")
        if any(column.type is ColumnType.GEOMETRY for column in columns):
            con.load_extension(spatial())
        count = _view(con, parts)
        found = {one.name: column for one in properties if (column := _column(one, columns))}
        views = _named(con, tables, found)
        for view in views.values():
            con.execute(view)
        con.execute(f"SET allowed_paths = [{', '.join(literal(str(path)) for path in parts)}]")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield Rows(con, count, found, tuple(views), dict(personal), _far(con, columns, views, far) if far else None)


def _far(
    con: duckdb.DuckDBPyConnection, columns: Sequence[Column], views: Mapping[str, str], asking: Mapping[str, Any]
) -> "Far":
    from sluis.lake.engines.duck_work import SLICE
    from sluis.lake.engines.far import Far  # only for a table that is worked on elsewhere

    rows = f"CREATE VIEW {ROWS} AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS {ROW} FROM {SLICE}"
    shapes = any(column.type is ColumnType.GEOMETRY for column in columns)
    return Far(con, [ROWS, *views], ROW, [rows, *views.values()], shapes, asking)


def _view(con: duckdb.DuckDBPyConnection, parts: Sequence[Path]) -> int:
    before, selects = 0, []
    for path in parts:
        source = f"read_parquet({literal(str(path))}, file_row_number = true)"
        selects.append(f"SELECT * EXCLUDE (file_row_number), file_row_number + {before + 1} AS {ROW} FROM {source}")
        before += con.execute(f"SELECT count(*) FROM read_parquet({literal(str(path))})").fetchall()[0][0]
    con.execute(f"CREATE VIEW {ROWS} AS " + " UNION ALL BY NAME ".join(selects))
    return before


def _named(con: duckdb.DuckDBPyConnection, tables: Sequence[str], columns: Mapping[str, Column]) -> dict[str, str]:
    """The table under the names that the contract gives it, with its columns under both their names: SQL per name."""
    there = {name.casefold() for name, *_ in con.execute(f"DESCRIBE {ROWS}").fetchall()}
    more = [f"{quoted(c.name)} AS {quoted(name)}" for name, c in columns.items() if name.casefold() not in there]
    known: dict[str, str] = {}
    for table in tables:
        known.setdefault(table.casefold(), table)
    everything = f"SELECT {', '.join(['*', *more])} FROM {ROWS}"
    return {table: f"CREATE VIEW {quoted(table)} AS {everything}" for table in known.values()}


def _column(one: Property, columns: Sequence[Column]) -> Column | None:
    for name in one.names:
        for same in (lambda a, b: a == b, lambda a, b: a.casefold() == b.casefold()):
            found = next((c for c in columns if same(c.name, name) or same(c.title, name)), None)
            if found:
                return found
    return None
