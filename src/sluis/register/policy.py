"""Who may see and change which datasets."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sluis.foundation.service import organisations_where, require, within
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.register.models import Contact, Dataset

VIEW, EDIT = "dataset.view", "dataset.edit"


def seen_by(actor: Actor) -> QuerySet[Dataset]:
    """Datasets that the actor may see in the register; nothing for a visitor: they read releases."""
    return Dataset.objects.filter(within(actor, VIEW))


def contacts_seen_by(actor: Actor) -> QuerySet[Contact]:
    """Contacts belong to an organisation as a whole; who works for one of its teams may use them too."""
    rows = Contact.objects.all()
    if actor.is_system:
        return rows
    return rows.filter(organisation_id__in=organisations_where(actor, VIEW, teams_too=True))


def require_edit(actor: Actor, organisation_id: Any, team_id: UUID | None = None) -> Actor:
    """The actor as they edit there. NotFound for an organisation the actor has nothing to do with, NotAllowed for one
    they may only look at."""
    require_known(actor, organisation_id)
    return require(actor, EDIT, organisation_id, team_id)


def require_known(actor: Actor, organisation_id: Any) -> None:
    """NotFound for an organisation in which the actor sees nothing, not even of one team."""
    known = actor.is_system or organisation_id in organisations_where(actor, VIEW, teams_too=True)
    if actor.signed_in and not known:
        raise NotFound("organisation.unknown", N_("Deze organisatie bestaat niet."))


def require_editable(actor: Actor, dataset_id: UUID) -> Actor:
    """The actor as they edit this dataset.

    NotFound for one they may not see, NotAllowed for one they may only look at.
    """
    row = seen_by(actor).filter(id=dataset_id).values("organisation_id", "team_id").first()
    if row is None:
        if not actor.signed_in:
            require(actor, EDIT)
        raise unknown_dataset()
    return require(actor, EDIT, row["organisation_id"], row["team_id"])


def unknown_dataset() -> NotFound:
    return NotFound("dataset.unknown", N_("Deze dataset bestaat niet."))
