"""ISO 8601 durations, moments and repeating intervals, as process files write them. Pure: the moment is handed in."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sluis.kernel.clock import AMSTERDAM

_NUMBER = r"(\d{1,6}(?:[.,]\d{1,6})?)"
_DURATION = re.compile(
    rf"P(?!$)(?:(\d{{1,4}})Y)?(?:(\d{{1,5}})M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_CYCLE = re.compile(r"R(\d{0,4})/(P.+)")


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole months by the calendar, and a fixed length."""

    months: int
    fixed: timedelta

    def after(self, start: datetime) -> datetime:
        """The moment this long after `start`; 31 January plus a month is the last day of February, Dutch time."""
        local = start.astimezone(AMSTERDAM)
        count = local.year * 12 + local.month - 1 + self.months
        year, month = divmod(count, 12)
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        moved = local.replace(year=year, month=month + 1, day=day)
        return moved.astimezone(start.tzinfo) + self.fixed


@dataclass(frozen=True, slots=True)
class Cycle:
    """`times` is None for an interval without an end."""

    times: int | None
    every: Duration


def duration(text: str) -> Duration | None:
    """`P1Y2M3DT4H`, `P2W`; None for anything else."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (
        float(part.replace(",", ".")) if part else 0.0 for part in found.groups()
    )
    fixed = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Duration(int(years) * 12 + int(months), fixed)


def moment(text: str) -> datetime | None:
    """`2027-01-31` (midnight in the Netherlands) or `2027-01-31T12:00:00+01:00`; None for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=AMSTERDAM)


def at_midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=AMSTERDAM)


def cycle(text: str) -> Cycle | None:
    """`R3/P1M` or `R/P1Y`; None for anything else, and for an interval of less than a minute."""
    found = _CYCLE.fullmatch(text.strip())
    every = duration(found[2]) if found else None
    if found is None or every is None or (not every.months and every.fixed < timedelta(minutes=1)):
        return None
    return Cycle(int(found[1]) if found[1] else None, every)
