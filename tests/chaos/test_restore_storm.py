"""Restores that are killed, or on a full disk, or of a damaged backup: all of the site comes back, or none of it."""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests import postgres
from tests.chaos.at_work import Site
from tests.chaos.conftest import Tell
from tests.chaos.counts import times
from tests.chaos.keeping import content, sluis, sluis_killed

from sluis.cli.keep.contents import DATABASE, MANIFEST, MARK
from sluis.foundation.storage import Disk
from sluis.foundation.storage.disk import hash_of

pytestmark = pytest.mark.slow
SEED, FILES, SIZE = 20261130, 300, 200_000
MOST_KILLS = 5  # of one restore, before it may end


@dataclass(frozen=True)
class Kept:
    """A site that stands still, and its backups."""

    data: Path
    folder: Path
    tar: Path
    holds: dict[str, Any]

    def came_back(self, data: Path, settings: dict[str, str]) -> None:
        now = content(data, settings)
        assert now == self.holds
        doctor = sluis(data, settings, "doctor", "--deep")
        assert doctor.said["sound"], doctor.said


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """With so many files that most of a restore is bringing them back."""
    place = tmp_path_factory.mktemp("kept")
    site, chance = Site(place / "data"), random.Random(SEED)
    site.found()
    site.run_and_kill(SEED, chance)
    site.check()
    files, one = Disk(site.data / "blobs", site.data / "tmp"), place / "one"
    for _ in range(FILES):
        one.write_bytes(chance.randbytes(SIZE))
        files.put(one, hash_of(one))
    folder, tar = place / "backups" / "one", place / "backups" / "one.tar"
    for target in (folder, tar):
        assert sluis(site.data, {}, "backup", target).code == 0
    return Kept(site.data, folder, tar, content(site.data, {}))


@pytest.mark.parametrize("way", ["folder", "tar", "postgresql"])
def test_a_restore_that_is_killed_is_done_again(kept: Kept, way: str, tmp_path: Path, tell: Tell) -> None:
    seed, source = SEED + len(way), kept.tar if way == "tar" else kept.folder
    chance, kills, killed, ended = random.Random(seed), times(60, 4), 0, 0
    with postgres.crashing(durable=True) if way == "postgresql" else nullcontext() as there:
        server = there and there.server
        lasts = _whole(kept, source, tmp_path / "whole", _database(server, "whole"))
        while killed < kills:
            data, settings = tmp_path / f"back{ended}", _database(server, f"back{ended}")
            for _ in range(chance.randint(1, MOST_KILLS)):
                if not sluis_killed(data, settings, chance.uniform(0.2, lasts), "restore", source):
                    break
                killed += 1
                if (data / MARK).exists():
                    assert sluis(data, settings, "migrate").said["code"] == "restore.unfinished"
                elif data.exists() and any(data.iterdir()):
                    break  # it had just ended
            else:
                came = sluis(data, settings, "restore", source)
                assert came.code == 0, came.said
            kept.came_back(data, settings)
            shutil.rmtree(data)
            ended += 1
    tell(9, on=way, kills=killed, restores=ended, seed=seed)


def _database(server: postgres.Server | None, name: str) -> dict[str, str]:
    if server is None:
        return {}
    server.run(f"CREATE DATABASE {name}")
    return {"SLUIS_DATABASE": server.address(name)}


def _whole(kept: Kept, source: Path, data: Path, settings: dict[str, str]) -> float:
    """One that is left alone; returns its seconds."""
    began = time.monotonic()
    assert sluis(data, settings, "restore", source).code == 0
    lasts = time.monotonic() - began
    kept.came_back(data, settings)
    shutil.rmtree(data)
    return lasts


