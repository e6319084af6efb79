"""The structures of public tables, opened once per process."""

import logging
import time
from collections import OrderedDict
from threading import Lock

from sluis.foundation.service import blobs
from sluis.kernel.errors import SluisError
from sluis.lake.serving import plan
from sluis.lake.serving.ready import Ready
from sluis.release import aids
from sluis.release.types import PublicTableInfo

log = logging.getLogger("sluis.release")
_MOST = 200
_LOOK_AGAIN_SECONDS = 5.0
_opened: OrderedDict[str, tuple[Ready | None, float]] = OrderedDict()
_lock = Lock()


def ready(table: PublicTableInfo) -> Ready | None:
    """What makes this table fast, as far as it is there; None when nothing is.

    A table never changes, nor do its structures: what is whole is looked up once. What cannot be read is left alone.
    """
    if table.rows < plan.LEAST_ROWS:
        return None
    now = time.monotonic()
    with _lock:
        if found := _opened.get(table.sha256):
            _opened.move_to_end(table.sha256)
            if now < found[1]:
                return found[0]
    opened, until = _open(table.sha256, now)
    with _lock:
        _opened[table.sha256] = opened, until
        while len(_opened) > _MOST:
            _opened.popitem(last=False)
    return opened


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
