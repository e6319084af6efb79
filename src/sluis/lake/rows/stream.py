"""A whole selection as bytes, in bounded memory, at the speed of DuckDB's own COPY.

DuckDB copies into a pipe; we hand on what comes out. A reader that stops closes the pipe, which ends the copy.
"""

import os
import threading
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from sluis.kernel.errors import Invalid, SluisError
from sluis.kernel.text import N_
from sluis.lake.rows import duck
from sluis.lake.rows.duck_export import FORMATS, copy_of
from sluis.lake.rows.types import Column, PageRequest

CHUNK = 1 << 18


def stream(path: Path, columns: Sequence[Column], request: PageRequest, form: str = "csv") -> Iterator[bytes]:
    """Every row of the selection in the asked order; limit and cursor are left aside.

    `form`: csv (comma, UTF-8, for machines), csv-excel (semicolon, BOM, formulas disarmed), ndjson, json (one list).
    Raises Invalid for another form, at once; Unavailable while reading, when the copy fails.
    """
    if form not in FORMATS:
        raise Invalid("rows.form", N_("Deze vorm kan niet; kies uit {allowed}."), allowed=", ".join(FORMATS))
    return _pump(path, columns, request, form)


def _pump(path: Path, columns: Sequence[Column], request: PageRequest, form: str) -> Iterator[bytes]:
    if form == "csv-excel":
        yield BOM_UTF8
    cursor = duck.new_cursor()
    out, into = os.pipe()
    failure: list[SluisError] = []
    sql, params = copy_of(columns, request, form, f"/dev/fd/{into}")

    def work() -> None:
        try:
            with duck.spoken():
                cursor.execute(sql, [str(path), *params])
        except SluisError as fault:
            failure.append(fault)
        finally:
            os.close(into)

    worker = threading.Thread(target=work, name="sluis-rows-stream", daemon=True)
    worker.start()
    try:
        while chunk := os.read(out, CHUNK):
            yield chunk
    finally:
        os.close(out)
        _stop(worker, cursor)
    if failure:
        raise failure[0]


def _stop(worker: threading.Thread, cursor: duckdb.DuckDBPyConnection) -> None:
    """The copy sees a broken pipe at its next write; the interrupt ends one that is still searching."""
    while worker.is_alive():
        cursor.interrupt()
        worker.join(0.05)
    cursor.close()
