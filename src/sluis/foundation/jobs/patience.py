"""How long a job is tried again, and when.

What is wrong in the work itself gets a few quick attempts: they seldom help. What is away outside (`Unavailable`) comes
back when its maintenance is over: it gets half a day of attempts, ever further apart. A name that does not exist gets
an hour of them: a container that starts again may have none meanwhile, a typing error never gets one. Such a job waits
behind all other work, and one thread of a process at a time tries what is away, until an attempt is good: neither other
work nor what just came back suffers from a thousand that wait.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from sluis.kernel import clock
from sluis.kernel.errors import Unavailable, from_wire

MAX_ATTEMPTS = 4
FEWEST_AWAY = 12
"""Also when half a day went by otherwise: its clock was wrong."""
LONGEST_AWAY = timedelta(hours=12)
LONGEST_NAMELESS = timedelta(hours=1)
_STOOD_STILL = timedelta(hours=1)
"""Later than this an attempt was not held up by other work: Sluis did not run (a closed laptop, a restore)."""
BEHIND = -40
"""Priority of what waits for something outside: behind all but what has time for ever."""
_QUICK = timedelta(seconds=5)
_FURTHEST = timedelta(minutes=10)


def is_away(error: BaseException) -> bool:
    return isinstance(error, Unavailable) and error.passes


def told_away(failure: Mapping[str, Any] | None) -> bool:
    """As `is_away`, of an error on the wire."""
    return failure is not None and is_away(from_wire(failure))


def told_nameless(failure: Mapping[str, Any] | None) -> bool:
    """Of an error on the wire: it was not there because its name does not exist."""
    return ((failure or {}).get("params") or {}).get("nameless") is True


def quick(times: int) -> timedelta:
    """The wait after so many attempts that went wrong."""
    return _QUICK * 2 ** (times - 1)


def apart(times: int, first: timedelta = _QUICK, factor: int = 2) -> timedelta:
    """The wait after so many attempts that found it away: at most 10 minutes, and up to half more by chance."""
    grown = min(first * factor ** min(times - 1, 9), _FURTHEST)
    return grown * random.uniform(1, 1.5)


def is_over(since: datetime, times: int, idle: timedelta = timedelta(0), nameless: datetime | None = None) -> bool:
    """It was away too often and too long, apart from the time that Sluis stood still; `nameless`: since when each
    attempt found that its name does not exist."""
    passed = clock.now() - idle
    long = passed - since > LONGEST_AWAY or (nameless is not None and passed - nameless > LONGEST_NAMELESS)
    return times >= FEWEST_AWAY and long


def times_away(failure: Mapping[str, Any] | None) -> int:
    """How many attempts of a job found something away; they do not count as its own."""
    return int((failure or {}).get("away", {}).get("times", 0))


def since_away(failure: Mapping[str, Any] | None) -> datetime:
    """When the first of them did; now when none did, or when that was said by a clock that was wrong."""
    return _moment(failure, "since") or clock.now()


def since_nameless(failure: Mapping[str, Any] | None) -> datetime | None:
    """When the first did of those in a row until now that found no such name; None when the last one did not."""
    return _moment(failure, "nameless")


def _moment(failure: Mapping[str, Any] | None, name: str) -> datetime | None:
    said = (failure or {}).get("away", {}).get(name)
    return min(datetime.fromisoformat(said), clock.now()) if said else None


def idle_seconds(failure: Mapping[str, Any] | None) -> int:
    """How long Sluis itself stood still between those attempts: nobody can have seen in that time that it was there."""
    return int((failure or {}).get("away", {}).get("idle", 0))


def stood_still(late: timedelta) -> timedelta:
    """How much of a wait that took so much longer than was said does not count as waited."""
    return late if late > _STOOD_STILL else timedelta(0)


class _Lane:
    """Jobs of this process that try what was away; one at a time while that does not go well."""

    def __init__(self) -> None:
        self.taking = Lock()  # from the look whether it is full until the job that was taken is in it
        self._trying: set[UUID] = set()
        self._well = False

    def is_full(self) -> bool:
        return bool(self._trying) and not self._well

    def enter(self, job_id: UUID) -> None:
        self._trying.add(job_id)

    def leave(self, job_id: UUID, *, well: bool) -> None:
        if job_id in self._trying:
            self._trying.discard(job_id)
            self._well = well


lane = _Lane()
