"""kill -9 on processes at random moments: no step done twice, none lost, and the rows are those of the engine."""

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.chaos.at_work import said
from tests.chaos.conftest import Tell
from tests.chaos.counts import parts
from tests.serving import surroundings
from tests.waiting import until

HERE = Path(__file__).parent
MOST_SAID = 25  # what it did before the blow, besides its recovery and its first step
SEED = 20261125


class Processes:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.started: set[str] = set()
        self.completed: set[str] = set()
        self.environment = surroundings(data)

    def command(self, mode: str, seed: object = 0) -> list[str]:
        return [sys.executable, str(HERE / "processes_until_killed.py"), mode, str(seed)]

    def found(self) -> None:
        subprocess.run(self.command("found"), env=self.environment, check=True, capture_output=True)

    def run_and_kill(self, seed: int, chance: random.Random) -> None:
        out = self.data.parent / f"out-{seed}"
        with out.open("wb") as log:
            process = subprocess.Popen(
                self.command("work", seed), env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                lines = 2 + chance.randint(0, MOST_SAID)
                until(lambda: said(out) >= lines or process.poll() is not None, out.read_text, every=0.02)
                time.sleep(chance.uniform(0.0, 0.5))
                assert process.poll() is None, out.read_text()
            finally:
                process.kill()
                process.wait()
        self.take(out.read_text())

    def take(self, text: str) -> None:
        for line in text.splitlines():
            try:
                said: dict[str, Any] = json.loads(line)
            except ValueError:
                continue  # cut in the middle by the kill: nobody was told
            if "wrong" in said:
                assert said["wrong"] == []
                assert self.started <= set(said["instances"]), "a started instance was lost"
                assert self.completed <= set(said["done"]), "a completed task was lost"
            self.started |= {said["started"]} if "started" in said else set()
            self.completed |= {said["completed"]} if "completed" in said else set()

    def check(self) -> None:
        done = subprocess.run(self.command("check"), env=self.environment, check=False, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        self.take(done.stdout.decode())


def storm(data: Path, kills: int, seed: int) -> Processes:
    site, chance = Processes(data), random.Random(seed)
    site.found()
    for n in range(kills):
        site.run_and_kill(seed + n, chance)
    site.check()
    return site


def test_killed_at_random_moments_no_step_is_done_twice_and_none_is_lost(tmp_path: Path, migrated: Path) -> None:
    shutil.copytree(migrated, tmp_path / "data")
    assert storm(tmp_path / "data", 3, SEED).completed


@pytest.mark.slow
@pytest.mark.parametrize(("part", "kills"), parts(200, 3, 40))
def test_many_kills(part: int, kills: int, tmp_path: Path, tell: Tell) -> None:
    site = storm(tmp_path / "data", kills, SEED + 1000 * part)
    assert site.completed
    tell(1, kills=f"{kills} of processes", seed=SEED + 1000 * part, completed=len(site.completed))
