"""The tables that a transformation reads: of each dataset the last version that kept its promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sluis.foundation.service import within
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, NotAllowed
from sluis.kernel.text import N_
from sluis.lake.contracting.checking import STOPS, checked
from sluis.lake.models import TableVersion
from sluis.lake.policy import VIEW
from sluis.lake.query.offering import offered_of, slugs_in
from sluis.lake.query.types import Offered
from sluis.lake.transforming.policy import unreadable
from sluis.register.service import get

_LOOK_BACK = 20


@dataclass(frozen=True, slots=True)
class Input:
    """One table as a run reads it. `newest` is False when a newer version broke its contract."""

    dataset_id: UUID
    version_id: UUID
    number: int
    newest: bool
    offered: Offered

    def to_json(self) -> dict[str, Any]:
        """As a run keeps it."""
        return {"dataset": str(self.dataset_id), "table": self.offered.name, "version": str(self.version_id),
                "number": self.number}  # fmt: skip

    def to_child(self, paths: Sequence[str]) -> dict[str, Any]:
        """As the sandbox takes it, with the files of its parts."""
        shape = self.offered.to_json(paths)
        titles = {column.name: column.title for column in self.offered.columns}
        return shape | {"columns": [column | {"title": titles[column["name"]]} for column in shape["columns"]]}


def named_in(by: Actor, sql: str) -> tuple[Input, ...]:
    """The tables that words of the text could stand for, of those whose rows the actor may see."""
    reached = within(by, VIEW, organisation="dataset__organisation_id", team="dataset__team_id")
    ready = TableVersion.objects.filter(reached, dataset__slug__in=slugs_in(sql), status=TableVersion.Status.READY)
    found = map(_last_good, ready.order_by("dataset_id").values_list("dataset_id", flat=True).distinct())
    return tuple(one for one in found if one)


def read_by(by: Actor, dataset_ids: Sequence[UUID]) -> tuple[Input, ...]:
    """The tables of these datasets. Raises NotAllowed when the actor may not read one (any more), and Conflict for one
    without a version that kept its promises."""
    if hidden := unreadable(by, dataset_ids):
        raise NotAllowed(
            "transformation.input-hidden",
            N_("Wie deze transformatie opsloeg, mag deze tabellen niet (meer) lezen: {tables}."),
            way_out=N_("Laat iemand die ze wel mag lezen de transformatie nakijken en opslaan."),
            tables=", ".join(dataset.slug for dataset in hidden),
        )
    found = {dataset_id: _last_good(dataset_id) for dataset_id in dataset_ids}
    if empty := [dataset_id for dataset_id, one in found.items() if one is None]:
        raise Conflict(
            "transformation.input-empty",
            N_("Deze tabellen hebben nog geen versie die klaar is en aan de afspraken voldoet: {tables}."),
            tables=", ".join(get(by=by, dataset_id=dataset_id).slug for dataset_id in empty),
        )
    return tuple(one for one in found.values() if one)


def _last_good(dataset_id: UUID) -> Input | None:
    ready = TableVersion.ready(dataset_id)
    rows = ready.select_related("dataset").defer("profile").order_by("-number")[:_LOOK_BACK]
    for place, row in enumerate(rows):
        outcome = checked(row.id)
        if outcome is None or outcome.verdict not in STOPS:
            return Input(dataset_id, row.id, row.number, place == 0, offered_of(row))
    return None
