"""A site at work in a process of its own, and what it acknowledged: that must survive whatever we do to it."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from tests.serving import surroundings
from tests.waiting import PATIENCE_SECONDS, until

HERE = Path(__file__).parent
MOST_SAID = 8  # acknowledgements before the blow


class Site:
    """`logs` is where it writes what it says, on another disk than `data` if that disk is the one that suffers.

    With its files in a bucket (`settings`) each start is on an empty disk.
    """

    def __init__(self, data: Path, logs: Path | None = None, settings: dict[str, str] | None = None) -> None:
        self.data, self.logs = data, logs or data.parent
        self.accepted: set[str] = set()
        self.promised: set[str] = set()
        self.decided: set[str] = set()
        self.withdrawn: set[str] = set()
        self.environment = surroundings(data, **(settings or {}))

    def command(self, mode: str, seed: object = 0) -> list[str]:
        return [sys.executable, str(HERE / "work_until_killed.py"), mode, str(seed)]

    def found(self) -> None:
        subprocess.run(self.command("found"), env=self.environment, check=True, capture_output=True)

    @contextmanager
    def at_work(self, seed: int, chance: random.Random) -> "Iterator[subprocess.Popen[bytes]]":
        """It has reported its recovery and worked for a while; at the end of the block it is killed, and heard."""
        out = self.logs / f"out-{seed}"
        if "SLUIS_STORAGE" in self.environment:
            shutil.rmtree(self.data / "blobs", ignore_errors=True)
        with out.open("wb") as log:
            process = subprocess.Popen(
                self.command("work", seed), env=self.environment, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
            children: list[psutil.Process] = []
            try:
                # Counted in what it acknowledged and not in seconds: the moment is anywhere, on a busy machine too.
                lines = 1 + chance.randint(0, MOST_SAID)
                until(lambda: said(out) >= lines or process.poll() is not None, out.read_text, every=0.02)
                time.sleep(chance.uniform(0.0, 1.5))
                assert process.poll() is None, out.read_text()
                children = psutil.Process(process.pid).children(recursive=True)
                yield process
            finally:
                process.kill()
                process.wait()
        _, alive = psutil.wait_procs(children, timeout=PATIENCE_SECONDS)
        assert not alive, "a sandbox outlived its parent"
        self.take(out.read_text())

    def run_and_kill(self, seed: int, chance: random.Random) -> None:
        with self.at_work(seed, chance):
            pass

    def take(self, text: str) -> None:
        for line in text.splitlines():
            if not line.startswith("{"):
                continue
            try:
                said: dict[str, Any] = json.loads(line)
            except ValueError:
                continue  # cut in the middle by the kill: nobody was told
            if "wrong" in said:
                self.compare(said)
            self.accepted |= {said["accepted"]} if "accepted" in said else set()
            self.promised |= {said["promised"]} if "promised" in said else set()
            self.decided |= {said["decided"]} if "decided" in said else set()
            self.withdrawn |= {said["withdrawn"]} if "withdrawn" in said else set()

    def compare(self, said: dict[str, Any]) -> None:
        """What was acknowledged before the blow against what stands after the recovery."""
        assert said["wrong"] == []
        assert self.accepted <= set(said["ready"]), "an accepted upload was lost"
        assert self.promised <= set(said["fetched"]), "a promised run of a source was lost"
        assert self.decided <= set(said["outside"]) | set(said["taken_back"]), "a decided release was lost"
        assert self.withdrawn <= set(said["taken_back"]), "what was taken back stands outside again"

    def check(self) -> None:
        done = subprocess.run(self.command("check"), env=self.environment, check=False, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        self.take(done.stdout.decode())
        doctor = [sys.executable, "-m", "sluis", "doctor", "--deep", "--json"]
        asked = subprocess.run(doctor, env=self.environment, check=False, capture_output=True)
        assert asked.returncode == 0, asked.stdout.decode()
        assert json.loads(asked.stdout)["sound"]


def said(out: Path) -> int:
    """How many lines it has told so far."""
    return sum(line.startswith(b"{") for line in out.read_bytes().splitlines())


def stopped(process: "subprocess.Popen[bytes]") -> None:
    """The whole family stands still, with everything it has not yet written."""
    os.killpg(process.pid, signal.SIGSTOP)
