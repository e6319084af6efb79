"""Backups of a site at work come back as it was: every file bit for bit, every row, and the head of the audit chain.

A backup is made while the site works, while it stands still in the middle of something, and after it was killed. Of a
site that stands still we hash every table ourselves, so what comes back is held against the site and not only against
what the backup says of itself. Nothing that was acknowledged before a backup began is missing in it.
"""

import filecmp
import os
import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests import postgres
from tests.chaos.at_work import Site, stopped
from tests.chaos.conftest import Tell
from tests.chaos.counts import parts
from tests.chaos.keeping import content, sluis
from tests.storage_servers import bucket, environment

pytestmark = pytest.mark.slow
SEED = 20261129
WAYS = ("stands still", "works", "was killed")


@dataclass
class Place:
    """Where sites stand: on a disk, or with their database in PostgreSQL and their files in a bucket."""

    folder: Path
    server: postgres.Server | None = None
    files: dict[str, Any] | None = None

    def settings(self, name: str) -> dict[str, str]:
        """Of a site of this name, with a database and a folder in the bucket of its own."""
        if self.server is None or self.files is None:
            return {}
        self.server.run(f"CREATE DATABASE {name}")
        there = f"s3://{urlsplit(self.files['storage']).netloc}/{name}"
        return environment(self.files | {"storage": there}) | {"SLUIS_DATABASE": self.server.address(name)}

    def forget(self, name: str, data: Path) -> None:
        shutil.rmtree(data)
        if self.server:
            self.server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "disk":
        yield Place(tmp_path)
        return
    (tmp_path / "s3").mkdir()
    with postgres.crashing(durable=True) as there, bucket(tmp_path / "s3") as files:
        yield Place(tmp_path, there.server, files)


CASES = [("disk", *part) for part in parts(45, 3, 9)] + [("postgresql", *part) for part in parts(15, 3, 5)]


@pytest.mark.parametrize(("place", "part", "backups"), CASES, indirect=["place"])
def test_each_backup_comes_back_as_the_site_was(place: Place, part: int, backups: int, tell: Tell) -> None:
    seed = SEED + 1000 * part + 500 * (place.server is not None)
    chance, settings = random.Random(seed), place.settings("site")
    site = Site(place.folder / "data", settings=settings)
    site.found()
    heads, kept = dict[int, str](), list[Path]()
    for n in range(backups):
        way, target = WAYS[n % len(WAYS)], place.folder / "kept" / (f"{n}.tar" if n % 4 == 3 else f"{n}")
        before, known = _backed_up(site, settings, way, target, seed + n, chance)
        kept.append(target)
        manifest = _as_it_was(place, f"back{n}", target, before, known)
        heads[manifest["audit_seq"]] = manifest["audit_head"]
    assert site.accepted
    site.check()
    chain = content(site.data, settings, list(heads))["audit"]
    assert {int(seq): head for seq, head in chain.items()} == heads, "a backup stood at no moment of the site"
    _as_it_was(place, "first", kept[0], None, Site(place.folder / "nobody"))  # the later ones share its files
    on = "postgresql" if place.server else "disk"
    tell(9, on=on, backups=backups, seed=seed, accepted=len(site.accepted), decided=len(site.decided))


def _backed_up(
    site: Site, settings: dict[str, str], way: str, target: Path, seed: int, chance: random.Random
) -> tuple[dict[str, Any] | None, Site]:
    """What the site held when the backup was made (None: it went on working), and what it had acknowledged by then."""
    with ExitStack() as stack:
        process, before = stack.enter_context(site.at_work(seed, chance)), None
        if way == "was killed":
            stack.close()
        elif way == "stands still":
            stopped(process)
        if way != "works":
            before = content(site.data, settings)
        known = Site(site.data)
        known.accepted, known.promised = set(site.accepted), set(site.promised)
        known.decided, known.withdrawn = set(site.decided), set(site.withdrawn)
        if way != "was killed":  # else the site has heard it already
            known.take((site.logs / f"out-{seed}").read_text())
        made = sluis(site.data, settings, "backup", target)
        assert made.code == 0, made.said
        if way == "stands still":
            os.killpg(process.pid, signal.SIGCONT)
    return before, known


def _as_it_was(place: Place, name: str, source: Path, before: dict[str, Any] | None, known: Site) -> dict[str, Any]:
    """Restore into a clean folder and compare; then the site goes on from there. Returns what the command said."""
    data, settings = place.folder / name, place.settings(name)
    came = sluis(data, settings, "restore", source, "--verify")
    assert came.code == 0, came.said
    assert came.said["equal"]
    now = content(data, settings)
    if before is not None:
        assert now["tables"] == before["tables"]
        assert now["head"] == before["head"]
        assert now["blobs"] == before["blobs"]
    if not settings:
        for file in (data / "blobs").glob("??/??/*"):
            original = place.folder / "data" / file.relative_to(data)
            assert not original.exists() or filecmp.cmp(file, original, shallow=False)
    assert sluis(data, settings, "table", "rebuild-catalogue").code == 0  # as the how-to says
    back = Site(data, settings=settings)
    back.accepted, back.promised, back.decided, back.withdrawn = (
        known.accepted, known.promised, known.decided, known.withdrawn,
    )  # fmt: skip
    back.check()
    place.forget(name, data)
    return came.said["after"]
