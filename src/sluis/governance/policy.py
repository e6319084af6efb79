"""Who may see and change the register of processing: for a whole organisation, never for one team."""

from uuid import UUID

from django.db.models import QuerySet

from sluis.foundation.service import require, within
from sluis.governance.models import Processing
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_

VIEW, EDIT = "processing.view", "processing.edit"


def seen_by(actor: Actor) -> QuerySet[Processing]:
    return Processing.objects.filter(within(actor, VIEW, team=None)).select_related("organisation")


def require_processing(actor: Actor, permission: str, processing_id: UUID) -> Actor:
    """The actor as they do this; NotFound for a row they may not see, NotAllowed for one they may only look at."""
    row = seen_by(actor).filter(id=processing_id).first()
    if row is None:
        if not actor.signed_in:
            require(actor, permission)
        raise unknown()
    return require(actor, permission, row.organisation_id)


def unknown() -> NotFound:
    return NotFound("processing.unknown", N_("Deze verwerking staat niet in het register."))
