"""From versions to measures, and from measures to how a table stands. Everything here follows from what is kept
already, so doing it twice is the same as doing it once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q

from sluis.foundation.service import in_line
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import NotFound
from sluis.lake.contracting.checking import STOPS
from sluis.lake.contracts.types import ContractStatus
from sluis.lake.models import ContractOutcome, ContractVersion, SourceRun, TableVersion, TableWatch, VersionMeasure
from sluis.lake.watching import alerting, volume
from sluis.lake.watching.drift import drifts
from sluis.lake.watching.fresh import patience
from sluis.lake.watching.types import DRIFT_LIMIT, VOLUME_PERCENT, Trouble
from sluis.register.service import get

_KEPT_DRIFTS = 20
type Troubles = Mapping[Trouble, Mapping[str, Any]]


def measure(version_id: UUID) -> None:
    """Keep the figures of a ready version (again, when its profile was measured again), and look at the table."""
    row = TableVersion.objects.filter(id=version_id, status=TableVersion.Status.READY).first()
    if row is not None:
        _measured(row)
        watch(row.dataset_id)


def watch(dataset_id: UUID) -> None:
    """Bring up to date how the table of a dataset stands, and open and close its alerts."""
    newest = TableVersion.ready(dataset_id)
    row = newest.defer("profile", "report").order_by("-number").first()
    found = VersionMeasure.objects.filter(table_version=row).first() if row else None
    if row is None or found is None:
        return
    try:
        dataset = get(by=SYSTEM, dataset_id=dataset_id)
    except NotFound:  # removed just now
        return
    with in_line():
        seen = _seen_at(row)
        known = TableWatch.objects.select_for_update().filter(dataset_id=dataset_id).first() or TableWatch(
            dataset_id=dataset_id
        )
        known.version_id, known.number, known.rows, known.drift = row.id, row.number, found.rows, found.drift
        known.verdict, known.seen_at = _verdict(row, known.verdict), seen
        allowed, known.fresh_by = patience(known.fresh_hours, dataset_id, dataset.slug, dataset.frequency)
        known.fresh_until = seen + allowed if known.fresh_by and Trouble.LATE not in known.silent else None
        troubles = _troubles(known, found)
        known.troubles = sum(trouble.bit for trouble in troubles)
        known.save()
        alerting.settle(dataset_id, row.number, troubles)


def due() -> bool:
    """Is there a table that became too old and does not say so yet? One look at an index."""
    return _late().exists()


def watch_late() -> int:
    """Look at the tables that became too old; returns how many."""
    late = list(_late().values_list("dataset_id", flat=True))
    for dataset_id in late:
        watch(dataset_id)
    return len(late)


def catch_up() -> int:
    """Measure what no event told of: versions of before an upgrade, oldest first. Returns how many."""
    ready = TableVersion.objects.filter(status=TableVersion.Status.READY, measure=None).order_by("dataset", "number")
    found = list(ready.values_list("id", "dataset_id"))
    for version_id, _dataset in found:
        _measured(TableVersion.objects.get(id=version_id))
    for dataset_id in {dataset_id for _version, dataset_id in found}:
        watch(dataset_id)
    return len(found)


def _late() -> Any:
    rows = TableWatch.objects.filter(fresh_until__lt=clock.now())
    return rows.annotate(told=F("troubles").bitand(Trouble.LATE.bit)).filter(told=0)


def _measured(row: TableVersion) -> None:
    profile = row.profile or {}
    before = TableVersion.ready(row.dataset_id).filter(number__lt=row.number)
    last = before.order_by("-number").first()
    found = drifts(last.profile, profile) if last and last.profile and profile else {}
    largest = sorted(found.items(), key=lambda pair: -pair[1])
    added = row.mode == TableVersion.Mode.APPEND and row.base_id is not None
    amount = row.rows_loaded if added else row.rows_total
    band = _band(row, added)
    columns = profile.get("columns") or []
    VersionMeasure.objects.update_or_create(
        table_version=row,
        defaults={
            "dataset_id": row.dataset_id,
            "number": row.number,
            "ready_at": row.finished_at or row.created_at,
            "rows": row.rows_total,
            "rejected": row.rows_rejected,
            "added": added,
            "amount": amount,
            "low": band[0] if band else None,
            "high": band[1] if band else None,
            "empty_share": sum(column["empty_share"] for column in columns) / len(columns) if columns else 0.0,
            "drift": largest[0][1] if largest else None,
            "drifts": {name: value for name, value in largest[:_KEPT_DRIFTS] if value},
        },
    )


def _band(row: TableVersion, added: bool) -> tuple[int, int] | None:
    """What was to be expected of this version, by those of its kind before it that were as expected themselves.

    So what is wrong never becomes usual by staying; it does when somebody says that it is how it should be.
    """
    known = TableWatch.objects.filter(dataset_id=row.dataset_id).first()
    since = known.since if known and known.since <= row.number else 0
    percent = known.volume_percent if known and known.volume_percent is not None else VOLUME_PERCENT
    rows = VersionMeasure.objects.filter(dataset_id=row.dataset_id, number__lt=row.number, number__gte=since)
    usual = Q(low=None) | Q(amount__gte=F("low"), amount__lte=F("high")) | Q(number=since)
    amounts = list(rows.filter(usual, added=added).order_by("-number").values_list("amount", flat=True)[: volume.MOST])
    return volume.band(amounts[::-1], percent)


def _seen_at(row: TableVersion) -> datetime:
    """When this was last known to be the data: a source that found nothing new says so too."""
    runs = SourceRun.objects.filter(source__dataset_id=row.dataset_id, state=SourceRun.State.UNCHANGED)
    seen = runs.aggregate(last=Max("finished_at"))["last"]
    return max(moment for moment in (row.finished_at or row.created_at, seen) if moment)


def _verdict(row: TableVersion, before: str) -> str:
    """Under the contract in force; while that was not looked at yet, what it was before."""
    held = ContractVersion.objects.filter(dataset_id=row.dataset_id, status=ContractStatus.IN_FORCE).first()
    if held is None:
        return ""
    found = ContractOutcome.objects.filter(table_version=row, contract=held).values_list("verdict", flat=True).first()
    return before if found is None else found


def _troubles(known: TableWatch, found: VersionMeasure) -> Troubles:
    """What is wrong, with what its text needs."""
    wrong: dict[Trouble, Mapping[str, Any]] = {}
    if known.verdict in STOPS:
        wrong[Trouble.CONTRACT] = {}
    if known.fresh_until is not None and known.fresh_until < clock.now():
        wrong[Trouble.LATE] = {"until": known.fresh_until.isoformat()}
    judged = found.number != known.since  # somebody said of this version that it is how it should be
    if judged and volume.is_odd(found.amount, found.low, found.high):
        wrong[Trouble.VOLUME] = {"rows": found.amount, "low": found.low, "high": found.high}
    limit = known.drift_limit if known.drift_limit is not None else DRIFT_LIMIT
    over = [name for name, value in found.drifts.items() if value > limit]
    if judged and over:
        wrong[Trouble.DRIFT] = {"columns": over}
    return {trouble: params for trouble, params in wrong.items() if trouble not in known.silent}
