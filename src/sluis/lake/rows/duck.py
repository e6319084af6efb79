"""DuckDB in process: one database, a cursor per thread, a wall-clock limit per query.

Only for Parquet that our sandbox wrote and SQL that this room builds. `configure` locks file access to the folders
that hold table versions; extensions are never fetched.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from sluis.kernel.errors import Invalid, Unavailable
from sluis.kernel.text import N_

_seconds = [20.0]
_limits = {"memory_limit": "1GB"}

_lock = threading.Lock()
_local = threading.local()
_folders: list[str] = []
_database: tuple[int, duckdb.DuckDBPyConnection] | None = None


def configure(folders: Sequence[Path], *, memory_mb: int, seconds: float, scratch: Path) -> None:
    """Let queries read under these folders only, within this memory and time; what does not fit goes to `scratch`.

    Call before the first query (the composition root does). Without it nothing is locked: that is for tests.
    """
    global _database
    with _lock:
        _folders[:] = [str(folder.resolve()) + "/" for folder in folders]
        _limits.update({"memory_limit": f"{memory_mb}MB", "temp_directory": str(scratch.resolve())})
        _seconds[0] = seconds
        _database = None


def fetch(sql: str, params: Sequence[Any] = (), seconds: float | None = None) -> list[tuple[Any, ...]]:
    """All rows of one query. Raises Unavailable (too slow, too big, unreadable) or Invalid (value out of range)."""
    cursor = cursor_of_thread()
    with limited(cursor, _seconds[0] if seconds is None else seconds):
        return cursor.execute(sql, list(params)).fetchall()


def fetch_some(sql: str, params: Sequence[Any], most_bytes: int) -> tuple[list[tuple[Any, ...]], bool]:
    """Rows until their texts together are larger than `most_bytes`, and whether they were cut off there.

    One row always comes. A text that was made by a function is small on disk and large here. Raises as `fetch` does.
    """
    cursor = cursor_of_thread()
    with limited(cursor, _seconds[0]):
        return some(cursor.execute(sql, list(params)).fetchmany, most_bytes)


def some(fetch_many: Callable[[int], list[tuple[Any, ...]]], most_bytes: int) -> tuple[list[tuple[Any, ...]], bool]:
    """What `fetch_some` gives, from anything that hands out its next rows."""
    found: list[tuple[Any, ...]] = []
    size, number = 0, 1
    while lines := fetch_many(number):
        found += lines
        size += sum(len(value) for line in lines for value in line if isinstance(value, str | bytes))
        if size > most_bytes:
            return found, bool(fetch_many(1))
        number = min(number * 2, 1024)
    return found, False


@contextmanager
def limited(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt the cursor after `seconds`, and speak our own errors."""
    timer = threading.Timer(seconds, cursor.interrupt)
    timer.daemon = True
    timer.start()
    try:
        with spoken():
            yield
    finally:
        timer.cancel()


@contextmanager
def spoken() -> Iterator[None]:
    """Turn DuckDB's errors into ours; its own text may name paths, so it stays inside."""
    try:
        yield
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as fault:
        raise Unavailable(
            "rows.too_heavy",
            N_("Deze vraag kost te veel tijd of geheugen."),
            way_out=N_("Gebruik meer filters, of download de hele tabel."),
            passes=False,
        ) from fault
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as fault:
        raise Invalid("rows.out_of_range", N_("Een waarde in de vraag is te groot voor de kolom.")) from fault
    except duckdb.Error as fault:
        raise Unavailable("rows.unreadable", N_("De tabel kan nu niet worden gelezen."), passes=False) from fault


def cursor_of_thread() -> duckdb.DuckDBPyConnection:
    database = _open()
    if getattr(_local, "database", None) is not database:
        _local.database, _local.cursor = database, database.cursor()
    return _local.cursor


def new_cursor() -> duckdb.DuckDBPyConnection:
    """A cursor for one long stream, so that the thread's own stays free; the caller closes it."""
    return _open().cursor()


def _open() -> duckdb.DuckDBPyConnection:
    global _database
    current = _database
    if current is not None and current[0] == os.getpid():  # after a fork the parent's threads are gone
        return current[1]
    with _lock:
        if _database is None or _database[0] != os.getpid():
            _database = (os.getpid(), _connect())
        return _database[1]


def _connect() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            **_limits,
            "threads": str(max(2, min(8, os.cpu_count() or 2))),
        },
    )
    database.execute("SET TimeZone = 'UTC'")
    database.execute("SET parquet_metadata_cache = true")
    if spatial := spatial_extension():
        database.load_extension(spatial)
    if _folders:
        database.execute("SET allowed_directories = $1", [[*_folders, "/dev/fd/"]])
        database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


@lru_cache(maxsize=1)
def spatial_extension() -> str:
    """Path of the spatial extension from its wheel; "" when it is not installed."""
    spec = find_spec("duckdb_extension_spatial")
    if spec is None or spec.origin is None:
        return ""
    found = sorted(Path(spec.origin).parent.rglob("spatial.duckdb_extension"))
    return str(found[0]) if found else ""
