"""Functions that make or take apart dates, times and durations (DMN 1.5, 10.3.4.1, 10.3.4.7 and 10.3.4.11)."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from sluis.kernel import clock
from sluis.process.feel import temporal
from sluis.process.feel.faults import Budget
from sluis.process.feel.functions.declaring import feel, whole
from sluis.process.feel.values import YearsMonths

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@feel("date", "from: s|d|dt", "year: n, month: n, day: n")
def _date(budget: Budget, start: Any, month: Decimal | None = None, day: Decimal | None = None) -> date | None:
    if month is not None and day is not None:
        return date(whole(start), whole(month), whole(day))
    if isinstance(start, str):
        return temporal.read_date(start)
    return start.date() if isinstance(start, datetime) else start


@feel("time", "from: s|t|d|dt", "hour: n, minute: n, second: n", "hour: n, minute: n, second: n, offset?: dur")
def _time(
    budget: Budget,
    start: Any,
    minute: Decimal | None = None,
    second: Decimal | None = None,
    offset: timedelta | None = None,
) -> time | None:
    if minute is not None and second is not None:
        whole_second = int(second)
        micro = int((second - whole_second) * 1_000_000)
        zone = None if offset is None else timezone(offset)
        return time(whole(start), whole(minute), whole_second, micro, tzinfo=zone)
    if isinstance(start, str):
        return temporal.read_time(start)
    return start if isinstance(start, time) else temporal.moment(start).timetz()


@feel("date and time", "from: s|d|dt", "date: d|dt, time: t", "from: dt, timezone: s")
def _date_and_time(budget: Budget, start: Any, then: Any = None) -> datetime | None:
    if isinstance(then, time):
        day = start.date() if isinstance(start, datetime) else start
        return datetime.combine(day, then)
    if isinstance(then, str):
        found = temporal.read_time(f"00:00:00@{then}")
        return None if found is None else start.astimezone(found.tzinfo)
    if isinstance(start, str):
        return temporal.read_date_time(start)
    return start if isinstance(start, datetime) else temporal.moment(start)


@feel("duration", "from: s|dur|ym")
def _duration(budget: Budget, start: Any) -> Any:
    return temporal.read_duration(start) if isinstance(start, str) else start


@feel("years and months duration", "from: d|dt, to: d|dt")
def _years_and_months(budget: Budget, start: date, until: date) -> YearsMonths:
    """Whole months only; a month is whole when its day has come, whatever the time of day."""
    earlier, later = sorted(((start.year, start.month, start.day), (until.year, until.month, until.day)))
    months = (later[0] - earlier[0]) * 12 + later[1] - earlier[1] - (later[2] < earlier[2])
    return YearsMonths(months if temporal.moment(until).date() >= temporal.moment(start).date() else -months)


@feel("now", "")
def _now(budget: Budget) -> datetime:
    return clock.now()


@feel("today", "")
def _today(budget: Budget) -> date:
    return clock.today()


@feel("day of year", "date: d|dt")
def _day_of_year(budget: Budget, day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@feel("day of week", "date: d|dt")
def _day_of_week(budget: Budget, day: date) -> str:
    return _DAYS[day.weekday()]


@feel("month of year", "date: d|dt")
def _month_of_year(budget: Budget, day: date) -> str:
    return _MONTHS[day.month - 1]


@feel("week of year", "date: d|dt")
def _week_of_year(budget: Budget, day: date) -> Decimal:
    return Decimal(day.isocalendar().week)
