"""Time is handed in, never taken: tests and the simulator turn the clock themselves."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


@dataclass(frozen=True)
class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until somebody moves it."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    def advance(self, step: timedelta) -> None:
        self.moment += step


_clock: Clock = SystemClock()


def now() -> datetime:
    """The present according to the installed clock (aware, UTC)."""
    return _clock.now()


def today() -> date:
    """The date in the Netherlands: law and people count days there."""
    return now().astimezone(AMSTERDAM).date()


def install(clock: Clock) -> Clock:
    """Put another clock in place; returns the one that stood there, so a test can put it back."""
    global _clock
    before, _clock = _clock, clock
    return before