def test_a_backup_that_is_killed_leaves_the_others_whole(kept: Kept, tmp_path: Path, tell: Tell) -> None:
    """The next one of that name begins anew; what it shares with those before it is never written in."""
    chance, kills, killed, made = random.Random(SEED), times(60, 4), 0, 0
    data = tmp_path / "data"
    shutil.copytree(kept.data, data)
    while killed < kills:
        target = tmp_path / "backups" / (f"{made}.tar" if made % 3 == 2 else str(made))
        killed += sluis_killed(data, {}, chance.uniform(0.2, 2.0), "backup", target)
        if not target.exists():
            again = sluis(data, {}, "backup", target)
            assert again.code == 0, again.said
        made += 1
    for n in {0, made // 2, made - 1}:
        source = tmp_path / "backups" / (f"{n}.tar" if n % 3 == 2 else str(n))
        assert sluis(tmp_path / f"back{n}", {}, "restore", source).code == 0
        kept.came_back(tmp_path / f"back{n}", {})
    tell(9, on="'backups killed'", kills=killed, backups=made, seed=SEED)


def test_a_damaged_backup_is_refused_and_names_what_does_not_fit(kept: Kept, tmp_path: Path, tell: Tell) -> None:
    chance, number, padding = random.Random(SEED), times(120, 6), 0
    for n in range(number):
        source, data = tmp_path / f"damaged{n}.tar", tmp_path / f"back{n}"
        if n % 4 == 3:
            shutil.copyfile(kept.tar, source)
            victim = source
        else:
            source = source.with_suffix("")
            shutil.copytree(kept.folder, source, copy_function=os.link)
            victim = _some_file(source, chance)
        _damage(victim, chance)
        came = sluis(data, {}, "restore", source)
        if source.suffix == ".tar" and came.code == 0:  # a bit between two files: nothing was lost
            padding += 1
            assert content(data, {}) == kept.holds
        else:
            assert came.code == 1, (victim, came.said)
            assert came.said["code"] in ("backup.damaged", "backup.manifest", "backup.format", "backup.unreadable")
            named = victim == source or came.said["code"] == "backup.format"  # said by a number, and not by a name
            assert named or victim.name in came.said["detail"], came.said
            assert not (data / DATABASE).exists()
            assert sluis(data, {}, "doctor").said["code"] == "restore.unfinished"
            assert sluis(data, {}, "restore", kept.folder).code == 0  # another backup, in the same folder
            assert content(data, {}) == kept.holds
        shutil.rmtree(data)
        shutil.rmtree(source) if source.is_dir() else source.unlink()
    tell(9, damaged=number, between_files=padding, seed=SEED)


def _some_file(backup: Path, chance: random.Random) -> Path:
    other = [backup / name for name in (DATABASE, MANIFEST, "audit-head.json")]
    return chance.choice(other if chance.random() < 0.5 else sorted((backup / "blobs").glob("??/??/*")))


def _damage(victim: Path, chance: random.Random) -> None:
    """One bit is another, the end is gone, or all of it. A new file in its place: it may be one of several names."""
    data = bytearray(victim.read_bytes())
    at = chance.randrange(len(data))
    victim.unlink()
    how = chance.choice(("bit", "bit", "cut", "gone"))
    if how == "bit":
        data[at] ^= 1 << chance.randrange(8)
    if how != "gone" or victim.suffix == ".tar":
        victim.write_bytes(data if how == "bit" else data[:at])


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory, of which the size is said later."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs root, to mount a disk of its own")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def _resize(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def test_a_full_disk_in_the_middle_leaves_no_half_site(kept: Kept, small: Path, tmp_path: Path, tell: Tell) -> None:
    chance, fills = random.Random(SEED), times(40, 3)
    needed = sum(file.stat().st_size for file in kept.folder.rglob("*") if file.is_file())
    for n in range(fills):
        data, target = small / f"back{n}", small / f"kept{n}"
        _resize(small, chance.randrange(100_000, needed))
        came = sluis(data, {}, "restore", kept.folder)
        assert (came.code, came.said["code"]) == (1, "cli.machine"), came.said
        assert sluis(data, {}, "migrate").said["code"] == "restore.unfinished"
        _resize(small, 3 * needed)
        assert sluis(data, {}, "restore", kept.folder).code == 0
        kept.came_back(data, {})
        shutil.rmtree(data)
        _resize(small, chance.randrange(100_000, needed))
        assert sluis(kept.data, {}, "backup", target).said["code"] == "cli.machine"
        assert not list(small.iterdir()), "half a backup"
    tell(9, full=2 * fills, seed=SEED)
