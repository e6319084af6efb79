"""How many rows the next version should have, judged by those before it: pure arithmetic.

The line through the earlier numbers is that of Theil and Sen (Sen 1968, "Estimates of the regression coefficient based
on Kendall's tau", JASA 63): the median of all slopes, which no single odd version moves. Around it stands a band of a
share of what is expected, or of three times the usual spread (1.4826 × the median distance) when that is more.
"""

from collections.abc import Sequence
from itertools import combinations
from statistics import median

LEAST, MOST = 3, 10
"""So many earlier versions are needed, and so many are looked at."""


def is_odd(amount: int, low: int | None, high: int | None) -> bool:
    """Outside the band; where too few came before, nothing is."""
    return low is not None and high is not None and not low <= amount <= high


def band(before: Sequence[int], percent: float) -> tuple[int, int] | None:
    """Least and most rows expected after these numbers, oldest first; None when there are too few to say."""
    seen = before[-MOST:]
    if len(seen) < LEAST:
        return None
    slope = median((b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(seen), 2))
    start = median(value - slope * place for place, value in enumerate(seen))
    expected = max(0.0, start + slope * len(seen))
    spread = 1.4826 * median(abs(value - start - slope * place) for place, value in enumerate(seen))
    margin = max(expected * percent / 100, 3 * spread)
    return max(0, round(expected - margin)), round(expected + margin)
