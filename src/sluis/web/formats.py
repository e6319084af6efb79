"""Numbers, dates and sizes as people in the Netherlands write them, and in English on the English pages."""

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext

LONGEST = 28  # digits a Decimal rounds without complaint
SIZES = ("bytes", "kB", "MB", "GB", "TB")


def number(value: Any, decimals: int | None = None) -> str:
    """1234.5 becomes 1.234,5 (nl) or 1,234.5 (en). None becomes an empty text."""
    if value is None or value == "":
        return ""
    return _digits(value, decimals, grouped=True)


def percentage(share: float | None) -> str:
    """0.012 becomes 1,2%; a share above nothing never shows as 0%."""
    if share is None:
        return ""
    percent = share * 100
    if 0 < percent < 0.1:
        return "<" + number(0.1, 1) + "%"
    return number(percent, 0 if percent in (0, 100) or percent >= 10 else 1) + "%"


def file_size(size: int | None) -> str:
    """Decimal units, as disks and browsers count: 84 kB, 1,2 GB."""
    if size is None:
        return ""
    amount = float(size)
    for unit in SIZES:
        if amount < 999.5 or unit == SIZES[-1]:
            break
        amount /= 1000
    decimals = 1 if unit != SIZES[0] and amount < 10 else 0
    return f"{number(amount, decimals)} {gettext('bytes') if unit == SIZES[0] else unit}"


def day(value: date | None) -> str:
    """23 november 2026."""
    return str(formats.date_format(_local(value), "j F Y")) if value else ""


def moment(value: datetime | None) -> str:
    """23 november 2026 om 14:05 uur; 23 November 2026, 14:05."""
    if not value:
        return ""
    local = _local(value)
    return gettext("{day} om {time} uur").format(day=day(local), time=f"{local:%H:%M}")


def cell(value: Any, scale: int | None = None) -> str:
    """One value of a data table: no thousands separators (a year is no amount), dates as dd-mm-jjjj."""
    if isinstance(value, bool):
        return gettext("ja") if value else gettext("nee")
    if isinstance(value, int | float | Decimal):
        return _digits(value, scale, grouped=False)
    if isinstance(value, datetime):
        return f"{_local(value):%d-%m-%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def _digits(value: Any, decimals: int | None, *, grouped: bool) -> str:
    """Rounds first, because Django cuts off; a float becomes digits, because Django would keep its exponent."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            return str(value)
        if decimals is not None and value.adjusted() + decimals < LONGEST:
            value = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return str(formats.number_format(value, decimals, use_l10n=True, force_grouping=grouped))


def _local(value: Any) -> Any:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
