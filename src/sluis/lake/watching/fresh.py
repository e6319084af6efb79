"""Until when the data of a table is new enough, and who says so."""

from datetime import timedelta
from uuid import UUID

from sluis.lake.contracts import reading
from sluis.lake.contracts.draft import FREQUENCIES
from sluis.lake.contracts.fresh import UNITS
from sluis.lake.contracts.types import ContractStatus
from sluis.lake.models import ContractVersion

_GRACE = 1.5
"""A pace is no promise to the minute: data that changes daily is late after a day and a half."""


def patience(hours: int | None, dataset_id: UUID, slug: str, frequency: str) -> tuple[timedelta, str]:
    """How old the data may be (`frequency` is an EU code), and by what: "setting", "contract" or "frequency".

    "" when nobody said anything.
    """
    if hours is not None:
        return timedelta(hours=hours), "setting"
    if promised := _promised(dataset_id, slug):
        return timedelta(seconds=promised), "contract"
    if pace := FREQUENCIES.get(frequency.rpartition("/")[2]):
        return timedelta(seconds=pace[0] * UNITS[pace[1]] * _GRACE), "frequency"
    return timedelta(0), ""


def _promised(dataset_id: UUID, slug: str) -> int | None:
    """Seconds that the contract in force allows, counted from the moment of loading."""
    row = ContractVersion.objects.filter(dataset_id=dataset_id, status=ContractStatus.IN_FORCE).first()
    if row is None:
        return None
    rules = reading.read(row.text, slug).agreed.rules
    return min((rule.given["seconds"] for rule in rules if rule.kind == "fresh" and not rule.column), default=None)
