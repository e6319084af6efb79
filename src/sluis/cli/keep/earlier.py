"""The backup before this one: a file that it holds is not copied again but linked, so that every backup is whole and a
later one takes only the room and the time of what is new."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sluis.cli.keep.contents import MANIFEST, blob, fits
from sluis.cli.language import _
from sluis.cli.terminal import say

READ_BACK = 1 << 30
"""Bytes of what was taken over that each backup reads again, what was read the longest ago first: a disk of backups
forgets too, and one that is only ever linked to would never be looked at."""


@dataclass
class Earlier:
    """`folder` is None when there is none. The date of a file in a backup is when its bytes last fitted its name."""

    folder: Path | None
    taken: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def beside(cls, target: Path) -> "Earlier":
        """The newest finished backup in the folder where `target` comes."""
        made = [file for file in target.parent.glob(f"*/{MANIFEST}") if not file.parent.name.startswith(".")]
        return cls(max(made, key=lambda file: file.stat().st_mtime).parent if made else None)

    def gives(self, sha256: str, size: int, target: Path) -> bool:
        """Put this file at `target`; False when it is not there whole, or the disk knows no links."""
        if self.folder is None:
            return False
        there = self.folder / blob(sha256)
        try:
            if there.stat().st_size != size:
                return False
            os.link(there, target)
        except OSError:
            return False
        self.taken[sha256] = target
        return True

    def read_back(self) -> list[str]:
        """Look at some of what was taken over; returns what no longer fits its name."""
        found, left = list[str](), READ_BACK
        for sha256, file in sorted(self.taken.items(), key=lambda one: one[1].stat().st_mtime):
            if left <= 0:
                break
            left -= file.stat().st_size
            if fits(file, sha256):
                with suppress(OSError):  # made by somebody else: then it is looked at again the next time
                    os.utime(file)
            else:
                say(_("In {folder} is bestand {file} beschadigd; deze back-up krijgt het opnieuw.").format(
                    folder=self.folder, file=sha256
                ))  # fmt: skip
                found.append(sha256)
        return found
