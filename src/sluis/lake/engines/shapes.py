"""What goes to an engine and comes back; no framework and no client of an engine here."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypedDict

type Shape = dict[str, Any]

# What does not belong to any group of rows comes home as it is.
HOME = -1
# In place of a number: the answer is the failure of this slice, as JSON.
FAILED = -1


class Order(TypedDict):
    """One run of an entry in a sandbox, somewhere: `request` is JSON, `reads` and `limits` as for `sandbox.run`."""

    entry: str
    request: Shape
    reads: list[str]
    limits: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`number` of the question, of which slice; `group` of rows it is about or HOME; `data` is an Arrow stream."""

    slice: int
    group: int
    number: int
    data: bytes


def versions() -> dict[str, str]:
    """What must be the same on both sides, for the answers to be the same."""
    return {name: version(name) for name in ("sluis", "duckdb")}
