"""Operations: let the Iceberg tables follow our versions.

pyiceberg is imported where it is used: that takes half a second, which only a worker needs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from sluis.foundation.service import require
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_
from sluis.lake.iceberg.plan import HISTORY, Wanted
from sluis.lake.models import TableVersion
from sluis.lake.names import GEOMETRY_BOX
from sluis.lake.policy import ADD, VIEW, require_on_dataset
from sluis.register.service import get

if TYPE_CHECKING:
    from sluis.lake.iceberg.writing import Following

OPERATE = "platform.operate"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was held against our versions, and is the same: `rows` are those of all snapshots together."""

    tables: int
    snapshots: int
    rows: int


def follow(*, by: Actor, dataset_id: UUID, anew: bool = False) -> int:
    """Write a snapshot for each version that has none, or all of them `anew`; returns how many.

    Twice is the same as once. Inside a transaction nothing is done: the catalogue has a connection of its own, which
    would wait for that transaction for ever. The recurring work catches up.
    """
    by = require_on_dataset(by, ADD, dataset_id)
    return 0 if connection.in_atomic_block else _following(by, dataset_id).catch_up(anew=anew)


def follow_all(*, by: Actor, anew: bool = False) -> int:
    """The same for each dataset that has a table; what has another name by now is forgotten. For the operator."""
    require(by, OPERATE)
    written = sum(follow(by=by, dataset_id=dataset_id, anew=anew) for dataset_id in _datasets())
    if not connection.in_atomic_block:
        from sluis.lake.iceberg.writing import keep_only

        keep_only(lambda: {get(by=by, dataset_id=dataset_id).slug: dataset_id for dataset_id in _datasets()})
    return written


def behind(*, by: Actor) -> tuple[str, ...]:
    """The datasets whose Iceberg table does not say what our versions say."""
    return tuple(
        get(by=by, dataset_id=dataset_id).slug
        for dataset_id in _datasets()
        if _following(require_on_dataset(by, VIEW, dataset_id), dataset_id).behind()
    )


def proven(*, by: Actor) -> Proof:
    """Hold every table, as its files say now, against our versions: their numbers, parts and rows. For the operator.

    Raises Conflict (`table.catalogue-differs`) at the first that does not say the same.
    """
    require(by, OPERATE)
    snapshots = rows = 0
    datasets = _datasets()
    for dataset_id in datasets:
        found = _following(by, dataset_id).counted()
        ours = _rows(dataset_id, found)
        if not found or found != ours:
            raise Conflict(
                "table.catalogue-differs",
                N_("De Iceberg-tabel van {dataset} zegt niet wat onze versies zeggen."),
                way_out=N_("Probeer het opnieuw met sluis table rebuild-catalogue, als er niets anders werkt."),
                dataset=get(by=by, dataset_id=dataset_id).slug,
            )
        snapshots, rows = snapshots + len(found), rows + sum(found.values())
    return Proof(len(datasets), snapshots, rows)


def _rows(dataset_id: UUID, numbers: Collection[int]) -> dict[int, int]:
    ready = TableVersion.ready(dataset_id).filter(number__in=numbers)
    return dict(ready.values_list("number", "rows_total"))


def _following(by: Actor, dataset_id: UUID) -> "Following":
    from sluis.lake.iceberg.writing import Following

    def wanted(since: int) -> list[Wanted]:
        return _wanted(dataset_id, since)

    return Following(get(by=by, dataset_id=dataset_id).slug, dataset_id, wanted, _names)


def _wanted(dataset_id: UUID, since: int) -> list[Wanted]:
    """The newest ready versions, old to new."""
    ready = TableVersion.ready(dataset_id).filter(number__gte=since)
    rows = ready.order_by("-number").values_list("number", "id", "parts")[:HISTORY]
    return [Wanted(number, str(key), tuple(part["sha256"] for part in parts)) for number, key, parts in reversed(rows)]


def _names(version: Wanted) -> frozenset[str]:
    report = TableVersion.objects.values_list("report", flat=True).get(id=version.version_id) or {}
    return frozenset({column["name"] for column in report["columns"]} | {GEOMETRY_BOX})


def _datasets() -> list[UUID]:
    ready = TableVersion.objects.filter(status=TableVersion.Status.READY)
    return list(ready.order_by().values_list("dataset_id", flat=True).distinct())
