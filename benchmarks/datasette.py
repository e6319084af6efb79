"""Datasette beside us: the same table in SQLite with the indexes it deserves, served by Datasette's own server."""

import csv
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import httpx

from benchmarks.server import PATIENCE_SECONDS, free_port

VERSION = "0.65.1"
_PACKAGES = (f"datasette=={VERSION}", "setuptools<81")  # it still asks for pkg_resources, which newer ones do not have
TABLE = "/zaken/zaken"
PAGE = "_shape=objects&_nocount=1&_nofacet=1&_nosuggest=1"
"""A page of rows does not count, nor suggest anything, when nobody asked for it: ours does not either."""
_TYPES = {"id": "INTEGER PRIMARY KEY", "bedrag": "REAL", "oppervlakte": "REAL", "lat": "REAL", "lon": "REAL"}
_INDEXES = ("gemeente", "categorie", "status", "datum")
_SETTINGS = {"sql_time_limit_ms": "60000", "suggest_facets": "off"}


class NotThere(Exception):
    """Why there is no Datasette."""


def program(folder: Path) -> Path:
    """Datasette in an environment of its own below `folder`, made when it is not there. Raises NotThere."""
    home = folder / f"datasette-{VERSION}"
    if not (home / "ready").exists():
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", *_PACKAGES]
        for command in ([sys.executable, "-m", "venv", "--clear", str(home)], pip):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise NotThere((done.stderr or done.stdout).strip().splitlines()[-1][:200])
        (home / "ready").touch()
    return home / "bin" / "datasette"


def database(source: Path, folder: Path) -> Path:
    """The CSV of `benchmarks.table` as the SQLite file that gives Datasette its table; made once."""
    made = folder / "zaken.db"
    if not made.exists():
        unfinished = folder / "zaken.part"
        unfinished.unlink(missing_ok=True)
        _fill(unfinished, source)
        unfinished.rename(made)
    return made


def _fill(path: Path, source: Path) -> None:
    with source.open(newline="", encoding="utf-8") as stream, sqlite3.connect(path) as db:
        lines = csv.reader(stream)
        names = next(lines)
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute(f"CREATE TABLE zaken ({', '.join(f'{name} {_TYPES.get(name, "TEXT")}' for name in names)})")
        while some := list(islice(lines, 100_000)):
            db.executemany(f"INSERT INTO zaken VALUES ({', '.join('?' * len(names))})", some)
        for name in _INDEXES:
            db.execute(f"CREATE INDEX i_{name} ON zaken ({name})")
        # Datasette finds the words of a table by this very spelling, and without them ignores what is searched for.
        db.execute('CREATE VIRTUAL TABLE words USING fts5 (omschrijving, content="zaken", content_rowid="id")')
        db.execute("INSERT INTO words (words) VALUES ('rebuild')")
        db.execute("ANALYZE")
    db.close()


@contextmanager
def serving(data: Path, source: Path) -> Iterator[int]:
    """The port of Datasette with the table of `source`, until the block ends. Raises NotThere."""
    command = [str(program(data)), "serve", "-i", str(database(source, data)), "-p", str(port := free_port())]
    for name, value in _SETTINGS.items():
        command += ["--setting", name, value]
    with (data / "datasette.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/-/versions.json", process)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(address).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(address)
