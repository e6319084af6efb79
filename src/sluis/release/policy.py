"""Who may see and do what in the lock."""

from uuid import UUID

from django.db.models import QuerySet

from sluis.foundation.service import may, organisations_where, require, roles_with
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotAllowed, NotFound
from sluis.kernel.text import N_
from sluis.release.models import Dossier

VIEW, PREPARE, ADVISE = "dossier.view", "dossier.prepare", "dossier.advise"
DECIDE, WITHDRAW, FEEDBACK = "dossier.decide", "dossier.withdraw", "feedback.handle"


def seen_by(actor: Actor) -> QuerySet[Dossier]:
    rows = Dossier.objects.all()
    return rows if actor.is_system else rows.filter(organisation_id__in=organisations_where(actor, VIEW))


def require_dossier(actor: Actor, permission: str, dossier_id: UUID) -> None:
    """NotFound for a dossier the actor may not see, NotAllowed for one they may only look at."""
    row = seen_by(actor).filter(id=dossier_id).values("organisation_id").first()
    if row is None:
        if not actor.signed_in:
            require(actor, permission)
        raise unknown()
    require(actor, permission, row["organisation_id"])


def require_person(actor: Actor) -> None:
    """A decision is taken by a person: the system may prepare, never decide."""
    if actor.user_id is None:
        raise NotAllowed("decide.person", N_("Alleen een mens neemt een besluit."))


def role_for(actor: Actor, permission: str, organisation_id: UUID) -> str:
    """In which role the actor does this: the name that goes into the record."""
    held = actor.roles(organisation_id) & roles_with(permission)
    return min(held) if held else "system"


def allowed(actor: Actor, permission: str, organisation_id: UUID) -> bool:
    return may(actor, permission, organisation_id)


def unknown() -> NotFound:
    return NotFound("dossier.unknown", N_("Dit dossier bestaat niet."))
