"""The structures of public tables, opened once per process."""

import logging
import time

from sluis.foundation.service import blobs
from sluis.kernel.errors import SluisError
from sluis.kernel.recent import Recent
from sluis.lake.serving import plan
from sluis.lake.serving.ready import Ready
from sluis.release import aids
from sluis.release.types import PublicTableInfo

log = logging.getLogger("sluis.release")
_LOOK_AGAIN_SECONDS = 5.0
_opened: Recent[str, tuple[Ready | None, float]] = Recent(200)


def ready(table: PublicTableInfo) -> Ready | None:
    """What makes this table fast, as far as it is there; None when nothing is.

    A table never changes, nor do its structures: what is whole is looked up once. What cannot be read is left alone.
    """
    if table.rows < plan.LEAST_ROWS:
        return None
    now = time.monotonic()
    found = _opened.get(table.sha256)
    if found is None or now >= found[1]:
        found = _open(table.sha256, now)
        _opened.put(table.sha256, found)
    return found[0]


def _open(sha256: str, now: float) -> tuple[Ready | None, float]:
    """And until when that holds."""
    names, coming = aids.files(sha256)
    until = now + _LOOK_AGAIN_SECONDS if coming or not names else float("inf")
    if aids.FIRST not in names:
        return None, until
    try:
        return Ready({name: blobs.path(sha) for name, sha in names.items()}), until
    except (SluisError, ValueError, KeyError, OSError):
        log.exception("structures of table %s cannot be read", sha256[:12])
        return None, now + _LOOK_AGAIN_SECONDS
