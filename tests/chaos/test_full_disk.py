"""The disk is full: who sends something hears so or it is kept, what stood there stands, and with room all goes on."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.chaos.conftest import Tell
from tests.chaos.counts import times
from tests.serving import ready, running, surroundings

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
SEED, SIZE = 20261202, 192 * 1024 * 1024
RECOVERS_WITHIN = 60


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], check=False, capture_output=True
        ).returncode
    )
    if not mounted:
        pytest.skip("needs root, to mount a disk of its own")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


class Site:
    def __init__(self, data: Path) -> None:
        self.environment = surroundings(data)
        self.address = f"http://127.0.0.1:{self.environment['SLUIS_PORT']}"
        self.known = self.asked("found")

    def asked(self, mode: str) -> dict[str, Any]:
        command = [sys.executable, str(HERE / "messages_on_a_full_disk.py"), mode]
        done = subprocess.run(command, env=self.environment, check=False, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def send(self, n: int) -> int:
        """The status; below 0 when it came without its reason, 0 without an answer: then nobody knows what was kept."""
        said = json.dumps([{"n": n, "text": "x" * 20_000}]).encode()
        headers = {"Authorization": f"Bearer {self.known['key']}", "Content-Type": "application/json"}
        request = Request(f"{self.address}/api/push/{self.known['source']}", said, headers, method="POST")
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status
        except HTTPError as error:
            return error.code if error.headers["Content-Type"] == "application/problem+json" else -error.code
        except (OSError, HTTPException):
            return 0


def test_full_and_with_room_again(small: Path, tmp_path: Path, tell: Tell) -> None:
    data, chance, fills = small / "data", random.Random(SEED), times(30, 2)
    site = Site(data)
    kept, unsure, refused, number = set[int](), set[int](), 0, 0
    with running(site.environment, "serve", log=tmp_path / "log") as process:
        assert ready(f"{site.address}/readyz", process)
        for _ in range(fills):
            free = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
            with (small / "ballast").open("wb") as ballast:
                os.posix_fallocate(ballast.fileno(), 0, max(4096, free - chance.randrange(4096, 2_000_000)))
            turned = False
            for turn in range(400):
                number += 1
                status = site.send(number)
                kept |= {number} if status == 202 else set()
                unsure |= {number} if status == 0 else set()
                assert status in (0, 202, 503, 507), status
                refused += status in (503, 507)
                turned = turned or status in (503, 507)
                if turned and turn % 5 == 4:
                    break
            assert turned, ("the disk was never full", len(kept), len(unsure))
            with urlopen(f"{site.address}/datasets", timeout=60) as page:  # who only reads is not bothered
                assert page.status == 200
            (small / "ballast").unlink()
            until = time.monotonic() + RECOVERS_WITHIN
            number += 1
            while (status := site.send(number)) != 202 and time.monotonic() < until:
                time.sleep(0.5)
            assert status == 202, "no service within a minute after there was room"
            kept.add(number)
            loaded = set[int]()
            while not kept <= loaded and time.monotonic() < until + RECOVERS_WITHIN:
                site.asked("due")
                time.sleep(2)
                loaded = set(site.asked("check")["loaded"])
            found = site.asked("check")
            assert found["wrong"] == []
            assert kept <= set(found["loaded"]), "an accepted message was lost"
            assert len(found["loaded"]) == len(set(found["loaded"])), "a message came twice"
            assert set(found["loaded"]) <= kept | unsure, "a refused message came all the same"
    tell(3, fills=fills, seed=SEED, kept=len(kept), refused=refused, without_answer=len(unsure))
