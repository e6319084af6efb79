"""Two web hosts and two workers on one PostgreSQL and one bucket, each with a disk of its own; two are killed."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests import postgres
from tests.chaos.conftest import Tell
from tests.chaos.counts import times
from tests.chaos.hosts import Host, Visitor, say, soon
from tests.serving import ready
from tests.storage_servers import bucket, environment

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[dict[str, str]]:
    (tmp_path / "s3").mkdir()
    with postgres.serving() as server, bucket(tmp_path / "s3") as files:
        server.run("CREATE DATABASE sluis")
        common = {"SLUIS_DATABASE": server.address("sluis"), "SLUIS_SECRET_KEY": "k" * 40, "SLUIS_API_RATE": "0"}
        yield {**environment(files), **common}


def test_one_web_host_and_one_worker_are_killed_under_load(
    settings: dict[str, str], tmp_path: Path, tell: Tell
) -> None:
    asking = times(20, 4)
    (session,) = say(settings, tmp_path / "operator", "found")
    with ExitStack() as stack:

        def host(name: str, *words: str, **more: str) -> Host:
            made = Host(tmp_path / name, {**settings, **more}, *words)
            stack.callback(made.kill)
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
            visitor.join()

        assert stands["wrong"] == []
        assert set(accepted) <= set(stands["ready"])
        assert len(stands["workers"]) == 2
        assert set(visitors[1].answers) == {200}
        assert webs[1].get("/readyz")[0] == 200
    tell(6, hosts=4, killed=2, versions=len(accepted), answers=len(visitors[1].answers), again=stands["again"])
