"""The rows of one table version for the rules of a contract: all parts as one view, with the number of each row."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sluis.lake.contracts.types import Property
from sluis.lake.profile.duck_session import config, literal, quoted, spatial
from sluis.lake.types import Column, ColumnType

ROWS, ROW = "sluis_rows", "sluis_row"
SECONDS, SECONDS_OF_AUTHOR = 600.0, 30.0


@dataclass(frozen=True, slots=True)
class Rows:
    """`columns` maps the name in the contract to the column of the table; a name that is not there has none.

    `personal` names the columns whose values are never shown, with the kind of personal data.
    """

    con: duckdb.DuckDBPyConnection
    count: int
    columns: Mapping[str, Column]
    tables: tuple[str, ...]
    personal: Mapping[str, str] = field(default_factory=dict[str, str])

    def all(self, sql: str, params: Sequence[Any] = (), seconds: float = SECONDS) -> list[tuple[Any, ...]]:
        """Raises duckdb.Error, also when it takes too long (InterruptException)."""
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
) -> Iterator[Rows]:
    """The parts in their order; nothing but these files can be read, by whatever a rule asks."""
    with duckdb.connect(":memory:", config=config()) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET python_enable_replacements = false")
        if any(column.type is ColumnType.GEOMETRY for column in columns):
            con.load_extension(spatial())
        count = _view(con, parts)
        found = {one.name: column for one in properties if (column := _column(one, columns))}
        known = _named(con, tables, found)
        con.execute(f"SET allowed_paths = [{', '.join(literal(str(path)) for path in parts)}]")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield Rows(con, count, found, known, dict(personal))


def _view(con: duckdb.DuckDBPyConnection, parts: Sequence[Path]) -> int:
    before, selects = 0, []
    for path in parts:
        source = f"read_parquet({literal(str(path))}, file_row_number = true)"
        selects.append(f"SELECT * EXCLUDE (file_row_number), file_row_number + {before + 1} AS {ROW} FROM {source}")
        before += con.execute(f"SELECT count(*) FROM read_parquet({literal(str(path))})").fetchall()[0][0]
    con.execute(f"CREATE VIEW {ROWS} AS " + " UNION ALL BY NAME ".join(selects))
    return before


def _named(con: duckdb.DuckDBPyConnection, tables: Sequence[str], columns: Mapping[str, Column]) -> tuple[str, ...]:
    """The table under the names that the contract gives it, with its columns under both their names."""
    there = {name.casefold() for name, *_ in con.execute(f"DESCRIBE {ROWS}").fetchall()}
    more = [f"{quoted(c.name)} AS {quoted(name)}" for name, c in columns.items() if name.casefold() not in there]
    known: dict[str, str] = {}
    for table in tables:
        known.setdefault(table.casefold(), table)
    for table in known.values():
        con.execute(f"CREATE VIEW {quoted(table)} AS SELECT {', '.join(['*', *more])} FROM {ROWS}")
    return tuple(known.values())


def _column(one: Property, columns: Sequence[Column]) -> Column | None:
    for name in one.names:
        for same in (lambda a, b: a == b, lambda a, b: a.casefold() == b.casefold()):
            found = next((c for c in columns if same(c.name, name) or same(c.title, name)), None)
            if found:
                return found
    return None
