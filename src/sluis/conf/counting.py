"""Where the counts of this process stand: in memory mapped to files, found by the environment."""

import os
from pathlib import Path

_COUNTS, _COUNTS_BYTES = "PROMETHEUS_MULTIPROC_DIR", 2 << 20


def count_in(folder: Path) -> None:
    """Let this process and the ones it starts keep their counts together in this folder.

    Before anything imports the instruments: prometheus_client looks for this name when it is imported.
    """
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[_COUNTS] = str(folder)
    reserve_counts()


def reserve_counts() -> None:
    """Take the room on the disk for the counts of this process at once.

    They stand in memory that is mapped to a file: writing where a full disk has no room ends a process with SIGBUS, and
    with it the site. Without room now, this process counts for itself alone.
    """
    if _COUNTS not in os.environ:
        return
    try:
        for kind in ("counter", "histogram"):
            with Path(os.environ[_COUNTS], f"{kind}_{os.getpid()}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, _COUNTS_BYTES)
    except OSError:
        del os.environ[_COUNTS]
