"""Who may see and do what in the lock."""

from uuid import UUID

from django.db.models import Q, QuerySet

from sluis.foundation.service import may, require, roles_with, within
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotAllowed, NotFound
from sluis.kernel.text import N_
from sluis.release.models import Dossier

VIEW, PREPARE, ADVISE = "dossier.view", "dossier.prepare", "dossier.advise"
DECIDE, WITHDRAW, FEEDBACK = "dossier.decide", "dossier.withdraw", "feedback.handle"
ASK_CHANGE = "dossier.ask-change"


def seen_by(actor: Actor) -> QuerySet[Dossier]:
    return Dossier.objects.filter(reached(actor, VIEW))


def reached(actor: Actor, permission: str) -> Q:
    """A dossier follows its dataset: who reaches the dataset's team reaches it."""
    return within(actor, permission, team="dataset__team_id")


def require_dossier(actor: Actor, permission: str, dossier_id: UUID) -> Actor:
    """The actor as they do this.

    NotFound for a dossier the actor may not see, NotAllowed for one they may only look at.
    """
    row = seen_by(actor).filter(id=dossier_id).values("organisation_id", "dataset__team_id").first()
    if row is None:
        if not actor.signed_in:
            require(actor, permission)
        raise unknown()
    return require(actor, permission, row["organisation_id"], row["dataset__team_id"])


def require_person(actor: Actor) -> None:
    """A decision is taken by a person: the system may prepare, never decide."""
    if actor.user_id is None:
        raise NotAllowed("decide.person", N_("Alleen een mens neemt een besluit."))


def role_for(actor: Actor, permission: str, row: Dossier) -> str:
    """In which role the actor does this: the name that goes into the record."""
    usable = roles_with(permission)
    held = [h for h in actor.held(row.organisation_id, row.dataset.team_id) if h.role in usable]
    own = [h.role for h in held if h.giver == (actor.stands_for or "")]
    return min(own, default="system")


def allowed(actor: Actor, permission: str, row: Dossier) -> bool:
    return may(actor, permission, row.organisation_id, row.dataset.team_id)


def unknown() -> NotFound:
    return NotFound("dossier.unknown", N_("Dit dossier bestaat niet."))
