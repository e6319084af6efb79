"""Who may see and change how a table is made.

Whoever may see the rows of the target sees the transformation; the definition itself only who may see every table that
it reads. Whoever may bring data into the target may change it, as far as they may read its inputs.
"""

from collections.abc import Iterable
from uuid import UUID

from sluis.foundation.service import may
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.models import Transformation
from sluis.lake.policy import ADD, VIEW, require_on_dataset
from sluis.register.service import get
from sluis.register.types import DatasetRecord


def transformation_seen_by(by: Actor, transformation_id: UUID) -> Transformation:
    """The transformation with its dataset; NotFound when it does not exist or is not for this actor."""
    row = Transformation.objects.filter(id=transformation_id).select_related("dataset").first()
    if row is None or not may(by, VIEW, row.dataset.organisation_id, row.dataset.team_id):
        raise NotFound("transformation.unknown", N_("Deze transformatie bestaat niet."))
    return row


def changeable(by: Actor, transformation_id: UUID) -> tuple[Actor, Transformation]:
    """The actor as they do this; NotFound, or NotAllowed for one they may only look at."""
    row = transformation_seen_by(by, transformation_id)
    return require_on_dataset(by, ADD, row.dataset_id), row


def unreadable(by: Actor, dataset_ids: Iterable[UUID]) -> tuple[DatasetRecord, ...]:
    """The datasets of these whose rows the actor may not see (any more)."""
    found = (get(by=SYSTEM, dataset_id=dataset_id) for dataset_id in dataset_ids)
    return tuple(d for d in found if not may(by, VIEW, d.organisation.id, d.team_id))
