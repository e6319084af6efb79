"""Laws of schedules, the nights on which the clock changes included."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.clock import AMSTERDAM
from sluis.kernel.errors import Invalid
from sluis.lake.schedules import Every, Schedule, following

MOMENTS = st.integers(0, 4_200_000).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
TIMES = st.integers(0, 1439).map(lambda minutes: time(minutes // 60, minutes % 60))
DAILY = st.builds(Schedule, st.just(Every.DAY), st.just(0), TIMES)
WEEKLY = st.builds(Schedule, st.just(Every.WEEK), st.integers(1, 7), TIMES)
MONTHLY = st.builds(Schedule, st.just(Every.MONTH), st.integers(1, 31), TIMES)
MINUTES = st.builds(Schedule, st.just(Every.MINUTES), st.integers(5, 10_080))
DATED = st.one_of(DAILY, WEEKLY, MONTHLY)


@given(st.one_of(DATED, MINUTES), MOMENTS)
def test_the_next_moment_is_later_and_nothing_lies_between(schedule: Schedule, after: datetime) -> None:
    found = following(schedule, after)
    assert found is not None
    assert found > after
    just_before = max(after, found - timedelta(seconds=1))
    if schedule.every is not Every.MINUTES:
        assert following(schedule, just_before) == found


@given(DATED, MOMENTS)
def test_the_clock_on_the_wall_shows_the_time_that_was_asked(schedule: Schedule, after: datetime) -> None:
    found = following(schedule, after)
    assert found is not None
    local = found.astimezone(AMSTERDAM)
    skipped = datetime.combine(local.date(), schedule.at, AMSTERDAM).astimezone(UTC).astimezone(AMSTERDAM)
    assert local.time() in (schedule.at, skipped.time())


@given(DAILY, MOMENTS)
def test_daily_is_once_on_every_date(schedule: Schedule, after: datetime) -> None:
    days = []
    for _ in range(10):
        moment = following(schedule, after)
        assert moment is not None
        after = moment
        days.append(after.astimezone(AMSTERDAM).date())
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


@given(MONTHLY, MOMENTS)
def test_monthly_is_once_in_every_month(schedule: Schedule, after: datetime) -> None:
    months = []
    for _ in range(13):
        moment = following(schedule, after)
        assert moment is not None
        after = moment
        local = after.astimezone(AMSTERDAM)
        months.append(local.year * 12 + local.month)
        assert local.day == schedule.count or (local + timedelta(days=1)).day == 1
    assert months == list(range(months[0], months[0] + 13))


@given(WEEKLY, MOMENTS)
def test_weekly_is_on_its_day(schedule: Schedule, after: datetime) -> None:
    found = following(schedule, after)
    assert found is not None
    assert found.astimezone(AMSTERDAM).isoweekday() == schedule.count
    assert found - after <= timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-03-28T12:00+00:00", "2026-03-29T01:30+00:00"),  # 02:30 does not exist: 03:30
        ("2026-03-29T12:00+00:00", "2026-03-30T00:30+00:00"),
        ("2026-10-24T12:00+00:00", "2026-10-25T00:30+00:00"),  # twice 02:30: the first
        ("2026-10-25T00:30+00:00", "2026-10-26T01:30+00:00"),
    ],
)
def test_half_past_two_on_the_nights_the_clock_changes(after: str, expected: str) -> None:
    schedule = Schedule(Every.DAY, 0, time(2, 30))
    assert following(schedule, datetime.fromisoformat(after)) == datetime.fromisoformat(expected)


def test_the_last_day_of_a_short_month() -> None:
    schedule = Schedule(Every.MONTH, 31, time(6))
    assert following(schedule, datetime(2028, 2, 1, tzinfo=UTC)) == datetime(2028, 2, 29, 5, tzinfo=UTC)


def test_never_is_never() -> None:
    assert following(Schedule(), datetime(2026, 1, 1, tzinfo=UTC)) is None


@given(st.one_of(DATED, MINUTES, st.just(Schedule())))
def test_what_was_written_reads_back(schedule: Schedule) -> None:
    assert Schedule.read(schedule.to_json()) == schedule


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"every": "hour"}, "every"),
        ({"every": "minutes", "count": 1}, "count"),
        ({"every": "minutes", "count": "x"}, "count"),
        ({"every": "week", "count": 8, "at": "06:00"}, "count"),
        ({"every": "month", "count": 0, "at": "06:00"}, "count"),
        ({"every": "day", "at": "25:00"}, "at"),
        ({"every": "day"}, "at"),
    ],
)
def test_a_wrong_schedule_names_its_field(raw: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Schedule.read(raw)
    assert [fault.field for fault in refused.value.faults] == [field]
