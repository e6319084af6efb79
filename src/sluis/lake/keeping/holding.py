"""What points at a version, so that it stays: our own rooms, and others that said so."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from sluis.foundation.service import unfinished
from sluis.lake.contracts.types import ContractStatus
from sluis.lake.keeping.types import Why
from sluis.lake.models import ContractOutcome, TableDifference, TableVersion, TransformationRun
from sluis.lake.models.run import ACTIVE

ALL = "*"
type Holder = Callable[[UUID], Iterable[tuple[str, Why]]]
"""Of a dataset: the id of a version, the SHA-256 of its one file, or ALL for every version; and why it stays."""

_holders: list[Holder] = []


def versions_held_by(holder: Holder) -> None:
    """Register a room's answer to: which versions of this dataset do you point at? Call in `AppConfig.ready`."""
    if holder not in _holders:
        _holders.append(holder)


def held(dataset_id: UUID) -> dict[str, set[Why]]:
    """Everything that points at versions of this dataset."""
    found: dict[str, set[Why]] = {}
    for holder in (_differences, _breaches, _bases, _inputs, *_holders):
        for what, why in holder(dataset_id):
            found.setdefault(what, set()).add(why)
    return found


def _differences(dataset_id: UUID) -> Iterable[tuple[str, Why]]:
    """Kept ones, and those that somebody waits for."""
    from sluis.lake.jobs import compare_versions

    kept = TableDifference.objects.filter(new__dataset_id=dataset_id).values_list("old_id", "new_id")
    asked = [arguments[:2] for arguments in unfinished(compare_versions)]
    return [(str(version_id), Why.DIFFERENCE) for pair in (*kept, *asked) for version_id in pair]


def _breaches(dataset_id: UUID) -> Iterable[tuple[str, Why]]:
    from sluis.lake.contracting.checking import STOPS

    rows = ContractOutcome.objects.filter(table_version__dataset_id=dataset_id, verdict__in=STOPS)
    broken = rows.filter(contract__status=ContractStatus.IN_FORCE)
    return [(str(key), Why.BREACH) for key in broken.values_list("table_version_id", flat=True)]


def _inputs(dataset_id: UUID) -> Iterable[tuple[str, Why]]:
    """What the last good run of a transformation read, and what one reads now."""
    made = TransformationRun.State.MADE
    good = TransformationRun.objects.filter(transformation_id=OuterRef("transformation_id"), state=made)
    last = Q(id=Subquery(good.order_by("-created_at", "-id").values("id")[:1]))
    busy = Q(state__in=ACTIVE)
    reading = TransformationRun.objects.filter(transformation__inputs__dataset_id=dataset_id)
    for inputs in reading.filter(last | busy).values_list("inputs", flat=True):
        yield from ((str(one["version"]), Why.TRANSFORMATION) for one in inputs)


def _bases(dataset_id: UUID) -> Iterable[tuple[str, Why]]:
    busy = (TableVersion.Status.QUEUED, TableVersion.Status.RUNNING)
    rows = TableVersion.objects.filter(dataset_id=dataset_id, status__in=busy).exclude(base=None)
    return [(str(key), Why.BASE) for key in rows.values_list("base_id", flat=True)]
