"""The kinds of databases: how to reach each at a checked address, and how to bind ourselves to only reading.

A file (SQLite) is read in the sandbox, because whoever put it there may have made it to do harm; a server is talked
to from here.
"""

import os
import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa

from sluis.foundation import sandbox
from sluis.foundation.egress import Target, pinned
from sluis.foundation.sandbox import Limits
from sluis.kernel.errors import Invalid, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors import outside
from sluis.lake.connectors.base import Given
from sluis.lake.connectors.database import reading
from sluis.lake.connectors.database.outcome import explained
from sluis.lake.connectors.database.types import Described, Order, Taken

CONNECT_SECONDS = 10
_TAKE, _DESCRIBE = "sluis.lake.connectors.database.entry:take", "sluis.lake.connectors.database.entry:describe"
Connect = Callable[[Given, Target], Any]
Begin = Callable[[sa.Connection, int], None]


def described(given: Given, order: Order) -> Described:
    """Which server this is and which columns would come; one row is really asked for."""
    if not KINDS[given["kind"]].served:
        return Described(**_in_sandbox(_DESCRIBE, given, order, None))
    with _connected(given) as connection:
        return reading.describe(connection, order)


def taken(given: Given, order: Order, out: Path) -> Taken:
    """Read into the Parquet file `out`."""
    if not KINDS[given["kind"]].served:
        return Taken(**_in_sandbox(_TAKE, given, order, out))
    with _connected(given) as connection:
        return reading.take(connection, order, out)


@contextmanager
def _connected(given: Given) -> Generator[sa.Connection]:
    """A connection in a transaction that only reads. What the driver says comes out in plain words."""
    kind = KINDS[given["kind"]]
    port = given["port"] or kind.port
    policy = outside.policy()
    target = pinned(given["host"], port, policy=policy, usual=(kind.port,))
    if kind.leads_on and not policy.vouched(target.host, port):
        raise _not_vouched(kind, target.host, port)
    engine = None
    try:
        engine = sa.create_engine(
            f"{kind.dialect}://", creator=lambda: kind.connect(given, target), poolclass=sa.NullPool
        )
        with engine.connect() as connection:
            kind.begin(connection, given["seconds"])
            yield connection
            connection.rollback()
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise explained(error, f"{target.host}:{port}", given) from None
    except ImportError as error:
        raise _no_driver(kind) from error
    finally:
        if engine is not None:
            engine.dispose()


def _in_sandbox(entry: str, given: Given, order: Order, out: Path | None) -> dict[str, Any]:
    """The file itself and what a writer has beside it; nothing else of the folder."""
    name = PurePosixPath(given["database"])
    with outside.folder(str(name.parent)) as folder:
        os.close(outside.file_in(folder, name.name))
        path = outside.path_of(folder) / name.name
    beside = [path.with_name(path.name + end) for end in ("-wal", "-shm")]
    return sandbox.run(
        entry,
        {"path": str(path), "order": order.to_json(), "out": str(out or "")},
        reads=[path, *(file for file in beside if file.is_file() and not file.is_symlink())],
        writes=out.parent if out else None,
        limits=Limits(cpu_seconds=given["seconds"], wall_seconds=given["seconds"]),
    )


def _postgresql(given: Given, target: Target) -> Any:
    import psycopg

    modes = {"off": "disable", "encrypt": "require", "verify": "verify-full"}
    trusted = {"sslrootcert": "system"} if given["tls"] == "verify" else {}
    return psycopg.connect(
        host=",".join([target.host] * len(target.addresses)),
        hostaddr=",".join(target.addresses),
        port=target.port,
        dbname=given["database"],
        user=given["user"],
        password=given.secret("password"),
        connect_timeout=CONNECT_SECONDS,
        application_name="sluis",
        passfile="/dev/null",
        gssencmode="disable",
        sslmode=modes[given["tls"]],
        **trusted,
    )


def _begin_postgresql(connection: sa.Connection, seconds: int) -> None:
    connection.execute(sa.text("SET TRANSACTION READ ONLY"))
    connection.execute(sa.text("SELECT set_config('statement_timeout', :ms, true)"), {"ms": f"{seconds * 1000}"})


def _mysql(given: Given, target: Target) -> Any:
    import pymysql

    connection = pymysql.connections.Connection(
        host=target.host,
        port=target.port,
        user=given["user"],
        password=given.secret("password"),
        database=given["database"],
        charset="utf8mb4",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=given["seconds"] + CONNECT_SECONDS,
        defer_connect=True,
        **_mysql_tls(given["tls"]),
    )
    connection.connect(_dialled(target))
    return connection


