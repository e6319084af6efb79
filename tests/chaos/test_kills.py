"""kill -9 on the whole process tree at random moments: no half version, no lost upload, and the site recovers."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.storage_servers import bucket, environment, lying

HERE = Path(__file__).parent
SEED = 20261123


class Site:
    def __init__(self, data: Path, settings: dict[str, str]) -> None:
        self.data = data
        self.accepted: set[str] = set()
        self.promised: set[str] = set()
        self.decided: set[str] = set()
        self.withdrawn: set[str] = set()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLUIS_", "DJANGO_"))}
        self.environment |= {"SLUIS_DATA": str(data), "PYTHONPATH": str(HERE.parent.parent)} | settings

    def command(self, mode: str, seed: object = 0) -> list[str]:
        return [sys.executable, str(HERE / "work_until_killed.py"), mode, str(seed)]

    def found(self) -> None:
        subprocess.run(self.command("found"), env=self.environment, check=True, capture_output=True, timeout=120)

    def run_and_kill(self, seed: int, chance: random.Random) -> None:
        """Start, wait for the report of the recovery, let it work for a while, kill the tree."""
        out = self.data.parent / f"out-{seed}"
        if "SLUIS_STORAGE" in self.environment:
            shutil.rmtree(self.data / "blobs", ignore_errors=True)
        with out.open("wb") as log:
            process = subprocess.Popen(
                self.command("work", seed), env=self.environment, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
            try:
                until = time.monotonic() + 120
                while b'"wrong"' not in out.read_bytes() and process.poll() is None and time.monotonic() < until:
                    time.sleep(0.05)
                time.sleep(chance.uniform(0.05, 4.0))
                assert process.poll() is None, out.read_text()
                children = psutil.Process(process.pid).children(recursive=True)
            finally:
                process.kill()
                process.wait()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, "a sandbox outlived its parent"
        self.take(out.read_text())

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
        """What was acknowledged before the kill against what stands after the recovery."""
        assert said["wrong"] == []
        assert self.accepted <= set(said["ready"]), "an accepted upload was lost"
        assert self.promised <= set(said["fetched"]), "a promised run of a source was lost"
        assert self.decided <= set(said["outside"]) | set(said["taken_back"]), "a decided release was lost"
        assert self.withdrawn <= set(said["taken_back"]), "what was taken back stands outside again"

    def check(self) -> None:
        done = subprocess.run(
            self.command("check"), env=self.environment, check=False, capture_output=True, timeout=300
        )
        assert done.returncode == 0, done.stderr.decode()
        self.take(done.stdout.decode())
        doctor = [sys.executable, "-m", "sluis", "doctor", "--deep", "--json"]
        asked = subprocess.run(doctor, env=self.environment, check=False, capture_output=True, timeout=300)
        assert asked.returncode == 0, asked.stdout.decode()
        assert json.loads(asked.stdout)["sound"]


def storm(data: Path, kills: int, seed: int, settings: dict[str, str] | None = None) -> Site:
    site, chance = Site(data, settings or {}), random.Random(seed)
    site.found()
    for n in range(kills):
        site.run_and_kill(seed + n, chance)
    site.check()
    return site


def test_killed_at_random_moments_nothing_is_half_and_nothing_is_lost(tmp_path: Path) -> None:
    site = storm(tmp_path / "data", 4, SEED)
    assert site.accepted
    assert site.promised


def test_the_same_with_the_files_in_a_bucket_that_fails_a_fifth_of_the_time(tmp_path: Path) -> None:
    """Each start is on an empty disk: what the dead one promised is in the bucket, or it was not promised."""
    (tmp_path / "s3").mkdir()
    with bucket(tmp_path / "s3") as settings, lying(settings["storage_endpoint"]) as way:
        way.share = 0.2
        site = storm(tmp_path / "data", 3, SEED, environment(settings | {"storage_endpoint": way.address}))
        assert site.accepted
        assert sum(way.done[fault] for fault in way.faults) > 5


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_five_hundred_kills(part: int, tmp_path: Path) -> None:
    assert storm(tmp_path / "data", 50, SEED + 1000 * (part + 1)).accepted
