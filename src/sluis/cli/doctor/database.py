"""The database itself, on SQLite and on PostgreSQL: whole, up to this version, safe and not held up."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from sluis.cli.doctor.finding import Finding
from sluis.cli.language import _
from sluis.conf.env import Env

LARGE_LOG = 512 * 1024**2
PATIENCE_SECONDS = 3.0
LONG_SECONDS = 60
FULL = 0.8


def check_database(env: Env, deep: bool) -> Iterator[Finding]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    yield _postgresql() if env.database else _sqlite(env, deep)
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        text = _("{count} wachten").format(count=len(waiting))
        yield Finding("migrations", "bad", text, _("Voer uit: sluis migrate."))
    else:
        yield Finding("migrations", "good", _("bij"))


def check_locks(env: Env, deep: bool) -> Iterator[Finding]:
    """Can somebody write, and is nobody holding the others up?"""
    yield from _postgresql_locks() if env.database else _sqlite_locks(env)


def _sqlite(env: Env, deep: bool) -> Finding:
    pragma = "integrity_check" if deep else "quick_check"
    with closing(sqlite3.connect(f"{(env.data / 'sluis.sqlite3').as_uri()}?mode=ro", uri=True)) as reading:
        verdict = reading.execute(f"PRAGMA {pragma}").fetchone()[0]
        loose = reading.execute("PRAGMA foreign_key_check").fetchone()
    if verdict == "ok" and not loose:
        return Finding("database", "good", f"{pragma} ok")
    text = verdict if verdict != "ok" else _("verwijst naar iets dat er niet is: {row}").format(row=loose)
    return Finding("database", "bad", text, _("Zet de laatste back-up terug: sluis restore."))


def _postgresql() -> Finding:
    """What PostgreSQL may be told that would lose what was acknowledged, or send it in the open."""
    known = _asked(
        "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'),"
        " coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),"
        " coalesce(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true)"
    )[0]
    version, fsync, commit, secured, near = known
    text = f"PostgreSQL {version}"
    if fsync == "off" or commit in ("off", "local"):
        way_out = _("Zet fsync en synchronous_commit van PostgreSQL op on: nu kan bij stroomuitval werk verloren gaan.")
        return Finding("database", "bad", text, way_out)
    if not (secured or near):
        way_out = _("De verbinding is niet versleuteld. Zet ?sslmode=verify-full achter SLUIS_DATABASE.")
        return Finding("database", "warning", text, way_out)
    return Finding("database", "good", text)


def _postgresql_locks() -> Iterator[Finding]:
    used, most = _asked(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
        " current_setting('max_connections')::int"
    )[0]
    text = _("{used} van {most} verbindingen met PostgreSQL").format(used=used, most=most)
    holding = _asked(
        "SELECT pid, extract(epoch FROM now() - xact_start)::int FROM pg_stat_activity"
        " WHERE datname = current_database() AND xact_start < now() - make_interval(secs => %s)"
        " AND cardinality(pg_blocking_pids(pid)) = 0"
        " AND EXISTS (SELECT 1 FROM pg_stat_activity w WHERE pg_stat_activity.pid = ANY(pg_blocking_pids(w.pid)))",
        LONG_SECONDS,
    )
    for pid, seconds in holding:
        said = _("verbinding {pid} houdt al {seconds} s anderen tegen").format(pid=pid, seconds=seconds)
        way_out = _("Zoek uit wat dat is; zo nodig in PostgreSQL: SELECT pg_terminate_backend({pid}).")
        yield Finding("locks", "bad", said, way_out.format(pid=pid))
    if used > FULL * most:
        yield Finding("locks", "warning", text, _("Verhoog max_connections, of verlaag SLUIS_WEB_THREADS."))
    elif not holding:
        yield Finding("locks", "good", text)


def _asked(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return cursor.fetchall()


def _sqlite_locks(env: Env) -> Iterator[Finding]:
    """Can somebody write, and is the write-ahead log emptied now and then?"""
    place = env.data / "sluis.sqlite3"
    log = place.with_name(place.name + "-wal")
    try:
        with closing(sqlite3.connect(place, timeout=PATIENCE_SECONDS, isolation_level=None)) as writing:
            writing.execute("BEGIN IMMEDIATE")
            writing.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        text = _("niemand kan schrijven ({reason})").format(reason=error)
        way_out = _("Een ander proces houdt de database vast. Zoek het met fuser {file} en stop het.")
        yield Finding("locks", "bad", text, way_out.format(file=place))
        return
    size = log.stat().st_size if log.exists() else 0
    if size > LARGE_LOG:
        text = _("het schrijflogboek van SQLite is {size} MB").format(size=size // 1024**2)
        yield Finding("locks", "warning", text, _("Een lang lopende lezer houdt het vast. Herstart Sluis."))
    else:
        text = _("schrijven gaat, het schrijflogboek is {size} MB").format(size=size // 1024**2)
        yield Finding("locks", "good", text)
