"""Numbers, dates and sizes in two languages."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.utils.translation import override

from sluis.web import formats


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", ["1.234,5", "1.234.567", "0,0000001", "1,2 GB", "84 kB", "999 bytes", "1,2%", "0%", "<0,1%", "100%"]),
        ("en", ["1,234.5", "1,234,567", "0.0000001", "1.2 GB", "84 kB", "999 bytes", "1.2%", "0%", "<0.1%", "100%"]),
    ],
)
def test_numbers(language, expected):
    with override(language):
        shown = [formats.number(value) for value in (1234.5, 1234567, 1e-7)]
        shown += [formats.file_size(size) for size in (1_234_567_890, 84_212, 999)]
        shown += [formats.percentage(share) for share in (0.012, 0, 0.0000004, 1)]
    assert shown == expected


def test_nothing_shows_as_nothing():
    assert [formats.number(None), formats.percentage(None), formats.file_size(None), formats.day(None)] == [""] * 4


def test_sizes_round_up_to_the_next_unit():
    with override("nl"):
        assert [formats.file_size(n) for n in (0, 999_400, 999_600, 1_000_000)] == [
            "0 bytes",
            "999 kB",
            "1,0 MB",
            "1,0 MB",
        ]


def test_dates():
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    with override("nl"):
        assert formats.day(date(2026, 11, 23)) == "23 november 2026"
        assert formats.moment(late) == "24 november 2026 om 00:30 uur"
    with override("en"):
        assert formats.day(late) == "24 November 2026"


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [
        (2024, None, "2024"),
        (22.0, 1, "22,0"),
        (Decimal("1234.50"), 2, "1234,50"),
        (0.9996, 1, "1,0"),
        (1e40, 1, "1" + "0" * 40 + ",0"),
        (2.345, 2, "2,35"),
        (float("nan"), 1, "NaN"),
        (True, None, "ja"),
        (date(2024, 3, 14), None, "14-03-2024"),
        (datetime(2024, 3, 14, 12, 0, tzinfo=UTC), None, "14-03-2024 13:00"),
        (time(9, 5), None, "09:05"),
        ("007", None, "007"),
        (1e-7, None, "0,0000001"),
    ],
)
def test_cells(value, scale, expected):
    with override("nl"):
        assert formats.cell(value, scale) == expected
