"""A folder for the work on one order, where it is carried out.

Apache Spark kills its workers when work is stopped, and who is killed tidies nothing up. Nobody else sweeps there, so
the next order does. A folder is in use for as long as its maker holds it: the kernel lets go of what a dead one held.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "sluis-order-"
_YOUNG_SECONDS = 60  # its maker may not hold it yet


@contextmanager
def room() -> Generator[Path]:
    """An empty folder, which is gone afterwards."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        _forget(left)
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield Path(folder)
        finally:
            os.close(held)


def _forget(folder: Path) -> None:
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # gone by now, or of another user
        return
    try:
        if time.time() - os.fstat(held).st_mtime > _YOUNG_SECONDS:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(held)
