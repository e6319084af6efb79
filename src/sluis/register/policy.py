"""Who may see and change which datasets."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sluis.foundation.service import may, organisations_where, require
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.register.models import Contact, Dataset

VIEW, EDIT = "dataset.view", "dataset.edit"


def seen_by(actor: Actor) -> QuerySet[Dataset]:
    """Datasets that the actor may see in the register; nothing for a visitor: they read releases."""
    rows = Dataset.objects.all()
    if actor.is_system:
        return rows
    return rows.filter(organisation_id__in=organisations_where(actor, VIEW))


def contacts_seen_by(actor: Actor) -> QuerySet[Contact]:
    rows = Contact.objects.all()
    if actor.is_system:
        return rows
    return rows.filter(organisation_id__in=organisations_where(actor, VIEW))


def require_edit(actor: Actor, organisation_id: Any) -> None:
    """NotFound for an organisation the actor has nothing to do with, NotAllowed for one they may only look at."""
    if actor.signed_in and not may(actor, VIEW, organisation_id):
        raise NotFound("organisation.unknown", N_("Deze organisatie bestaat niet."))
    require(actor, EDIT, organisation_id)


def require_editable(actor: Actor, dataset_id: UUID) -> None:
    """NotFound for a dataset the actor may not see, NotAllowed for one they may only look at."""
    row = seen_by(actor).filter(id=dataset_id).values("organisation_id").first()
    if row is None:
        if not actor.signed_in:
            require(actor, EDIT)
        raise unknown_dataset()
    require(actor, EDIT, row["organisation_id"])


def unknown_dataset() -> NotFound:
    return NotFound("dataset.unknown", N_("Deze dataset bestaat niet."))
