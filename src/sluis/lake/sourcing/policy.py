"""Who may see and manage sources: whoever holds the role in the organisation or team of the dataset."""

from uuid import UUID

from sluis.foundation.service import may, require
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.models import Source
from sluis.register.service import get
from sluis.register.types import DatasetRecord

VIEW, MANAGE = "source.view", "source.manage"


def home_of(by: Actor, dataset_id: UUID) -> DatasetRecord:
    """The dataset, for whoever may see its sources, also without seeing its data; NotFound for others."""
    require(by, VIEW)
    dataset = get(by=SYSTEM, dataset_id=dataset_id)
    if not may(by, VIEW, dataset.organisation.id, dataset.team_id):
        raise NotFound("dataset.unknown", N_("Deze dataset bestaat niet."))
    return dataset


def require_manage(by: Actor, dataset_id: UUID) -> Actor:
    """The actor as they do this. NotFound for a dataset they may not see, NotAllowed for one they may only look at."""
    dataset = home_of(by, dataset_id)
    return require(by, MANAGE, dataset.organisation.id, dataset.team_id)


def source_seen_by(by: Actor, source_id: UUID) -> Source:
    """The source with its dataset; NotFound when it does not exist or is not for this actor."""
    row = Source.objects.filter(id=source_id).select_related("dataset", "secret").first()
    if row is None or not may(by, VIEW, row.dataset.organisation_id, row.dataset.team_id):
        raise NotFound("source.unknown", N_("Deze bron bestaat niet."))
    return row


def managed(by: Actor, source_id: UUID) -> tuple[Actor, Source]:
    row = source_seen_by(by, source_id)
    return require(by, MANAGE, row.dataset.organisation_id, row.dataset.team_id), row
