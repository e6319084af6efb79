"""Sluis as a process of its own, as an operator starts it; for tests of what only shows there."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.conftest import REPOSITORY
from tests.waiting import PATIENCE_SECONDS, ended, until


def free_port() -> int:
    """One for a program that cannot be told to choose for itself, and that nobody else is given in the next minute.

    So long the system keeps the port of a connection that was closed (TIME_WAIT): it gives it to nobody who asks for
    any port, such as another test at this moment, and lets a server that asks for this one have it (SO_REUSEADDR).
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        probe.listen(1)
        with socket.create_connection(probe.getsockname()), probe.accept()[0]:
            return probe.getsockname()[1]


def listening(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def plain() -> dict[str, str]:
    """The environment as on a machine that runs no Sluis of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SLUIS_", "DJANGO_"))}


def surroundings(data: Path, **more: str) -> dict[str, str]:
    """An environment without settings of the machine, for a data folder and a free port; our tests can be imported."""
    ours = {"SLUIS_DATA": str(data), "SLUIS_PORT": str(free_port()), "SLUIS_HOST": "127.0.0.1"}
    return plain() | {"PYTHONPATH": str(REPOSITORY)} | ours | more


@contextmanager
def running(environment: dict[str, str], *words: str, log: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """`sluis WORDS` until the block ends; then it is asked to stop.

    What it says goes to `log`; without one to pipes, which hold only a little.
    """
    command = [sys.executable, "-m", "sluis", *words]
    with (
        log.open("w") if log else nullcontext(subprocess.PIPE) as said,
        subprocess.Popen(command, env=environment, stdout=said, stderr=said, text=True) as process,
    ):
        try:
            yield process
        finally:
            ended(process)


def answering(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server that is not ours answers this address anything at all."""

    def answers() -> bool:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            urlopen(address, timeout=PATIENCE_SECONDS).close()
        except HTTPError:
            return True
        except OSError:
            return False
        return True

    until(answers, lambda: log.read_text(errors="replace")[-2000:])


def ready(address: str, process: subprocess.Popen[str]) -> bool:
    """Wait until this address answers 200; False when the process ends before that.

    Each question is asked to its end: one that we gave up is still answered, and counted, there.
    """

    late = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < late:
        try:
            with urlopen(address, timeout=PATIENCE_SECONDS) as answer:
                return answer.status == 200
        except (URLError, OSError):
            time.sleep(0.25)
    return False
