"""Shapes of quality over time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sluis.lake.watching import volume

VOLUME_PERCENT = 25
DRIFT_LIMIT = 0.2
"""The usual limits: a quarter of the rows more or less than expected; a distance that a reader sees in the bars."""


class Trouble(StrEnum):
    """What can be wrong with a table, the worst first."""

    CONTRACT = "contract"
    LATE = "late"
    VOLUME = "volume"
    DRIFT = "drift"

    @property
    def bit(self) -> int:
        return BITS[self]


BITS: Mapping[Trouble, int] = {
    Trouble.CONTRACT: 8,
    Trouble.LATE: 4,
    Trouble.VOLUME: 2,
    Trouble.DRIFT: 1,
}


def troubles_of(bits: int) -> tuple[Trouble, ...]:
    return tuple(trouble for trouble in Trouble if bits & trouble.bit)


@dataclass(frozen=True, slots=True)
class Limits:
    """When somebody wants to hear. None: the usual. `fresh_hours`: None follows the contract, else the description."""

    fresh_hours: int | None = None
    volume_percent: int | None = None
    drift_limit: float | None = None
    silent: frozenset[Trouble] = frozenset()


@dataclass(frozen=True, slots=True)
class MeasureRecord:
    """One ready version; see `models.VersionMeasure`.

    `verdict` is '' while nothing is promised or checked; `broken` counts the promises that it does not keep.
    """

    table_version_id: UUID
    number: int
    ready_at: datetime
    rows: int
    rejected: int
    added: bool
    amount: int
    low: int | None
    high: int | None
    empty_share: float
    drift: float | None
    drifts: Mapping[str, float]
    verdict: str
    broken: int | None

    @property
    def odd_volume(self) -> bool:
        return volume.is_odd(self.amount, self.low, self.high)


@dataclass(frozen=True, slots=True)
class WatchRecord:
    """How one table stands; see `models.TableWatch`."""

    dataset_id: UUID
    title: str
    number: int
    version_id: UUID
    rows: int
    drift: float | None
    verdict: str
    troubles: tuple[Trouble, ...]
    seen_at: datetime
    fresh_until: datetime | None
    fresh_by: str
    limits: Limits
    since: int


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """`params` fill the text of its kind; `closed_at` is None while it lasts."""

    id: UUID
    dataset_id: UUID
    kind: Trouble
    number: int
    params: Mapping[str, Any]
    opened_at: datetime
    closed_at: datetime | None
