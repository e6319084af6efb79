"""What an identity of the provider means here: which account it is, and which roles its groups give.

The key is issuer and subject together, never an e-mail address: who controls an address at one provider would take
over the account of somebody else (threat 42).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from sluis.foundation.models import GroupRole, Membership, User
from sluis.foundation.people import give, require_whole
from sluis.foundation.writing import Write, writing
from sluis.kernel.actor import SYSTEM, Actor, Held
from sluis.kernel.errors import Conflict, NotAllowed, NotFound
from sluis.kernel.text import N_

PROVIDER = "oidc"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says somebody is. `groups` are names as the provider gives them."""

    issuer: str
    subject: str
    email: str
    name: str
    groups: frozenset[str]

    @property
    def uid(self) -> str:
        return uid_of(self.issuer, self.subject)


def uid_of(issuer: str, subject: str) -> str:
    """Fixed length, and says nothing about the person. Unambiguous: an issuer is an address and holds no space."""
    return sha256(f"{issuer} {subject}".encode()).hexdigest()


def settle(identity: Identity) -> User:
    """The account of this identity with the roles of its groups, those of groups it left withdrawn.

    Somebody new gets an account when a group gives a role. Raises NotAllowed when none does, Conflict when an account
    with this e-mail address exists already: only who manages that account links it.
    """
    known = SocialAccount.objects.filter(provider=PROVIDER, uid=identity.uid).select_related("user").first()
    given = roles_of(identity.groups)
    if known is not None:
        user: User = known.user
        if user.is_active:
            _renew(user.id, given)
        return user
    _check_new(identity, given)
    user = User(email=identity.email, name=identity.name[:200] or identity.email)
    user.set_unusable_password()
    with writing(by=SYSTEM, action="foundation.person.created", subject=("person", user.id)) as write:
        user.save()
        SocialAccount.objects.create(user=user, provider=PROVIDER, uid=identity.uid)
        write.note(actor=user.actor_key, through="provider")
        _change(user.id, given, frozenset(), write)
    return user


def link(*, by: Actor, user_id: UUID, issuer: str, subject: str) -> None:
    """Let the account be opened by this identity too; by who manages the whole account.

    Raises NotFound for an unknown account, Conflict when the identity belongs to an account already.
    """
    require_whole(by, user_id)
    uid = uid_of(issuer, subject)
    with writing(by=by, action="foundation.person.linked", subject=("person", user_id)):
        if not User.objects.filter(id=user_id, is_active=True).exists():
            raise NotFound("person.unknown", N_("Dit account bestaat niet (meer)."))
        if SocialAccount.objects.filter(provider=PROVIDER, uid=uid).exists():
            raise Conflict("person.linked", N_("Deze aanmelding hoort al bij een account."))
        SocialAccount.objects.create(user_id=user_id, provider=PROVIDER, uid=uid)


def roles_of(groups: Iterable[str]) -> frozenset[Held]:
    rows = GroupRole.objects.filter(group__in=list(groups))
    return frozenset(Held(row.organisation_id, row.role, row.team_id) for row in rows)


def _renew(user_id: UUID, given: frozenset[Held]) -> None:
    rows = Membership.objects.filter(user_id=user_id, from_groups=True)
    before = frozenset(Held(row.organisation_id, row.role, row.team_id) for row in rows)
    if before != given:
        with writing(by=SYSTEM, action="foundation.roles.from-groups", subject=("person", user_id)) as write:
            _change(user_id, given, before, write)


def _change(user_id: UUID, given: frozenset[Held], before: frozenset[Held], write: Write) -> None:
    for held in before - given:
        Membership.objects.filter(
            user_id=user_id,
            organisation_id=held.organisation_id,
            team_id=held.team_id,
            role=held.role,
            from_groups=True,
        ).delete()
    for held in given - before:
        give(user_id, held, from_groups=True)
    write.note(given=_noted(given - before), withdrawn=_noted(before - given))


def _noted(roles: frozenset[Held]) -> list[list[str]]:
    return sorted([str(held.organisation_id), held.role, str(held.team_id or "")] for held in roles)


def _check_new(identity: Identity, given: frozenset[Held]) -> None:
    if not given:
        raise NotAllowed(
            "sign-in.no-role",
            N_("U hebt hier geen rol."),
            way_out=N_("Vraag de beheerder van Sluis om u een rol te geven."),
        )
    try:
        validate_email(identity.email)
    except ValidationError as error:
        raise NotAllowed(
            "sign-in.no-address",
            N_("De inlogdienst geeft geen e-mailadres door."),
            way_out=N_("Vraag uw beheerder om het e-mailadres (claim email) mee te sturen."),
        ) from error
    if User.objects.filter(email=identity.email.strip().lower()).exists():
        raise Conflict(
            "sign-in.address-taken",
            N_("Er is al een account met dit e-mailadres, dat op een andere manier inlogt."),
            way_out=N_("Vraag de beheerder om uw account aan de inlogdienst te koppelen."),
        )
