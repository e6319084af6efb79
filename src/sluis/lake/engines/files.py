"""The files of an order, where it is carried out: read where they stand, or fetched by name out of the same bucket.

Whoever carries out an order has settings of its own when there is a bucket (`sluis.conf.executor`); no address and no
key of it goes over.
"""

import logging
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sluis.foundation import blobs
from sluis.kernel.errors import Invalid, NotFound
from sluis.lake.engines.shapes import Read

_log = logging.getLogger("sluis.engine")
_RENEW_SECONDS = 600


@contextmanager
def here(reads: Sequence[Read]) -> Generator[tuple[dict[str, str], Callable[[], bool]]]:
    """Where each file of an order is found, by the name it has there, and what must be called now and then to keep it.

    Raises FileNotFoundError for what is not here, and Unavailable when the bucket is away.
    """
    fetched = _has_bucket()
    with blobs.held() as held:
        last = time.monotonic()

        def kept() -> bool:
            """Never a reason to stop."""
            nonlocal last
            if fetched and time.monotonic() - last > _RENEW_SECONDS:
                last = time.monotonic()
                held.renew()
            return False

        yield {read["name"]: _place(read, fetched=fetched) for read in reads}, kept


def _place(read: Read, *, fetched: bool) -> str:
    if not fetched or not read["sha256"]:
        return str(Path(read["path"]).resolve(strict=True))
    try:
        return str(blobs.path(read["sha256"]))
    except NotFound as missing:
        raise FileNotFoundError(read["sha256"]) from missing


def _has_bucket() -> bool:
    """Started without settings it has none: everything stands where the order says."""
    try:
        return bool(settings.SLUIS.storage)
    except (ImproperlyConfigured, AttributeError):
        return False
    except Invalid as wrong:
        _log.warning("settings of this executor: %s", wrong)
        raise FileNotFoundError("settings") from wrong
