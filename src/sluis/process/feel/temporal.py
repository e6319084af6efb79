"""Dates, times and durations: read, written and added up (DMN 1.5, 10.3.2.3.4-7)."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sluis.process.feel.values import YearsMonths

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z0-9_/+-]+)?"
)
_MONTHS = re.compile(r"(-)?P(?=[0-9])(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?")
_DAYS = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,9})D)?(?:T(?=[0-9])(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})(\.[0-9]*)?S)?)?"
)
MIDNIGHT = time()
_MICRO = 1_000_000


def read_date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    if not found:
        return None
    try:
        zone = _zone(found[5] or "")
        return time(int(found[1]), int(found[2]), int(found[3]), _micro(found[4]), tzinfo=zone)
    except (ValueError, KeyError):
        return None


def read_date_time(text: str) -> datetime | None:
    """Without a time it is midnight."""
    day, _, hour = text.partition("T")
    first = read_date(day)
    if first is None:
        return None
    if not hour:
        return datetime.combine(first, MIDNIGHT) if "T" not in text else None
    # The end of a day is the beginning of the next (ISO 8601).
    ends_day = hour.startswith("24:00:00")
    then = read_time(hour.replace("24", "00", 1) if ends_day else hour)
    if then is None or (ends_day and (then.microsecond or first == date.max)):
        return None
    return datetime.combine(first + timedelta(int(ends_day)), then)


def read_duration(text: str) -> timedelta | YearsMonths | None:
    found = _MONTHS.fullmatch(text)
    if found:
        months = 12 * int(found[2] or 0) + int(found[3] or 0)
        return YearsMonths(-months if found[1] else months)
    found = _DAYS.fullmatch(text)
    if not found:
        return None
    try:
        length = timedelta(
            days=int(found[2] or 0),
            hours=int(found[3] or 0),
            minutes=int(found[4] or 0),
            seconds=int(found[5] or 0),
            microseconds=_micro(found[6]),
        )
        return -length if found[1] else length
    except OverflowError:
        return None


def read_moment(text: str) -> Any:
    """What `@"..."` stands for: a date, date and time, time or duration; None when it is none of these."""
    for read in (read_date, read_time, read_duration, read_date_time):
        found = read(text)
        if found is not None:
            return found
    return None


def _micro(fraction: str | None) -> int:
    return int((fraction or ".0")[1:7].ljust(6, "0"))


@lru_cache(1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(text: str) -> tzinfo | None:
    if text in ("", "Z"):
        return UTC if text else None
    if text[0] == "@":
        if text[1:] not in _zones():
            raise ValueError(text)
        return ZoneInfo(text[1:])
    hours, minutes, *seconds = map(int, text[1:].split(":"))
    if hours > 14 or minutes > 59 or any(one > 59 for one in seconds):
        raise ValueError(text)
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return timezone(-length if text[0] == "-" else length)


def offset(value: datetime | time) -> timedelta | None:
    """What the zone adds to UTC at that moment; None without a zone, or for a zone whose offset needs a date."""
    return value.utcoffset()


def written(value: Any) -> str:
    """The text of a date, time, date and time or duration, which reads back as the same."""
    if isinstance(value, datetime):
        return f"{value.date().isoformat()}T{_written_time(value)}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _written_time(value)
    return _written_months(value.months) if isinstance(value, YearsMonths) else _written_days(value)


def _written_time(value: datetime | time) -> str:
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if value.microsecond:
        text += f".{value.microsecond:06}".rstrip("0")
    if isinstance(value.tzinfo, ZoneInfo):
        return f"{text}@{value.tzinfo.key}"
    length = offset(value)
    if length is None:
        return text
    return text + ("Z" if not length else _written_offset(length))


def _written_offset(length: timedelta) -> str:
    total = abs(int(length.total_seconds()))
    hours, rest = divmod(total, 3600)
    minutes, seconds = divmod(rest, 60)
    text = f"{'-' if length < timedelta() else '+'}{hours:02}:{minutes:02}"
    return f"{text}:{seconds:02}" if seconds else text


def _written_months(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return ("-P" if months < 0 else "P") + (text or "0M")


def _written_days(length: timedelta) -> str:
    size = abs(length)
    hours, rest = divmod(size.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f"{seconds}.{size.microseconds:06}".rstrip("0").rstrip(".") if size.microseconds else str(seconds)
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n)
    clock += f"{fraction}S" if fraction != "0" else ""
    text = (f"{size.days}D" if size.days else "") + (f"T{clock}" if clock else "")
    return ("-P" if length < timedelta() else "P") + (text or "T0S")


def plus_months(value: date, months: int) -> date:
    """The same day of another month, or its last day when it has no such day. Raises ValueError out of range."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    for day in range(value.day, 27, -1):
        try:
            return value.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return value.replace(year=year, month=month + 1)


def moment(value: date) -> datetime:
    """A date as the midnight in UTC that begins it; a date and time as it is."""
    return value if isinstance(value, datetime) else datetime.combine(value, MIDNIGHT, UTC)


def between(later: datetime, earlier: datetime) -> timedelta | None:
    """None when only one of the two has a zone, as then nobody knows."""
    if (later.tzinfo is None) != (earlier.tzinfo is None):
        return None
    if later.tzinfo is not None:
        return later.astimezone(UTC) - earlier.astimezone(UTC)
    return later - earlier


def day_time(value: time) -> timedelta:
    """How long after midnight UTC (or after midnight, without an offset)."""
    length = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    return length - (offset(value) or timedelta())


def shifted(value: time, length: timedelta) -> time:
    """Round the clock."""
    return (
        datetime.combine(date(2000, 1, 2), value) + timedelta(seconds=length.seconds, microseconds=length.microseconds)
    ).timetz()


PROPERTIES = ("year", "month", "day", "weekday", "hour", "minute", "second", "time offset", "timezone")
"""What a date, time or date and time can be asked with a dot (DMN 1.5, table 65)."""


def part(value: Any, name: str) -> Any:
    """A property of a moment or duration, as a Python number, duration or text; None when it has no such thing."""
    if isinstance(value, YearsMonths):
        return _part_of_months(value.months, name)
    if isinstance(value, timedelta):
        return _part_of_days(value, name)
    if name == "time offset":
        return None if not isinstance(value, datetime | time) else offset(value)
    if name == "timezone":
        zone = getattr(value, "tzinfo", None)
        return zone.key if isinstance(zone, ZoneInfo) else None
    if name == "weekday":
        return value.isoweekday() if isinstance(value, date) else None
    return _field(value, name)


def _field(value: Any, name: str) -> int | None:
    if isinstance(value, date) and name in ("year", "month", "day"):
        return {"year": value.year, "month": value.month, "day": value.day}[name]
    if isinstance(value, datetime | time) and name in ("hour", "minute", "second"):
        return {"hour": value.hour, "minute": value.minute, "second": value.second}[name]
    return None


def _part_of_months(months: int, name: str) -> int | None:
    years, rest = divmod(abs(months), 12)
    sign = -1 if months < 0 else 1
    return {"years": sign * years, "months": sign * rest}.get(name)


def _part_of_days(length: timedelta, name: str) -> int | None:
    size = abs(length)
    sign = -1 if length < timedelta() else 1
    hours, rest = divmod(size.seconds, 3600)
    found = {"days": size.days, "hours": hours, "minutes": rest // 60, "seconds": rest % 60}.get(name)
    return None if found is None else sign * found
