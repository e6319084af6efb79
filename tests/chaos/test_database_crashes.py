"""PostgreSQL ends without a word while the site works, and starts again: nothing acknowledged is lost or done twice."""

import random
from pathlib import Path

import pytest
from tests.chaos.at_work import Site
from tests.chaos.conftest import Tell
from tests.chaos.counts import times
from tests.postgres import crashing

pytestmark = pytest.mark.slow
SEED = 20261203


def test_what_was_acknowledged_survives_the_crash(tmp_path: Path, tell: Tell) -> None:
    crashes, chance = times(50, 2), random.Random(SEED)
    with crashing(durable=True) as database:
        database.server.run("CREATE DATABASE sluis")
        site = Site(tmp_path / "data", settings={"SLUIS_DATABASE": database.server.address("sluis")})
        site.found()
        for n in range(crashes):
            with site.at_work(SEED + n, chance):
                database.crash()
            database.start()
        site.check()
    assert site.accepted
    tell(4, crashes=crashes, seed=SEED, accepted=len(site.accepted), decided=len(site.decided))
