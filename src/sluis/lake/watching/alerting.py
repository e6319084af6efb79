"""Alerts of one table: opened once per matter, told to its stewards, and closed when the matter is over."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sluis.foundation.service import writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM
from sluis.lake.models import TableAlert, TableVersion
from sluis.lake.telling import tell_stewards
from sluis.lake.watching.types import Trouble
from sluis.lake.watching.wording import TEXTS, worded


def settle(dataset_id: UUID, number: int, troubles: Mapping[Trouble, Mapping[str, Any]]) -> None:
    """Open what is new, close what is over. Call inside a transaction that holds the row of the table."""
    known = {Trouble(alert.kind): alert for alert in TableAlert.objects.filter(dataset_id=dataset_id, closed_at=None)}
    for trouble, alert in known.items():
        if trouble not in troubles:
            _close(alert)
        elif (alert.number, alert.params) != (number, dict(troubles[trouble])):
            alert.number, alert.params = number, dict(troubles[trouble])
            alert.save(update_fields=["number", "params"])
    for trouble in troubles:
        if trouble not in known:
            _open(dataset_id, number, trouble, troubles[trouble])


def _open(dataset_id: UUID, number: int, trouble: Trouble, params: Mapping[str, Any]) -> None:
    with writing(by=SYSTEM, action="lake.alert.opened", subject=("dataset", dataset_id)) as write:
        made = TableAlert.objects.create(
            id=ids.new_id(),
            dataset_id=dataset_id,
            kind=trouble,
            number=number,
            params=dict(params),
            opened_at=clock.now(),
        )
        write.note(alert=made.id, kind=trouble.value, number=number)
        version = TableVersion.objects.select_related("dataset").get(dataset_id=dataset_id, number=number)
        tell_stewards(
            version.dataset,
            key=f"alert:{made.id}",
            message=TEXTS[trouble],
            params={"number": str(number), "dataset": version.dataset.title, **worded(params)},
            route="desk:contract" if trouble is Trouble.CONTRACT else "desk:dataset-quality",
            arguments=[str(dataset_id)],
        )


def _close(alert: TableAlert) -> None:
    with writing(by=SYSTEM, action="lake.alert.closed", subject=("dataset", alert.dataset_id)) as write:
        alert.closed_at = clock.now()
        alert.save(update_fields=["closed_at"])
        write.note(alert=alert.id, kind=alert.kind)
