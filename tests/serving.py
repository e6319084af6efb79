"""Sluis as a process of its own, as an operator starts it; for tests of what only shows there."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.conftest import REPOSITORY

PATIENCE = 480  # quarters of a second
STOP_SECONDS = 30


def free_port() -> int:
    """One that nobody has at this moment, for a program that cannot be told to choose for itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def ready(address: str, process: subprocess.Popen[str]) -> bool:
    """Wait until this address answers 200; False when the process ends before that."""
    for _ in range(PATIENCE):
        try:
            with urlopen(address, timeout=5) as answer:
                return answer.status == 200
        except (URLError, OSError):
            if process.poll() is not None:
                return False
            time.sleep(0.25)
    return False
