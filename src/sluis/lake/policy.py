"""Who may bring and see tables: whoever holds the role in the organisation of the dataset."""

from uuid import UUID

from sluis.foundation.service import may, require
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.models import TableVersion
from sluis.register.service import get

VIEW, ADD = "table.view", "table.add"


def require_on_dataset(by: Actor, permission: str, dataset_id: UUID) -> Actor:
    """The actor as they do this.

    NotFound for a dataset the actor may not see, NotAllowed for one they may see but not this.
    """
    require(by, permission)
    dataset = get(by=by, dataset_id=dataset_id)
    return require(by, permission, dataset.organisation.id, dataset.team_id)


def version_seen_by(by: Actor, table_version_id: UUID) -> TableVersion:
    """The table version; NotFound when it does not exist or is not for this actor."""
    row = TableVersion.objects.filter(id=table_version_id).select_related("dataset").first()
    if row is None or not may(by, VIEW, row.dataset.organisation_id, row.dataset.team_id):
        raise NotFound("table.unknown", N_("Deze tabel bestaat niet."))
    return row
