"""kill -9 while a table in parts becomes one file: no half file, the same rows, and a new try gives the same bytes."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.chaos.conftest import Tell
from tests.chaos.counts import parts
from tests.serving import surroundings
from tests.waiting import until

HERE = Path(__file__).parent
SEED = 20261129
MOST_BYTES = 1_500_000
"""So much a joining has in its folder at most: all of it, and what of it was written anew."""


class Joining:
    """`inside` are the blows that fell between the beginning of a joining and its end."""

    def __init__(self, data: Path) -> None:
        self.data, self.environment = data, surroundings(data)
        self.inside = 0

    def command(self, mode: str, seed: int = 0) -> list[str]:
        return [sys.executable, str(HERE / "joining_until_killed.py"), mode, str(seed)]

    def run(self, mode: str) -> str:
        done = subprocess.run(self.command(mode), env=self.environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run_and_kill(self, seed: int, chance: random.Random) -> None:
        """At a step that it takes itself, or when its child in the sandbox has written so much."""
        out, by_itself = self.data.parent / f"out-{seed}", chance.random() < 0.5
        bytes_, later = chance.randint(0, MOST_BYTES), chance.choice((0.0, chance.uniform(0.0, 0.3)))
        with out.open("wb") as log:
            process = subprocess.Popen(
                self.command("steps" if by_itself else "work", seed), env=self.environment, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

            def is_time() -> bool:
                over = process.poll() is not None
                return over or (not by_itself and b'"joining"' in out.read_bytes() and self._written() > bytes_)

            try:
                until(is_time, out.read_text, every=0.005)
                time.sleep(later)
            finally:
                process.kill()
                process.wait()
        assert process.returncode == -9, out.read_text()
        until(lambda: _is_empty(process.pid), "a sandbox outlived its parent")
        said = self.take(out.read_text())
        self.inside += "joining" in said[-1]

    def take(self, text: str) -> list[dict[str, Any]]:
        said = [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]
        assert said[0] == {"wrong": []}, text
        return said

    def _written(self) -> int:
        """Bytes in the folders of joinings; what goes away while we look is not there."""
        total = 0
        for path in self.data.glob("tmp/whole-*/*.parquet"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                continue
        return total


def _is_empty(group: int) -> bool:
    """Whether no process of it lives."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def storm(data: Path, kills: int, seed: int) -> Joining:
    joining, chance = Joining(data), random.Random(seed)
    joining.run("found")
    for n in range(kills):
        joining.run_and_kill(seed + n, chance)
    joining.take(joining.run("check"))
    doctor = [sys.executable, "-m", "sluis", "doctor", "--deep", "--json"]
    asked = subprocess.run(doctor, env=joining.environment, check=False, capture_output=True, text=True)
    assert (asked.returncode, json.loads(asked.stdout)["sound"]) == (0, True), asked.stdout
    return joining


def test_killed_while_parts_become_one_file_nothing_is_half_and_a_new_try_is_the_same(
    tmp_path: Path, migrated: Path
) -> None:
    shutil.copytree(migrated, tmp_path / "data")
    assert storm(tmp_path / "data", 3, SEED).inside


@pytest.mark.slow
@pytest.mark.parametrize(("part", "kills"), parts(100, 3, 25))
def test_many_kills(part: int, kills: int, tmp_path: Path, tell: Tell) -> None:
    joining = storm(tmp_path / "data", kills, SEED + 1000 * part)
    assert joining.inside
    tell(1, kills=f"{kills} of joinings", seed=SEED + 1000 * part, inside=joining.inside)
