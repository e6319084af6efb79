"""Reads of quality over time: what the caller may see, as frozen shapes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F

from sluis.foundation.service import within
from sluis.kernel.actor import Actor
from sluis.lake.contracting.policy import EDIT
from sluis.lake.contracts.types import Status
from sluis.lake.models import ContractOutcome, TableAlert, TableWatch, VersionMeasure
from sluis.lake.policy import VIEW, require_on_dataset
from sluis.lake.watching.types import AlertRecord, Limits, MeasureRecord, Trouble, WatchRecord, troubles_of

_NOT_LOOKED: dict[str, Any] = {"verdict": "", "broken": None}
_PLACE = {"organisation": "dataset__organisation_id", "team": "dataset__team_id"}


def watches(
    *,
    by: Actor,
    trouble: Trouble | None = None,
    troubled: bool = False,
    mine: bool = False,
    page: int = 1,
    size: int = 50,
) -> tuple[tuple[WatchRecord, ...], int]:
    """How every table stands that the caller may see, the worst first, and how many that are. One walk over an index.

    `trouble`: only those with it; `troubled`: only those with any; `mine`: only those that the caller looks after.
    """
    rows = TableWatch.objects.filter(within(by, EDIT if mine else VIEW, **_PLACE))
    if trouble is not None:
        rows = rows.annotate(this=F("troubles").bitand(trouble.bit)).filter(this__gt=0)
    elif troubled:
        rows = rows.filter(troubles__gt=0)
    found = rows.select_related("dataset").order_by("-troubles", "seen_at", "dataset_id")
    return tuple(map(_watch, found[(page - 1) * size : page * size])), rows.count()


def watch_of(*, by: Actor, dataset_id: UUID) -> WatchRecord | None:
    """How the table of one dataset stands; None while it has none that was measured."""
    require_on_dataset(by, VIEW, dataset_id)
    row = TableWatch.objects.filter(dataset_id=dataset_id).select_related("dataset").first()
    return _watch(row) if row else None


def measures(*, by: Actor, dataset_id: UUID, most: int = 24) -> tuple[MeasureRecord, ...]:
    """The newest versions with their figures, oldest first."""
    require_on_dataset(by, VIEW, dataset_id)
    rows = list(VersionMeasure.objects.filter(dataset_id=dataset_id).order_by("-number")[:most])
    looked = _looked([row.table_version_id for row in rows])
    names = [name for name in MeasureRecord.__slots__ if name not in ("verdict", "broken")]
    return tuple(
        MeasureRecord(**{name: getattr(row, name) for name in names}, **looked.get(row.table_version_id, _NOT_LOOKED))
        for row in reversed(rows)
    )


def alerts(*, by: Actor, dataset_id: UUID, most: int = 20) -> tuple[AlertRecord, ...]:
    """What was told about one table, what lasts first, then the newest first."""
    require_on_dataset(by, VIEW, dataset_id)
    rows = TableAlert.objects.filter(dataset_id=dataset_id)
    found = rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-id")[:most]
    return tuple(
        AlertRecord(row.id, row.dataset_id, Trouble(row.kind), row.number, row.params, row.opened_at, row.closed_at)
        for row in found
    )


def _looked(version_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What each came out as under the newest contract that looked at it."""
    rows = ContractOutcome.objects.filter(table_version_id__in=list(version_ids)).order_by("contract__number")
    return {
        row.table_version_id: {
            "verdict": row.verdict,
            "broken": sum(one["status"] != Status.PASSED for one in row.outcomes),
        }
        for row in rows
    }


def _watch(row: TableWatch) -> WatchRecord:
    silent = frozenset(map(Trouble, row.silent))
    return WatchRecord(
        dataset_id=row.dataset_id,
        title=row.dataset.title,
        number=row.number,
        version_id=row.version_id,
        rows=row.rows,
        drift=row.drift,
        verdict=row.verdict,
        troubles=troubles_of(row.troubles),
        seen_at=row.seen_at,
        fresh_until=row.fresh_until,
        fresh_by=row.fresh_by,
        limits=Limits(row.fresh_hours, row.volume_percent, row.drift_limit, silent),
        since=row.since,
    )
