"""Nice bounds for histograms: pure arithmetic."""

import math
from datetime import date
from fractions import Fraction

MOST_BINS = 20
_STEPS = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5), Fraction(10))
_LEAST = Fraction(1, 10**300)  # below it a width is no double any more
_YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def equal_width(low: float, high: float, whole: bool) -> tuple[Fraction, Fraction, int]:
    """Start, width and number (≤ 20) of bins that hold low..high; `whole` asks for whole-number bounds.

    The width is 1, 2, 2.5 or 5 times a power of ten; every bin holds its lower bound, and not its upper one.
    """
    least, most = Fraction(low), Fraction(high)
    span = most - least
    width = _nice(max(span / (MOST_BINS - 1), _LEAST)) if span else _nice(max(abs(least) / 10, Fraction(1, 10)))
    if whole:
        width = max(Fraction(1), width if width.denominator == 1 else Fraction(math.ceil(width)))
    start = least // width * width
    return start, width, int((most - start) // width) + 1


def _nice(width: Fraction) -> Fraction:
    power = Fraction(10) ** math.floor(math.log10(width))
    return next(step * power for step in (Fraction(1, 1), *_STEPS, Fraction(100)) if step * power >= width)


def date_unit(first: date, last: date) -> tuple[str, int]:
    """The natural unit with at most 20 bins: ("day" | "month" | "year", how many in one bin)."""
    if (last - first).days < MOST_BINS:
        return "day", 1
    if (last.year - first.year) * 12 + last.month - first.month < MOST_BINS:
        return "month", 1
    return "year", next(n for n in _YEARS if last.year // n - first.year // n < MOST_BINS)
