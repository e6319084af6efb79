"""Everything from one store to another: can be broken off and done again, and ends with proof."""

from collections.abc import Callable
from pathlib import Path

from sluis.foundation.storage.types import BlobRef, Store
from sluis.foundation.storage.whole import digest
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_


def copy_all(source: Store, target: Store, work: Path, told: Callable[[int, int], None]) -> int:
    """Copy every blob that the target does not hold already; returns how many there are.

    Each is held against its name on the way, and what the target holds is read back and compared. `work` is a file
    that may be overwritten; `told` hears how many of how many are done. Raises Invalid when a blob is damaged.
    """
    every = sorted(source.stored(), key=lambda one: one.sha256)
    for done, one in enumerate(every):
        told(done, len(every))
        ref = BlobRef(one.sha256, one.size)
        if target.size(one.sha256) != one.size:
            _copy(source, target, ref, work)
        if digest(target.read(one.sha256, 0, one.size)) != one.sha256:
            raise _damaged(one.sha256)
    told(len(every), len(every))
    return len(every)


def _copy(source: Store, target: Store, ref: BlobRef, work: Path) -> None:
    try:
        with work.open("wb") as out:
            found = digest(source.read(ref.sha256), out)
        if found != ref.sha256:
            raise _damaged(ref.sha256)
        target.put(work, ref)
    finally:
        work.unlink(missing_ok=True)


def _damaged(sha256: str) -> Invalid:
    return Invalid(
        "blob.damaged",
        N_("Bestand {sha256} is beschadigd."),
        way_out=N_("Haal het uit een back-up; de rest gaat daarna verder waar het was."),
        sha256=sha256,
    )