def _mysql_tls(wanted: str) -> dict[str, Any]:
    if wanted == "off":
        return {"ssl_disabled": True}
    return {"ssl": _context(wanted)}


def _begin_mysql(connection: sa.Connection, seconds: int) -> None:
    version = str(connection.execute(sa.text("SELECT VERSION()")).scalar())
    limit = f"max_statement_time = {seconds}" if "MariaDB" in version else f"max_execution_time = {seconds * 1000}"
    connection.execute(sa.text(f"SET SESSION {limit}, time_zone = '+00:00'"))
    connection.execute(sa.text("SET SESSION TRANSACTION READ ONLY"))
    connection.rollback()
    connection.execute(sa.text("START TRANSACTION READ ONLY"))


def _mssql(given: Given, target: Target) -> Any:
    import pymssql

    encryption = {"off": "off", "encrypt": "require"}  # see `unverified`: this driver looks at no certificate
    return pymssql.connect(
        server=target.addresses[0],
        port=str(target.port),
        user=given["user"],
        password=given.secret("password"),
        database=given["database"],
        timeout=given["seconds"],
        login_timeout=CONNECT_SECONDS,
        appname="sluis",
        encryption=encryption[given["tls"]],
        read_only=True,
    )


def _begin_nothing(connection: sa.Connection, seconds: int) -> None:
    """This server has no transaction that only reads; we ask it nothing but SELECT and roll back."""


def _oracle(given: Given, target: Target) -> Any:
    import oracledb

    tls = given["tls"]
    connection = oracledb.connect(
        user=given["user"],
        password=given.secret("password"),
        host=target.addresses[0],
        port=target.port,
        service_name=given["database"],
        protocol="tcp" if tls == "off" else "tcps",
        ssl_server_dn_match=False,
        tcp_connect_timeout=CONNECT_SECONDS,
        **({} if tls == "off" else {"ssl_context": _context(tls)}),
    )
    connection.call_timeout = given["seconds"] * 1000
    return connection


def _begin_oracle(connection: sa.Connection, seconds: int) -> None:
    connection.execute(sa.text("SET TRANSACTION READ ONLY"))


def _context(wanted: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if wanted != "verify":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _dialled(target: Target) -> socket.socket:
    """The first of the checked addresses that answers; raises OSError."""
    failure: OSError = OSError(f"no address of {target.host}")
    for address in target.addresses:
        try:
            return socket.create_connection((address, target.port), CONNECT_SECONDS)
        except OSError as error:
            failure = error
    raise failure


@dataclass(frozen=True, slots=True)
class Place:
    """`served`: stands on a server; `extra`: the part of the installation that brings the driver, '' when always.

    `leads_on`: the server may send the driver on to another address (a TNS redirect, a TDS routing token), past our
    check; so only to servers that the operator listed. `unverified`: the driver does not look at the certificate.
    """

    name: str
    title: str
    dialect: str
    port: int = 0
    connect: Connect = _mysql
    begin: Begin = _begin_nothing
    extra: str = ""
    served: bool = True
    leads_on: bool = False
    unverified: bool = False


KINDS = {
    place.name: place
    for place in (
        Place("postgresql", "PostgreSQL", "postgresql+psycopg", 5432, _postgresql, _begin_postgresql),
        Place("mysql", N_("MySQL of MariaDB"), "mysql+pymysql", 3306, _mysql, _begin_mysql),
        Place("mssql", "SQL Server", "mssql+pymssql", 1433, _mssql, extra="mssql", leads_on=True, unverified=True),
        Place("oracle", "Oracle", "oracle+oracledb", 1521, _oracle, _begin_oracle, extra="oracle", leads_on=True),
        Place("sqlite", N_("SQLite (een bestand)"), "sqlite", served=False),
    )
}


def _not_vouched(kind: Place, host: str, port: int) -> Invalid:
    return Invalid(
        "source.not-vouched",
        N_("Een {kind}-server kan Sluis doorsturen naar een ander adres. Daarom moet de beheerder {place} toestaan."),
        way_out=N_("Vraag de beheerder om {place} in SLUIS_CONNECT_ALLOW te zetten."),
        kind=kind.title,
        place=f"{host}:{port}",
    )


def _no_driver(kind: Place) -> Unavailable:
    return Unavailable(
        "source.no-driver",
        N_("Deze installatie kan {kind} niet lezen: het stuurprogramma ontbreekt."),
        way_out=N_("Vraag de beheerder om pip install 'sluis[{extra}]'."),
        kind=kind.title,
        extra=kind.extra,
        passes=False,
    )
