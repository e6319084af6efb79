"""Copies every table, each in one transaction, and proves that nothing differs."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.core.management.color import no_style
from django.db import connections, transaction

from sluis.cli.databases.places import MARK, add_iceberg
from sluis.cli.databases.tables import BATCH, Sum, Table, models, naming, summed, tables
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_

type Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """One table on both sides."""

    table: str
    rows: int
    sha256: str


@contextmanager
def still(alias: str, *, stop_writing: bool) -> Generator[None]:
    """One moment of this database for as long as this lasts; with `stop_writing` nobody else writes meanwhile.

    On SQLite a transaction is the one writer. On PostgreSQL every table is locked against writing, which waits for
    those who are writing; reading goes on in both.
    """
    connection = connections[alias]
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            if stop_writing:
                names = (model._meta.db_table for model in models())
                cursor.execute(naming(alias, "LOCK TABLE {} IN EXCLUSIVE MODE", names))
        yield


def copy(source: str, target: str, *, again: bool, step: Step) -> list[Proof]:
    """Fill `target`, which `places.prepare` made, and compare it with `source`, which is held `still`.

    `again`: what an earlier attempt finished is kept when it still equals the source. Raises Conflict on a difference.
    """
    chosen = tables(source)
    if any(table.model is None for table in chosen):
        add_iceberg(target)
    done = _finished(target) if again else {}
    if not all(_equal(table, source, done) for table in chosen if table.name in done):
        done = {}
    if not done:
        _empty(target, chosen)
    for table in chosen:
        if table.name not in done:
            step(table.name)
            _fill(table, source, target)
    _sequences(target)
    proofs = list(compare(source, target, step=step))
    with connections[target].cursor() as cursor:
        cursor.execute(f"DROP TABLE {MARK}")
    return proofs


def compare(source: str, target: str, *, step: Step) -> Iterator[Proof]:
    """Count and hash every table on both sides. Raises Conflict at the first that differs."""
    for table in tables(source):
        step(table.name)
        here, there = summed(table, source), summed(table, target)
        if here != there:
            raise Conflict(
                "move.differs",
                N_("Tabel {table} verschilt na het overzetten: {here} rijen hier, {there} rijen daar."),
                way_out=N_("Gebruik de nieuwe database niet; begin opnieuw met een lege."),
                table=table.name,
                here=here.rows,
                there=there.rows,
            )
        yield Proof(table.name, here.rows, here.sha256)


def _finished(target: str) -> dict[str, tuple[int, str]]:
    with connections[target].cursor() as cursor:
        cursor.execute(naming(target, "SELECT name, rows, sha256 FROM {}", MARK))
        return {name: (rows, sha256) for name, rows, sha256 in cursor.fetchall()}


def _equal(table: Table, source: str, done: dict[str, tuple[int, str]]) -> bool:
    now = summed(table, source)
    return done[table.name] == (now.rows, now.sha256)


def _empty(target: str, chosen: list[Table]) -> None:
    """What a new installation fills in by itself is not ours; later tables first, for they refer to earlier ones."""
    with _quiet(target, chosen), connections[target].cursor() as cursor:
        for name in (MARK, *(table.name for table in reversed(chosen))):
            cursor.execute(naming(target, "DELETE FROM {}", name))


def _fill(table: Table, source: str, target: str) -> None:
    values = ", ".join(["%s"] * len(table.columns))
    insert = naming(target, "INSERT INTO {} ({}) VALUES", table.name, table.columns) + f" ({values})"
    known = Sum()
    with _quiet(target, [table]), connections[target].cursor() as cursor:
        for batch in batched(table.rows(source), BATCH, strict=False):
            for row in batch:
                known.add(row)
            cursor.executemany(insert, [table.stored(row, target) for row in batch])
        cursor.execute(
            naming(target, "INSERT INTO {} VALUES (%s, %s, %s)", MARK), [table.name, known.rows, known.sha256]
        )


@contextmanager
def _quiet(alias: str, chosen: list[Table]) -> Generator[None]:
    """One transaction in which the rules of these tables rest: what they kept out is kept out already. References are
    checked at its end."""
    connection = connections[alias]
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in chosen:
                cursor.execute(naming(alias, "ALTER TABLE {} DISABLE TRIGGER USER", table.name))
            yield
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in chosen:
                cursor.execute(naming(alias, "ALTER TABLE {} ENABLE TRIGGER USER", table.name))
        else:
            rules = _sqlite_rules(cursor, {table.name for table in chosen})
            for rule in rules:
                cursor.execute(naming(alias, "DROP TRIGGER {}", rule))
            yield
            for made in rules.values():
                cursor.execute(made)


def _sqlite_rules(cursor: Any, names: set[str]) -> dict[str, str]:
    cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {name: made for name, table, made in cursor.fetchall() if table in names}


def _sequences(target: str) -> None:
    """The next number of every table comes after those that were copied."""
    connection = connections[target]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models())):
            cursor.execute(statement)
