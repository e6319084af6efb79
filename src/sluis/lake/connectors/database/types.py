"""Frozen shapes of reading a database; they cross into the sandbox as JSON."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Order:
    """What to read. `since` is the last value of the column `cursor` as text; None reads everything.

    `again` reads rows with that value once more. `limit` 0 is no limit; `max_mb` the size of the file.
    """

    schema: str
    table: str
    columns: tuple[str, ...] = ()
    cursor: str = ""
    since: str | None = None
    again: bool = False
    limit: int = 0
    max_mb: int = 5_000

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, shape: dict[str, Any]) -> "Order":
        given: dict[str, Any] = {**shape, "columns": tuple(shape["columns"])}
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Taken:
    """`last` is the highest value of the cursor column as text; None without one, or without rows. `no_dates` counts
    per column what stands for no date at all, and was left empty."""

    rows: int
    last: str | None
    no_dates: dict[str, int]


@dataclass(frozen=True, slots=True)
class Described:
    server: str
    columns: tuple[str, ...]
