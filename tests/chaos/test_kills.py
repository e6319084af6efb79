"""kill -9 on the whole process tree at random moments: no half version, no lost upload, and the site recovers."""

import random
import shutil
from pathlib import Path

import pytest
from tests.chaos.at_work import Site
from tests.chaos.conftest import Tell
from tests.chaos.counts import parts, times
from tests.storage_servers import bucket, environment, lying

SEED = 20261123


def storm(data: Path, kills: int, seed: int, settings: dict[str, str] | None = None) -> Site:
    """Killed so many times; what it left is for `site.check`."""
    site, chance = Site(data, settings=settings), random.Random(seed)
    site.found()
    for n in range(kills):
        site.run_and_kill(seed + n, chance)
    return site


def test_killed_at_random_moments_nothing_is_half_and_nothing_is_lost(tmp_path: Path, migrated: Path) -> None:
    shutil.copytree(migrated, tmp_path / "data")
    site = storm(tmp_path / "data", 4, SEED)
    site.check()
    assert site.accepted
    assert site.promised


@pytest.mark.slow
def test_the_same_with_the_files_in_a_bucket_that_fails_a_fifth_of_the_time(tmp_path: Path, tell: Tell) -> None:
    """Each start is on an empty disk: what the dead one promised is in the bucket, or it was not promised."""
    (tmp_path / "s3").mkdir()
    kills = times(100, 3)
    with bucket(tmp_path / "s3") as settings, lying(settings["storage_endpoint"]) as way:
        way.share = 0.2
        site = storm(tmp_path / "data", kills, SEED, environment(settings | {"storage_endpoint": way.address}))
        way.share = 0.0  # an unsound bucket would be what the doctor finds
        site.check()
        assert site.accepted
        faults = sum(way.done[fault] for fault in way.faults)
        assert faults > 5
    tell(5, kills=kills, faults=faults, seed=SEED, accepted=len(site.accepted))


@pytest.mark.slow
@pytest.mark.parametrize(("part", "kills"), parts(500, 4, 50))
def test_many_kills(part: int, kills: int, tmp_path: Path, tell: Tell) -> None:
    site = storm(tmp_path / "data", kills, SEED + 1000 * part)
    site.check()
    assert site.accepted
    tell(1, kills=kills, seed=SEED + 1000 * part, accepted=len(site.accepted), decided=len(site.decided))
