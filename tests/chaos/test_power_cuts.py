"""The power fails: the process stands still, and of the disk only what was written to it is left.

The data folder stands on an ext4 file system in a file. A cut is a copy of that file while the site stands still: what
the kernel still held in memory is not in it. The site goes on with the copy, as a machine after a cut does.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.chaos.at_work import Site, stopped
from tests.chaos.conftest import Tell
from tests.chaos.counts import parts

pytestmark = pytest.mark.slow
SEED, SIZE = 20261128, "1G"


class Disk:
    """An ext4 file system in a file, mounted at `at`."""

    def __init__(self, folder: Path) -> None:
        self.image, self.at = folder / "disk", folder / "mounted"
        self.at.mkdir()
        subprocess.run(["truncate", "-s", SIZE, self.image], check=True)
        subprocess.run(["mkfs.ext4", "-q", self.image], check=True, capture_output=True)

    def mount(self) -> None:
        subprocess.run(["mount", "-o", "loop", self.image, self.at], check=True, capture_output=True)

    def unmount(self) -> None:
        subprocess.run(["umount", self.at], check=False, capture_output=True)

    def cut(self) -> Path:
        """What stands on the disk at this moment."""
        left = self.image.with_suffix(".left")
        subprocess.run(["cp", "--sparse=always", self.image, left], check=True)
        return left

    def after(self, left: Path) -> None:
        self.unmount()
        left.replace(self.image)
        self.mount()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("needs root and mkfs.ext4")
    made = Disk(tmp_path)
    try:
        made.mount()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop devices here: {error.stderr.decode()[:100]}")
    yield made
    made.unmount()


@pytest.mark.parametrize(("part", "cuts"), parts(200, 2, 20))
def test_what_was_acknowledged_survives_the_cut(part: int, cuts: int, disk: Disk, tmp_path: Path, tell: Tell) -> None:
    seed = SEED + 1000 * part
    site, chance = Site(disk.at / "data", tmp_path), random.Random(seed)
    site.found()
    os.sync()
    for n in range(cuts):
        with site.at_work(seed + n, chance) as process:
            stopped(process)
            left = disk.cut()
        disk.after(left)
    site.check()
    assert site.accepted
    tell(2, cuts=cuts, seed=seed, accepted=len(site.accepted), decided=len(site.decided))
