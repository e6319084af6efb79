"""Two web hosts and two workers on one PostgreSQL and one bucket, each with a disk of its own; two are killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from tests import postgres
from tests.chaos.conftest import Tell
from tests.chaos.counts import times
from tests.serving import ready, surroundings
from tests.storage_servers import bucket, environment

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent


class Host:
    """A process group with a disk of its own."""

    def __init__(self, folder: Path, settings: dict[str, str], *words: str) -> None:
        self.data, self.log = folder / "data", folder / "log"
        folder.mkdir()
        self.environment = surroundings(self.data, **settings, PYTHONPATH=str(HERE.parent.parent))
        self.address = f"http://127.0.0.1:{self.environment['SLUIS_PORT']}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sluis", *words],
                env=self.environment, stdout=log, stderr=log, start_new_session=True, text=True,
            )  # fmt: skip

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def get(self, path: str, cookie: str = "") -> tuple[int, str]:
        asked = Request(self.address + path, headers={"Cookie": f"sluis={cookie}"} if cookie else {})
        try:
            with urlopen(asked, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, ""
        except (URLError, OSError):
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


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[dict[str, str]]:
    (tmp_path / "s3").mkdir()
    with postgres.serving() as server, bucket(tmp_path / "s3") as files:
        server.run("CREATE DATABASE sluis")
        common = {"SLUIS_DATABASE": server.address("sluis"), "SLUIS_SECRET_KEY": "k" * 40, "SLUIS_API_RATE": "0"}
        yield {**environment(files), **common}


def say(settings: dict[str, str], data: Path, mode: str, number: int = 0) -> list[dict[str, Any]]:
    more = {**settings, "PYTHONPATH": str(HERE.parent.parent)}
    command = [sys.executable, str(HERE / "asking_others.py"), mode, str(number)]
    done = subprocess.run(
        command, env=surroundings(data, **more), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def soon(so: Callable[[], bool], seconds: float = 120) -> bool:
    limit = time.monotonic() + seconds
    while not (found := so()) and time.monotonic() < limit:
        time.sleep(0.5)
    return found


def test_one_web_host_and_one_worker_are_killed_under_load(
    settings: dict[str, str], tmp_path: Path, tell: Tell
) -> None:
    asking = times(20, 4)
    (session,) = say(settings, tmp_path / "operator", "found")
    with ExitStack() as stack:

        def host(name: str, *words: str, **more: str) -> Host:
            made = Host(tmp_path / name, {**settings, **more}, *words)
            stack.callback(lambda: made.kill() if made.process.poll() is None else None)
            return made

        webs = [host(f"web-{n}", "serve", SLUIS_JOBS="0") for n in range(2)]
        workers = [host(f"worker-{n}", "worker") for n in range(2)]
        for web in webs:
            assert ready(f"{web.address}/readyz", web.process), web.log.read_text()

        say(settings, tmp_path / "operator", "publish")
        found = '"slug": "zwemwater"'
        for web in webs:  # each has an index of its own, and neither did the publishing
            assert soon(lambda web=web: found in web.get("/api/v1/datasets?q=zwemwater")[1].replace('":"', '": "'))
            assert web.get("/desk/", session["session"])[0] == 200
            assert web.get("/api/v1/datasets/zwemwater/rows?limit=1")[0] == 200

        visitors = [Visitor(web) for web in webs]
        for visitor in visitors:
            visitor.start()
        accepted = [one["accepted"] for one in say(settings, tmp_path / "operator", "ask", asking)]
        time.sleep(2)
        workers[0].kill()
        webs[0].kill()
        accepted += [one["accepted"] for one in say(settings, tmp_path / "operator", "ask", asking)]
        (stands,) = say(settings, tmp_path / "operator", "check")
        for visitor in visitors:
            visitor.stop.set()
            visitor.join(70)

        assert stands["wrong"] == []
        assert set(accepted) <= set(stands["ready"])
        assert len(stands["workers"]) == 2
        assert set(visitors[1].answers) == {200}
        assert webs[1].get("/readyz")[0] == 200
    tell(6, hosts=4, killed=2, versions=len(accepted), answers=len(visitors[1].answers), again=stands["again"])
