"""The disk is full: who sends something hears so or it is kept, what stood there stands, and with room all goes on."""

import json
import os
import random
import subprocess
import sys
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
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
SEED, SIZE = 20261202, 192 * 1024 * 1024


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
        done = subprocess.run(command, env=self.environment, check=False, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def send(self, n: int) -> int:
        """The status; below 0 when it came without its reason, 0 without an answer: then nobody knows what was kept."""
        said = json.dumps([{"n": n, "text": "x" * 20_000}]).encode()
        headers = {"Authorization": f"Bearer {self.known['key']}", "Content-Type": "application/json"}
        request = Request(f"{self.address}/api/push/{self.known['source']}", said, headers, method="POST")
        try:
            with urlopen(request, timeout=PATIENCE_SECONDS) as answer:
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
            with urlopen(f"{site.address}/datasets", timeout=PATIENCE_SECONDS) as page:
                assert page.status == 200, "who only reads is not bothered"
            (small / "ballast").unlink()
            number += 1
            last = number
            until(lambda last=last: site.send(last) == 202, "no service after there was room", every=0.5)
            kept.add(number)

            def loaded(kept: set[int] = kept) -> bool:
                site.asked("due")
                return kept <= set(site.asked("check")["loaded"])

            until(loaded, "an accepted message was lost", every=2)
            found = site.asked("check")
            assert found["wrong"] == []
            assert len(found["loaded"]) == len(set(found["loaded"])), "a message came twice"
            assert set(found["loaded"]) <= kept | unsure, "a refused message came all the same"
    tell(3, fills=fills, seed=SEED, kept=len(kept), refused=refused, without_answer=len(unsure))
