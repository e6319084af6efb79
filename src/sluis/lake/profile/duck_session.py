"""One table in DuckDB with bounded memory: the view `t` on all rows, and the table `s` with a repeatable sample."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.types import Column, ColumnType

MEMORY = "400MB"
THREADS = 2
SAMPLE_ROWS = 200_000
SAMPLE_CELLS = 4_000_000
SAMPLE_TEXT = 300  # characters of a text that take part in the sample

_SPREAD = 2_654_435_761  # Knuth's multiplicative hash: the same rows in every version of DuckDB
_TURN = 2**32


@dataclass(frozen=True, slots=True)
class Session:
    """`rows` in the table, `sampled` rows in `s`."""

    con: duckdb.DuckDBPyConnection
    columns: tuple[Column, ...]
    rows: int
    sampled: int

    @property
    def whole(self) -> bool:
        """The sample is the whole table, so what comes from it is exact."""
        return self.sampled == self.rows

    def all(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.con.execute(sql, list(params)).fetchall()

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...]:
        return self.all(sql, params)[0]


@contextmanager
def opened(source: Path, columns: Sequence[Column], sample_rows: int = SAMPLE_ROWS) -> Iterator[Session]:
    """Raises Invalid when a named column is not in the file."""
    with duckdb.connect(":memory:", config=config()) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet({literal(str(source))}, file_row_number = true)")
        present = {name for name, *_ in con.execute("DESCRIBE t").fetchall()}
        for column in columns:
            if column.name not in present:
                raise Invalid("profile.column", N_("De kolom {column} staat niet in de tabel."), column=column.name)
        if any(c.type is ColumnType.GEOMETRY for c in columns):
            con.load_extension(spatial())
        rows = con.execute("SELECT count(*) FROM t").fetchall()[0][0]
        yield Session(con, tuple(columns), rows, _sample(con, columns, rows, sample_rows))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def config() -> dict[str, str | bool | int | float | list[str]]:
    return {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
        "threads": str(THREADS),
        "temp_directory": "duckdb.tmp",
        "preserve_insertion_order": "false",
    }


def _sample(con: duckdb.DuckDBPyConnection, columns: Sequence[Column], rows: int, most: int) -> int:
    kept = [c for c in columns if c.type is not ColumnType.GEOMETRY]
    wanted = max(1000, min(most, SAMPLE_CELLS // max(1, len(kept))))
    threshold = _TURN if rows <= wanted else wanted * _TURN // rows
    chosen = ", ".join([*map(_short, kept), "file_row_number"])
    con.execute(
        f"CREATE TEMP TABLE s AS SELECT {chosen} FROM t WHERE (file_row_number * {_SPREAD}) % {_TURN} < {threshold}"
    )
    return con.execute("SELECT count(*) FROM s").fetchall()[0][0]


def _short(column: Column) -> str:
    name = quoted(column.name)
    if column.type in (ColumnType.TEXT, ColumnType.JSON):
        return f"left({name}::VARCHAR, {SAMPLE_TEXT}) AS {name}"
    return name


def spatial() -> str:
    spec = find_spec("duckdb_extension_spatial")
    if spec is None or spec.origin is None:
        raise Invalid("profile.spatial", N_("De kaartkolom kan niet worden gelezen: een onderdeel ontbreekt."))
    return str(next(Path(spec.origin).parent.rglob("spatial.duckdb_extension")))
