"""Hosts of one site, each with a disk of its own, and who asks them for something."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.serving import surroundings
from tests.waiting import PATIENCE_SECONDS

HERE = Path(__file__).parent


class Host:
    """A process group with a disk of its own."""

    def __init__(self, folder: Path, settings: dict[str, str], *words: str) -> None:
        self.data, self.log = folder / "data", folder / "log"
        folder.mkdir()
        self.environment = surroundings(self.data, **settings)
        self.address = f"http://127.0.0.1:{self.environment['SLUIS_PORT']}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sluis", *words],
                env=self.environment, stdout=log, stderr=log, start_new_session=True, text=True,
            )  # fmt: skip

    def kill(self) -> None:
        """If it had not ended yet."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def get(self, path: str, cookie: str = "") -> tuple[int, str]:
        asked = Request(self.address + path, headers={"Cookie": f"sluis={cookie}"} if cookie else {})
        try:
            with urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, ""
        except (OSError, HTTPException):  # it was killed, before its answer or in the middle of it
            return 0, ""


class Visitor(threading.Thread):
    """Asks one host without end, and counts what it answers."""

    def __init__(self, host: Host) -> None:
        super().__init__(daemon=True)
        self.host, self.answers, self.stop = host, list[int](), threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            self.answers.append(self.host.get("/api/v1/datasets?q=zwemwater")[0])
            time.sleep(0.05)


class Asker:
    """`asking_others.py` as a process of its own, on an own disk."""

    def __init__(self, settings: dict[str, str], data: Path, mode: str, number: int = 0) -> None:
        command = [sys.executable, str(HERE / "asking_others.py"), mode, str(number)]
        self.process = subprocess.Popen(
            command, env=surroundings(data, **settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def said(self, seconds: float = 4 * PATIENCE_SECONDS) -> list[dict[str, Any]]:
        """What it said, when it has ended."""
        try:
            out, faults = self.process.communicate(timeout=seconds)
        finally:
            self.stop()
        assert self.process.returncode == 0, faults[-4000:]
        return [json.loads(line) for line in out.splitlines() if line.startswith("{")]

    def stop(self) -> None:
        self.process.kill()
        with self.process:
            pass  # waits, and closes its pipes


def say(settings: dict[str, str], data: Path, mode: str, number: int = 0) -> list[dict[str, Any]]:
    return Asker(settings, data, mode, number).said()


def soon(so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    limit = time.monotonic() + seconds
    while not (found := so()) and time.monotonic() < limit:
        time.sleep(0.5)
    return found
