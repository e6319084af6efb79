"""Two hosts lose 30 of 100 packets each way, and are cut off by turns while they publish: nothing is published twice.

Both work and serve, on one PostgreSQL and one bucket, and somebody at each of them decides every dossier. A host is cut
off at the moment that it has a publication in hands, until another has taken the work over from it (its lease is 30
seconds), and a while longer. Then it comes back with whatever it still meant to write.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests import postgres
from tests.chaos.conftest import Tell
from tests.chaos.counts import times
from tests.chaos.hosts import Asker, Host, say, soon
from tests.chaos.networks import HUB, NETWORK, Network, Wire, inside, network
from tests.serving import ready
from tests.storage_servers import bucket, environment

from sluis.conf.database import configuration

pytestmark = pytest.mark.slow
SEED, LOSS, PATIENCE_SECONDS = 20261201, 30, 1200
LATE = ("job lost", "the database did not answer", "went wrong")
"""What a host says that comes back and hears that its work is not its own any more, or its connection is gone."""
PUBLISHING = """
    SELECT job.id, job.fence, job.worker, run.handler FROM foundation_job job JOIN process_run run
    ON run.id::text = job.args->>0 WHERE job.state = 'running' AND run.handler LIKE 'release.%%'
    AND run.handler NOT LIKE 'release.check-%%'
