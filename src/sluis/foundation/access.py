"""May I, and which ones may I? Asked in operations and queries, never only in a page.

A thing belongs to an organisation, and perhaps to one of its teams. A role for the organisation reaches all its things;
a role for a team reaches the things of that team and nothing else. Where a thing has no team, leave `team_id` out.
"""

from dataclasses import replace
from uuid import UUID

from django.db.models import Q

from sluis.foundation.models import Organisation
from sluis.foundation.roles import PERMISSIONS, ROLES
from sluis.kernel.actor import Actor, Held
from sluis.kernel.errors import NotAllowed, NotSignedIn
from sluis.kernel.text import N_


def roles_with(permission: str) -> frozenset[str]:
    """Names of the roles that carry `permission`; an unknown permission is a programming error (KeyError)."""
    PERMISSIONS[permission]
    return frozenset(name for name, role in ROLES.items() if permission in role.permissions)


def may(actor: Actor, permission: str, organisation_id: UUID, team_id: UUID | None = None) -> bool:
    """True when the actor holds the permission for that organisation or team; the system itself always does."""
    return actor.is_system or bool(actor.roles(organisation_id, team_id) & roles_with(permission))


def holds(actor: Actor, permission: str) -> bool:
    """True when the actor holds the permission in any organisation or team."""
    return actor.is_system or bool(actor.roles() & roles_with(permission))


def organisations_where(actor: Actor, permission: str, *, teams_too: bool = False) -> frozenset[UUID]:
    """Organisations in which the actor holds the permission for all of it, or (`teams_too`) for a team at least.

    Ask `actor.is_system` first: the system has no list.
    """
    return actor.organisations(*roles_with(permission), teams_too=teams_too)


def within(actor: Actor, permission: str, *, organisation: str = "organisation_id", team: str | None = "team_id") -> Q:
    """A filter for the rows that the permission reaches; the names are the paths to organisation and team.

    Without a `team` path only roles for whole organisations count.
    """
    if actor.is_system:
        return Q()
    roles = roles_with(permission)
    reached = Q(**{f"{organisation}__in": actor.organisations(*roles)})
    return reached | Q(**{f"{team}__in": actor.teams(*roles)}) if team else reached


def holds_everywhere(actor: Actor, permission: str) -> bool:
    """True when the actor holds the permission in every organisation: who looks after the whole platform."""
    if actor.is_system:
        return True
    held = organisations_where(actor, permission)
    return bool(held) and not Organisation.objects.exclude(id__in=held).exists()


def acts(
    actor: Actor, permission: str, organisation_id: UUID | None = None, team_id: UUID | None = None
) -> Actor | None:
    """The actor as they would use this permission there; None when they do not hold it.

    In their own right where that is enough, otherwise in the name of the colleague who lent them the role.
    """
    if actor.is_system:
        return actor
    roles = roles_with(permission)
    counting = actor.grants if organisation_id is None else actor.held(organisation_id, team_id)
    usable: list[Held] = [held for held in counting if held.role in roles]
    return replace(actor, stands_for=min(held.giver for held in usable)) if usable else None


def require(actor: Actor, permission: str, organisation_id: UUID | None = None, team_id: UUID | None = None) -> Actor:
    """Raise NotSignedIn or NotAllowed unless the actor holds the permission there (anywhere when nothing is named).

    Returns the actor as they act here: an operation goes on with it (`by = require(by, ...)`), so that the audit chain
    tells in whose name it was done. Without that, it names everybody who lent this actor anything.
    """
    if not actor.signed_in:
        raise NotSignedIn("sign-in.needed", N_("Log eerst in."))
    acting = acts(actor, permission, organisation_id, team_id)
    if acting is None:
        raise NotAllowed(
            "access.denied",
            N_("U heeft hier niet de rol voor. Nodig: {roles}."),
            roles=", ".join(sorted(ROLES[name].title for name in roles_with(permission))),
            permission=permission,
        )
    return acting
