"""Signs of life of the workers, so that an operator sees that nobody works before the visitors do."""

import time
from datetime import timedelta

from sluis.foundation.models import WorkerBeat
from sluis.kernel import clock

EVERY_SECONDS = 15.0
SILENT = timedelta(minutes=1)
_FORGET = timedelta(days=1)
_last: dict[str, float] = {}


def beat(name: str) -> None:
    """Note that this worker lives; writes at most once in 15 seconds."""
    moment = time.monotonic()
    if moment - _last.get(name, float("-inf")) < EVERY_SECONDS:
        return
    _last[name] = moment
    now = clock.now()
    first = {"started_at": now, "seen_at": now}
    WorkerBeat.objects.update_or_create(name=name, defaults={"seen_at": now}, create_defaults=first)


def known() -> frozenset[str]:
    """Workers of this process."""
    return frozenset(_last)


def stopped(name: str) -> None:
    """This worker stops in order."""
    _last.pop(name, None)
    WorkerBeat.objects.filter(name=name).delete()


def alive() -> list[WorkerBeat]:
    """Workers that gave a sign in the last minute, oldest first."""
    now = clock.now()  # a sign from the future is of a clock that was wrong
    return list(WorkerBeat.objects.filter(seen_at__range=(now - SILENT, now + SILENT)).order_by("started_at"))


def forget_silent() -> None:
    """Rows of workers that died without a word, a day ago."""
    WorkerBeat.objects.filter(seen_at__lt=clock.now() - _FORGET).delete()
