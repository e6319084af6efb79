"""A real MariaDB for tests, from the system (Debian: `mariadb-server`): on loopback, with a password and with TLS.

It shares nothing with a server that the system may run: its own folder, port and socket, and no settings of /etc. As
root the server runs as `nobody`. Where the program is not installed the test is skipped and says so.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.certificates import certificate
from tests.serving import free_port
from tests.waiting import PATIENCE_SECONDS, until

ADMIN, PASSWORD = "beheer", "van-de-beheerder-12"
PROGRAMS = ("mariadbd", "mariadb-install-db")


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    certificate: Path
    """Who trusts this file trusts the server."""

    def connected(self) -> "pymysql.Connection[Any]":
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user=ADMIN, password=PASSWORD, charset="utf8mb4", autocommit=True,
            connect_timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    def run(self, *statements: str, database: str = "bron") -> None:
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS {database}")
            cursor.execute(f"USE {database}")
            for statement in statements:
                cursor.execute(statement)


class Running:
    """A server that can be killed without a word and started again on what it left."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self.folder, self._options = folder, options
        self.server = Server(free_port(), folder / "cert.pem")
        self._started: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._started = subprocess.Popen(
                [*_command("mariadbd", self.folder), f"--port={self.server.port}", "--bind-address=127.0.0.1",
                 f"--socket={self.folder}/socket", f"--pid-file={self.folder}/pid", "--skip-name-resolve",
                 f"--ssl-cert={self.folder}/cert.pem", f"--ssl-key={self.folder}/key.pem",
                 f"--init-file={self.folder}/first.sql", "--innodb-flush-log-at-trx-commit=0", *self._options],
                stdout=subprocess.DEVNULL, stderr=log, **_as_nobody(),
            )  # fmt: skip
        _answering(self)

    def kill(self) -> None:
        if self._started is not None:
            self._started.kill()
            self._started.wait()

    def alive(self) -> bool:
        return self._started is not None and self._started.poll() is None


@contextmanager
def running(*options: str) -> Iterator[Running]:
    """Start a server with these options, wait until it answers, and take everything away afterwards."""
    if missing := [name for name in PROGRAMS if not _program(name)]:
        pytest.skip(f"{', '.join(missing)} is not installed (Debian: mariadb-server)")
    folder = Path(tempfile.mkdtemp(prefix="sluis-mariadb-", dir="/tmp"))
    try:
        _prepare(folder)
        there = Running(folder, options)
        try:
            there.start()
            yield there
        finally:
            there.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path) -> None:
    certificate(folder)
    first = f"CREATE OR REPLACE USER {ADMIN}@127.0.0.1 IDENTIFIED BY '{PASSWORD}';\n"
    (folder / "first.sql").write_text(first + f"GRANT ALL ON *.* TO {ADMIN}@127.0.0.1 WITH GRANT OPTION;\n")
    (folder / "data").mkdir()
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody")
    command = [*_command("mariadb-install-db", folder), "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, **_as_nobody())


def _command(name: str, folder: Path) -> list[str]:
    """Without the settings of the system, which speak of its own server."""
    return [_program(name), "--no-defaults", f"--datadir={folder}/data"]


def _program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") or ""


def _answering(there: Running) -> None:
    log = there.folder / "log"

    def answers() -> bool:
        assert there.alive(), log.read_text()
        try:
            there.server.connected().close()
        except pymysql.err.OperationalError:
            return False
        return True

    until(answers, log.read_text)


def _as_nobody() -> dict[str, Any]:
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
