"""May I, and which ones may I? Asked in operations and queries, never only in a page."""

from uuid import UUID

from sluis.foundation.models import Organisation
from sluis.foundation.roles import PERMISSIONS, ROLES
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotAllowed, NotSignedIn
from sluis.kernel.text import N_


def roles_with(permission: str) -> frozenset[str]:
    """Names of the roles that carry `permission`; an unknown permission is a programming error (KeyError)."""
    PERMISSIONS[permission]
    return frozenset(name for name, role in ROLES.items() if permission in role.permissions)


def may(actor: Actor, permission: str, organisation_id: UUID) -> bool:
    """True when the actor holds the permission in that organisation; the system itself always does."""
    return actor.is_system or bool(actor.roles(organisation_id) & roles_with(permission))


def holds(actor: Actor, permission: str) -> bool:
    """True when the actor holds the permission in any organisation."""
    return actor.is_system or bool(actor.roles() & roles_with(permission))


def organisations_where(actor: Actor, permission: str) -> frozenset[UUID]:
    """Organisations in which the actor holds the permission. Ask `actor.is_system` first: the system has no list."""
    return actor.organisations(*roles_with(permission))


def holds_everywhere(actor: Actor, permission: str) -> bool:
    """True when the actor holds the permission in every organisation: who looks after the whole platform."""
    if actor.is_system:
        return True
    held = organisations_where(actor, permission)
    return bool(held) and not Organisation.objects.exclude(id__in=held).exists()


def require(actor: Actor, permission: str, organisation_id: UUID | None = None) -> None:
    """Raise NotSignedIn or NotAllowed unless the actor holds the permission there (anywhere when none is named)."""
    if not actor.signed_in:
        raise NotSignedIn("sign-in.needed", N_("Log eerst in."))
    allowed = holds(actor, permission) if organisation_id is None else may(actor, permission, organisation_id)
    if not allowed:
        raise NotAllowed(
            "access.denied",
            N_("U heeft hier niet de rol voor. Nodig: {roles}."),
            roles=", ".join(sorted(ROLES[name].title for name in roles_with(permission))),
            permission=permission,
        )
