"""The other database: reached beside ours, brought to this version, refused when it holds something already."""

import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from sluis.cli.databases.tables import ICEBERG, table_names
from sluis.conf.database import configuration
from sluis.conf.env import surroundings
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_

MARK = "sluis_move"
"""Table in a database that is being filled: which tables are there already. Gone when all of it is."""


@contextmanager
def opened(alias: str, address: str, data: Path) -> Generator[None]:
    """Reach a database by this name: a PostgreSQL by its address, or SQLite in `data`. Raises Invalid, without the
    address: a password stands in it.
    """
    try:
        connections.databases[alias] = _like_ours(configuration(address, data, connections=2))
    except ValueError:
        raise Invalid(
            "move.address",
            N_("Dit is geen adres van een PostgreSQL-database."),
            way_out=N_("Schrijf postgresql://gebruiker:wachtwoord@server:5432/naam, of sqlite."),
        ) from None
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


def _like_ours(entry: dict[str, Any]) -> dict[str, Any]:
    entry["OPTIONS"].pop("pool", None)
    given = dict.fromkeys(("USER", "PASSWORD", "HOST", "PORT"), "") | entry
    return {**connections.databases["default"], "TEST": {}, **given}


def refuse_filled(address: str) -> None:
    """Raise Conflict when something stands in this PostgreSQL, before anything is done; what an attempt left that broke
    off is nothing. Needs no Django."""
    import psycopg

    with psycopg.connect(address, connect_timeout=10) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = any(current_schemas(false))")
        names = {name for (name,) in rows}
    if names and MARK not in names:
        raise _filled()


def _filled() -> Conflict:
    return Conflict(
        "move.not-empty",
        N_("In de andere database staat al iets; daar komt nooit iets overheen."),
        way_out=N_("Maak een nieuwe, lege database en noem die."),
    )


def prepare(alias: str, address: str, data: Path) -> bool:
    """Make the tables in an empty database; True when an earlier attempt began to fill it. Raises Conflict."""
    names = table_names(alias)
    again = MARK in names
    if names and not again:
        raise _filled()
    if not again:
        with connections[alias].cursor() as cursor:
            cursor.execute(f"CREATE TABLE {MARK} (name varchar(100) PRIMARY KEY, rows bigint, sha256 varchar(64))")
    if not _is_migrated(alias):
        connections[alias].close()
        _migrate(address, data)
    return again


def _is_migrated(alias: str) -> bool:
    """Whether every table is there: an attempt can break off before that."""
    plan = MigrationExecutor(connections[alias])
    return not plan.migration_plan(plan.loader.graph.leaf_nodes())


def _migrate(address: str, data: Path) -> None:
    """In a process of its own: what fills a new database there must not see ours."""
    with tempfile.TemporaryDirectory(prefix="sluis-move-") as scratch:
        done = there("migrate", database=address, data=scratch if address else data)
    if done.returncode:
        text = N_("De andere database kon niet worden klaargemaakt: {reason}")
        raise Conflict("move.prepare", text, reason=done.stderr.strip()[-400:])


def there(*words: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    """Give a command in a process of its own, with these settings in place of ours."""
    return subprocess.run(
        [sys.executable, "-m", "sluis", *words, "--quiet"],
        env=surroundings(**settings),
        capture_output=True,
        text=True,
        check=False,
    )


def add_iceberg(alias: str) -> None:
    """The tables of the Iceberg catalogue, which pyiceberg makes when it first writes: all texts."""
    connection = connections[alias]
    missing = set(ICEBERG) - table_names(alias)
    if missing:
        from pyiceberg.catalog.sql import SqlCatalogBaseTable
        from sqlalchemy.dialects import postgresql, sqlite
        from sqlalchemy.schema import CreateTable

        dialect = postgresql.dialect() if connection.vendor == "postgresql" else sqlite.dialect()
        with connection.cursor() as cursor:
            for table in SqlCatalogBaseTable.metadata.sorted_tables:
                if table.name in missing:
                    cursor.execute(str(CreateTable(table).compile(dialect=dialect)))
