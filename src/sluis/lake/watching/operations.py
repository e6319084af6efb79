"""Writes of quality over time: when somebody wants to hear, and "this is how it should be"."""

import math
from uuid import UUID

from sluis.foundation.service import writing
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Fault, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.lake.contracting.policy import EDIT
from sluis.lake.models import TableWatch
from sluis.lake.policy import require_on_dataset
from sluis.lake.watching import measuring
from sluis.lake.watching.types import Limits

MOST_HOURS, MOST_PERCENT = 24 * 366 * 20, 1000


def set_limits(*, by: Actor, dataset_id: UUID, limits: Limits) -> None:
    """When the stewards of this table want to hear. Raises NotFound, NotAllowed, and Invalid with every fault."""
    by = require_on_dataset(by, EDIT, dataset_id)
    if faults := _faults(limits):
        raise Invalid("quality.limits", N_("Deze grenzen kloppen niet."), faults=faults)
    with writing(by=by, action="lake.limits.set", subject=("dataset", dataset_id)) as write:
        row = _watched(dataset_id)
        row.fresh_hours, row.volume_percent, row.drift_limit = (
            limits.fresh_hours,
            limits.volume_percent,
            limits.drift_limit,
        )
        row.silent = sorted(limits.silent)
        row.save(update_fields=["fresh_hours", "volume_percent", "drift_limit", "silent"])
        write.note(
            fresh_hours=row.fresh_hours,
            volume_percent=row.volume_percent,
            drift_limit=row.drift_limit,
            silent=row.silent,
        )
        measuring.measure(row.version_id)


def accept(*, by: Actor, dataset_id: UUID) -> None:
    """The newest version is how it should be: its volume and spread are no trouble, and what comes is judged from it.

    Raises NotFound and NotAllowed.
    """
    by = require_on_dataset(by, EDIT, dataset_id)
    with writing(by=by, action="lake.quality.accepted", subject=("dataset", dataset_id)) as write:
        row = _watched(dataset_id)
        row.since = row.number
        row.save(update_fields=["since"])
        write.note(number=row.number)
        measuring.measure(row.version_id)


def _watched(dataset_id: UUID) -> TableWatch:
    row = TableWatch.objects.select_for_update().filter(dataset_id=dataset_id).first()
    if row is None:
        raise NotFound("quality.none", N_("Deze dataset heeft nog geen tabel die gemeten is."))
    return row


def _faults(limits: Limits) -> list[Fault]:
    found: list[Fault] = []
    if limits.fresh_hours is not None and not 1 <= limits.fresh_hours <= MOST_HOURS:
        found.append(Fault(N_("Noem een tijd van minstens een uur en hoogstens twintig jaar."), field="fresh_hours"))
    if limits.volume_percent is not None and not 0 <= limits.volume_percent <= MOST_PERCENT:
        found.append(Fault(N_("Noem een percentage van 0 tot en met {most}."), field="volume_percent",
                           params={"most": str(MOST_PERCENT)}))  # fmt: skip
    if limits.drift_limit is not None and not (math.isfinite(limits.drift_limit) and 0 <= limits.drift_limit <= 1):
        found.append(Fault(N_("Noem een getal van 0 tot en met 1."), field="drift_limit"))
    return found
