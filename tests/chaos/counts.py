"""How often things go wrong: a few times in `make test`, in `make chaos` a share of the number that we promise."""

import os

SHARE = float(os.environ.get("CHAOS_SHARE", "0"))
"""1 is the whole number of docs/reference/threats.md."""


def times(promised: int, few: int) -> int:
    return max(few, round(promised * SHARE))


def parts(promised: int, few: int, at_once: int) -> list[tuple[int, int]]:
    """`times` cut into numbered pieces of at most `at_once`, for workers beside each other."""
    total = times(promised, few)
    return [(at // at_once + 1, min(at_once, total - at)) for at in range(0, total, at_once)]
