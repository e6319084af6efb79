"""One table in DuckDB with bounded memory: the view `t` on all rows, and once looked at the repeatable sample `s`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import accumulate, batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sluis.kernel.errors import Invalid
from sluis.kernel.sql import literal, quoted
from sluis.kernel.text import N_
from sluis.lake.profile.arrow_look import TEXTS, Look
from sluis.lake.streams import stream
from sluis.lake.types import Column, ColumnType

if TYPE_CHECKING:
    from sluis.lake.engines.far import Far

MEMORY = "400MB"
THREADS = 2
SAMPLE_ROWS = 200_000
SAMPLE_CELLS = 4_000_000
_COLUMNS_AT_ONCE = 50
_ZONE = "SET TimeZone = 'UTC'"


@dataclass(frozen=True, slots=True)
class Session:
    """`rows` in the table, `sampled` rows in `s`; `plain` texts hold no sign that personal data needs.

    With `far` questions about all rows are worked on elsewhere.
    """

    con: duckdb.DuckDBPyConnection
    source: Sequence[Path]
    columns: tuple[Column, ...]
    rows: int
    sampled: int = 0
    plain: frozenset[str] = frozenset()
    far: "Far | None" = None

    @property
    def whole(self) -> bool:
        """The sample is the whole table, so what comes from it is exact."""
        return self.sampled == self.rows

    def all(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.far.all(sql, params, lambda: self._here(sql, params)) if self.far else self._here(sql, params)

    def _here(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self.con.execute(sql, list(params)).fetchall()

    def define(self, sql: str) -> None:
        """Make a macro for the questions that follow."""
        self.far.define(sql) if self.far else self.con.execute(sql)

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...]:
        return self.all(sql, params)[0]

    def both[A, B](self, first: "Callable[[Session], A]", second: "Callable[[Session], B]") -> tuple[A, B]:
        """Two pieces of work at a time: short questions leave a processor idle."""
        if self.far:
            one, other = self.far.each(lambda work: work(self), [first, second])
            return one, other
        with ThreadPoolExecutor(1) as beside:
            one = beside.submit(first, self._beside())
            other = second(self)
            return one.result(), other

    def each[A, B](self, work: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """`work` on every item; from afar side by side, so that their questions go out together."""
        return self.far.each(work, items) if self.far else [work(item) for item in items]

    def _beside(self) -> "Session":
        """The same tables for another thread."""
        con = self.con.cursor()
        con.execute(_ZONE)
        return replace(self, con=con)

    def looks(self, wanted: int = SAMPLE_ROWS) -> list[Look]:
        """Looks, not begun, that together see all columns but geometry; `wanted` rows are the sample."""
        kept = [c for c in self.columns if c.type is not ColumnType.GEOMETRY]
        wanted = max(1000, min(wanted, SAMPLE_CELLS // max(1, len(kept))))
        return [Look(self.source, some, self.rows, wanted) for some in batched(kept, _COLUMNS_AT_ONCE)]

    def streamed(self, look: Look, sql: str) -> tuple[Any, ...]:
        """The one row that a query over `stream` gives: all rows go by, and are looked at on their way."""
        if self.far:
            return self.far.looked(look, sql)
        self.con.register("stream", stream(look.batches()))
        try:
            return self.con.execute(sql).fetchall()[0]
        finally:
            self.con.unregister("stream")

    def sampling(self, looks: Sequence[Look]) -> "Session":
        """This session with the sample of these looks as `s`, in the types of `t`: those of Arrow may be other ones."""
        if not looks:  # nothing but geometry
            return replace(self, sampled=self.rows)
        samples = [look.sample() for look in looks]
        taken = pa.table({name: sample[name] for sample in samples for name in sample.column_names})
        columns = ", ".join(_typed(column) for look in looks for column in look.columns)
        self.con.execute(f"CREATE TABLE s AS SELECT {columns} FROM t LIMIT 0")
        self.con.register("taken", taken).execute("INSERT INTO s SELECT * FROM taken").unregister("taken")
        pa.default_memory_pool().release_unused()  # what went by is not read again
        plain = frozenset(name for look in looks for name in look.plain)
        return replace(self, sampled=taken.num_rows, plain=plain)


@contextmanager
def opened(
    source: Sequence[Path], columns: Sequence[Column], far: Mapping[str, Any] | None = None
) -> Iterator[Session]:
    """All parts of a table as one; `far` says how to ask elsewhere. Raises Invalid when a named column is in none."""
    with duckdb.connect(":memory:", config=config()) as con:
        con.execute(_ZONE)
        con.execute(f"CREATE VIEW t AS {_rows(source)}")
        present = {name for name, *_ in con.execute("DESCRIBE t").fetchall()}
        for column in columns:
            if column.name not in present:
                raise Invalid("profile.column", N_("De kolom {column} staat niet in de tabel."), column=column.name)
        if any(c.type is ColumnType.GEOMETRY for c in columns):
            con.load_extension(spatial())
        rows = con.execute("SELECT count(*) FROM t").fetchall()[0][0]
        yield Session(con, source, tuple(columns), rows, far=_far(con, columns, far) if far else None)


def _far(con: duckdb.DuckDBPyConnection, columns: Sequence[Column], asking: Mapping[str, Any]) -> "Far":
    from sluis.lake.engines.duck_work import SLICE
    from sluis.lake.engines.far import Far  # they read tables with what stands here

    shapes = any(c.type is ColumnType.GEOMETRY for c in columns)
    return Far(con, ["t"], "file_row_number", [f"CREATE VIEW t AS SELECT * FROM {SLICE}"], shapes, asking)


def _rows(source: Sequence[Path]) -> str:
    """Rows with their number in the table, counted from 0."""
    files = ", ".join(literal(str(path)) for path in source)
    if len(source) == 1:
        return f"SELECT * FROM read_parquet({files}, file_row_number = true)"
    starts = accumulate((pq.read_metadata(path).num_rows for path in source[:-1]), initial=0)
    place = f"file_row_number + [{', '.join(map(str, starts))}][file_index::BIGINT + 1]"
    inner = f"SELECT *, file_index FROM read_parquet([{files}], file_row_number = true, union_by_name = true)"
    return f"SELECT * EXCLUDE (file_index) REPLACE ({place} AS file_row_number) FROM ({inner})"


def config() -> dict[str, str | bool | int | float | list[str]]:
    return {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
        "threads": str(THREADS),
        "temp_directory": "duckdb.tmp",
        "preserve_insertion_order": "false",
    }


def _typed(column: Column) -> str:
    name = quoted(column.name)
    return f"{name}::VARCHAR AS {name}" if column.type in TEXTS else name


def spatial() -> str:
    spec = find_spec("duckdb_extension_spatial")
    if spec is None or spec.origin is None:
        raise Invalid("profile.spatial", N_("De kaartkolom kan niet worden gelezen: een onderdeel ontbreekt."))
    return str(next(Path(spec.origin).parent.rglob("spatial.duckdb_extension")))
