"""When a source is due: pure rules, in the time that the clocks in the Netherlands show.

A day of 23 or 25 hours does not shift a schedule: 'daily at 02:30' is once a day, also on the night without a 02:30
(then at 03:30) and on the night with two (then at the first).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sluis.kernel.clock import AMSTERDAM
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_

LEAST_MINUTES, MOST_MINUTES = 5, 7 * 24 * 60
_WEEK, _MONTH = 7, 31


class Every(StrEnum):
    NEVER = "never"
    MINUTES = "minutes"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`count` is the number of minutes, the weekday (1 Monday to 7) or the day of the month; `at` the local time.

    A month that is too short has its last day instead.
    """

    every: Every = Every.NEVER
    count: int = 0
    at: time = time(0)

    @classmethod
    def read(cls, raw: Mapping[str, Any] | None) -> "Schedule":
        """From a form, the command line or the database; raises Invalid with a fault per field."""
        raw, faults = raw or {}, list[Fault]()
        every = _every(raw.get("every"), faults)
        low, high = _RANGES.get(every, (0, 0))
        count = _count(raw.get("count"), low, high, faults) if high else 0
        at = _at(raw.get("at"), faults) if every in (Every.DAY, Every.WEEK, Every.MONTH) else time(0)
        if faults:
            raise Invalid("source.schedule", N_("Wanneer de bron aan de beurt is, klopt niet."), faults=faults)
        return cls(every, count, at)

    def to_json(self) -> dict[str, Any]:
        return {"every": self.every.value, "count": self.count, "at": self.at.strftime("%H:%M")}


_RANGES = {Every.MINUTES: (LEAST_MINUTES, MOST_MINUTES), Every.WEEK: (1, _WEEK), Every.MONTH: (1, _MONTH)}


def following(schedule: Schedule, after: datetime) -> datetime | None:
    """The first moment (aware, UTC) later than `after`; None for never."""
    if schedule.every is Every.NEVER:
        return None
    if schedule.every is Every.MINUTES:
        return after.astimezone(UTC) + timedelta(minutes=schedule.count)
    day = after.astimezone(AMSTERDAM).date()
    while True:
        if _falls_on(schedule, day):
            moment = _moment(day, schedule.at)
            if moment > after:
                return moment
        day += timedelta(days=1)


def _falls_on(schedule: Schedule, day: date) -> bool:
    if schedule.every is Every.WEEK:
        return day.isoweekday() == schedule.count
    if schedule.every is Every.MONTH:
        last = (day + timedelta(days=1)).month != day.month
        return day.day == schedule.count or (last and day.day < schedule.count)
    return True


def _moment(day: date, at: time) -> datetime:
    """`fold=0` takes the first of two equal times, and moves a time that does not exist an hour on."""
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)


def _every(value: Any, faults: list[Fault]) -> Every:
    try:
        return Every(value or "never")
    except ValueError:
        faults.append(Fault(N_("Kies uit: nooit, minuten, dag, week of maand."), field="every"))
        return Every.NEVER


def _count(value: Any, low: int, high: int, faults: list[Fault]) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if not low <= number <= high:
        faults.append(Fault(N_("Vul een getal in van {low} tot en met {high}."), field="count",
                            params={"low": low, "high": high}))  # fmt: skip
    return number


def _at(value: Any, faults: list[Fault]) -> time:
    try:
        return datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007 - a time of day without a date
    except ValueError:
        faults.append(Fault(N_("Vul een tijd in, zoals 06:30."), field="at"))
        return time(0)
