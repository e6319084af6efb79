"""The number of a contract (1.2.0) and whether it tells enough of what changed. Pure."""

import re

from sluis.lake.contracts.types import Change

_NUMBER = re.compile(r"v?(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")

type Number = tuple[int, int, int]


def number(text: str) -> Number | None:
    """None for what is no semantic version."""
    found = _NUMBER.fullmatch(text.strip())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def least(before: Number, change: Change) -> Number:
    """The lowest number that says this of a version after `before`."""
    major, minor, patch = before
    if change is Change.BREAKING:
        return major + 1, 0, 0
    return (major, minor + 1, 0) if change is Change.COMPATIBLE else (major, minor, patch + 1)


def enough(before: Number, after: Number, change: Change) -> bool:
    """A breaking version has a higher first number; any other is just higher."""
    return after >= least(before, change) if change is Change.BREAKING else after > before


def shown(found: Number) -> str:
    return ".".join(map(str, found))
