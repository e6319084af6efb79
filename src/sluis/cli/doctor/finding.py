"""What a check says about one thing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sluis.conf.env import Env


@dataclass(frozen=True, slots=True)
class Finding:
    """One look at one thing. `state`: good, warning or bad; `way_out` says what to do when it is not good."""

    check: str
    state: str
    text: str
    way_out: str = ""


Check = Callable[[Env, bool], Iterator[Finding]]
"""Gets the settings, and whether to look thoroughly (`--deep`)."""