"""


@dataclass
class Site:
    """What stands in the hub. `settings` are those of who is there, `of_hosts` those of who comes by the wire."""

    net: Network
    database: psycopg.Connection[Any]
    settings: dict[str, str]
    of_hosts: dict[str, str]

    def publishing(self) -> list[Any]:
        return self.database.execute(PUBLISHING).fetchall()

    def job(self, job_id: Any) -> tuple[str, int, str]:
        found = self.database.execute("SELECT state, fence, worker FROM foundation_job WHERE id = %s", [job_id])
        return found.fetchone() or ("gone", 0, "")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "s3").mkdir()
    with (
        network(hosts=2) as net,
        inside(net.hub),
        postgres.crashing(network=NETWORK) as there,
        bucket(tmp_path / "s3", listen="0.0.0.0") as files,
    ):
        there.server.run("CREATE DATABASE sluis")
        common = {"SLUIS_SECRET_KEY": "k" * 40, "SLUIS_API_RATE": "0"}
        settings = environment(files) | common | {"SLUIS_DATABASE": there.server.address("sluis")}
        by_wire = {"SLUIS_DATABASE": there.server.address("sluis", HUB)}
        by_wire["SLUIS_STORAGE_ENDPOINT"] = settings["SLUIS_STORAGE_ENDPOINT"].replace("127.0.0.1", HUB)
        with psycopg.connect(there.server.address("sluis"), autocommit=True) as database:
            yield Site(net, database, settings, settings | by_wire)


def test_every_decision_is_published_once(site: Site, tmp_path: Path, tell: Tell) -> None:
    chance, publications, cuts = random.Random(SEED), times(30, 3), times(15, 2)
    say(site.settings, tmp_path / "operator", "found")
    with ExitStack() as stack:
        hosts = [_started(site, wire, tmp_path / f"host-{wire.number}", stack) for wire in site.net.wires]
        say(site.settings, tmp_path / "operator", "prepare", publications)
        for wire in site.net.wires:
            wire.loses(LOSS)
        askers = [_decider(site, wire, tmp_path, stack) for wire in site.net.wires]
        met = _cuts(site, hosts, cuts, chance)
        said = [one for asker in askers for one in asker.said(PATIENCE_SECONDS * publications)]
        for wire in site.net.wires:
            wire.whole()
        (stands,) = say(site.settings, tmp_path / "operator", "outside")
        assert stands["wrong"] == []
        assert len(stands["published"]) == publications
        decided = [one["decided"] for one in said if "decided" in one]
        assert len(decided) == len(set(decided)), "two people were told that they decided the same"
        for host, wire in zip(hosts, site.net.wires, strict=True):
            with inside(wire.host):
                _shows(host, stands["published"])
    dropped = {why: sum(wire.dropped(why) for wire in site.net.wires) for why in ("lost", "cut")}
    assert dropped["lost"]
    lost, in_cuts, again = dropped["lost"], dropped["cut"], stands["again"]
    tell(6, publications=publications, cuts=met, seed=SEED, lost_packets=lost, in_cuts=in_cuts, begun_again=again)


def test_a_host_that_is_cut_off_lets_the_others_write() -> None:
    """It has the head of the line of writers, and the answer to its next question is under way when nothing comes
    through any more. PostgreSQL does not wait for that answer to arrive, nor the host for ever for the answer."""
    with network(hosts=1, patient=False) as net, inside(net.hub), postgres.crashing(network=NETWORK) as there:
        there.server.run("CREATE TABLE head (id int)", "INSERT INTO head VALUES (1)")
        address = there.server.address(host=HUB)
        options = configuration(address, Path("/"), connections=1)["OPTIONS"]
        del options["pool"]
        with inside(net.wires[0].host):
            cut_off = psycopg.connect(address, **options)
        cut_off.execute("SELECT * FROM head FOR UPDATE")
        asking = threading.Thread(target=_asks, args=(cut_off,), daemon=True)
        asking.start()
        time.sleep(1)  # the question has come there
        net.wires[0].cut()
        with psycopg.connect(there.server.address(), autocommit=True) as other:
            other.execute("SET lock_timeout = '1s'")
            assert soon(lambda: _writes(other)), "the line stands still"
        asking.join(120)
        assert not asking.is_alive()
        cut_off.close()


def _asks(connection: "psycopg.Connection[Any]") -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(3)")


def _writes(connection: "psycopg.Connection[Any]") -> bool:
    try:
        connection.execute("UPDATE head SET id = 2")
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _started(site: Site, wire: Wire, folder: Path, stack: ExitStack) -> Host:
    with inside(wire.host):
        host = Host(folder, site.of_hosts | {"SLUIS_JOBS": "2"}, "serve")
        stack.callback(host.kill)
        assert ready(f"{host.address}/readyz", host.process), host.log.read_text()
    return host


def _decider(site: Site, wire: Wire, folder: Path, stack: ExitStack) -> Asker:
    with inside(wire.host):
        asker = Asker(site.of_hosts, folder / f"person-{wire.number}", "decide", SEED + wire.number)
    stack.callback(asker.stop)
    return asker


def _cuts(site: Site, hosts: list[Host], cuts: int, chance: random.Random) -> int:
    """Cut hosts off in the middle of publishing, one at a time; returns how often one lost its work by it."""
    met, until = 0, time.monotonic() + PATIENCE_SECONDS * cuts
    while met < cuts:
        assert time.monotonic() < until, "no host was caught at publishing"
        for job_id, fence, worker, _ in site.publishing():
            number = [str(host.process.pid) for host in hosts].index(worker.split(":")[1])
            wire, host = site.net.wires[number], hosts[number]
            time.sleep(chance.uniform(0, 0.5))
            said = host.log.stat().st_size
            wire.cut()
            try:
                time.sleep(1)  # what was under way to the hub has come there
                if site.job(job_id)[:2] != ("running", fence):
                    continue  # it had just ended
                assert soon(lambda job_id=job_id, fence=fence: site.job(job_id)[1] > fence, 180), "nobody took it over"
                time.sleep(chance.uniform(0, 15))
            finally:
                wire.loses(LOSS)
            assert soon(lambda host=host, said=said: _hears(host, said), 180), "it does not know that it lost its work"
            met += 1
            break
        time.sleep(0.05)
    return met


def _hears(host: Host, since: int) -> bool:
    with host.log.open("rb") as log:
        log.seek(since)
        said = log.read().decode(errors="replace")
    return any(late in said for late in LATE)


def _shows(host: Host, slugs: list[str]) -> None:
    assert host.get("/readyz")[0] == 200
    for slug in slugs:
        assert soon(lambda slug=slug: host.get(f"/api/v1/datasets/{slug}")[0] == 200), slug
        assert host.get(f"/api/v1/datasets/{slug}/rows?limit=1")[0] == 200
