"""Accounts, organisations and roles: writes, and the actor behind a signed-in person."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError

from sluis.foundation.access import holds_everywhere, organisations_where, require
from sluis.foundation.lending import lent_to, valid
from sluis.foundation.models import Membership, Organisation, User
from sluis.foundation.roles import ROLES
from sluis.foundation.teams import require_team
from sluis.foundation.writing import writing
from sluis.kernel import ids
from sluis.kernel.actor import VISITOR, Actor, Held
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from sluis.kernel.text import N_


def actor_of(user: Any) -> Actor:
    """The actor of a Django user; a visitor when nobody is signed in or the account is closed."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return VISITOR
    cached = getattr(user, "_sluis_actor", None)
    if cached is None:
        cached = user._sluis_actor = _actor(user)
    return cached


def acting(user_id: UUID | str) -> Actor:
    """The actor with this user id, with the grants of this moment. Raises NotFound for a closed or unknown account."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise NotFound("person.unknown", N_("Dit account bestaat niet (meer)."))
    return _actor(user)


def actor_by_email(email: str) -> Actor:
    """The actor with this e-mail address; NotFound when there is no such open account."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise NotFound("person.unknown", N_("Er is geen account met e-mailadres {email}."), email=email)
    return _actor(user)


def _actor(user: User) -> Actor:
    own = (Held(*row) for row in valid().filter(user=user).values_list("organisation_id", "role", "team_id"))
    return Actor(key=user.actor_key, name=user.name, user_id=user.id, grants=frozenset({*own, *lent_to(user.id)}))


def create_organisation(
    *, by: Actor, slug: str, name: str, name_en: str = "", tooi_uri: str = "", email: str = ""
) -> Organisation:
    """Make an organisation; only for who manages people in all of them. Raises Conflict when the slug is taken."""
    by = require(by, "people.manage")
    if not holds_everywhere(by, "people.manage"):
        raise NotAllowed("organisation.make", N_("Alleen wie alle organisaties beheert, maakt er een bij."))
    if not slug or ids.slugify(slug) != slug:
        raise Invalid("organisation.slug", N_("'{slug}' is geen geldige korte naam: gebruik a-z, 0-9 en -."), slug=slug)
    with writing(by=by, action="foundation.organisation.created", subject=("organisation", slug)) as write:
        try:
            made = Organisation.objects.create(slug=slug, name=name, name_en=name_en, tooi_uri=tooi_uri, email=email)
        except IntegrityError as error:
            raise Conflict("organisation.exists", N_("Organisatie '{slug}' bestaat al."), slug=slug) from error
        write.note(id=made.id, name=name)
    return made


def create_person(
    *,
    by: Actor,
    email: str,
    name: str,
    password: str,
    organisation_id: UUID | None = None,
    role: str = "",
    until_date: date | None = None,
    team_id: UUID | None = None,
) -> User:
    """Make an account with a password (argon2id) and its first role; only the system makes one without a role.

    Raises Invalid for a weak password or an unknown role, Conflict for a taken address.
    """
    by = require(by, "people.manage", organisation_id)
    if organisation_id is None and not by.is_system:
        raise Invalid("person.no-role", N_("Kies een organisatie en een rol voor dit account."))
    user = User(email=email, name=name)
    try:
        validate_email(email)
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(
            "person.password", N_("Dit account kan zo niet: {reasons}"), reasons=" ".join(error.messages)
        ) from error
    user.set_password(password)
    with writing(by=by, action="foundation.person.created", subject=("person", user.id)) as write:
        if User.objects.filter(email=email.strip().lower()).exists():
            raise Conflict("person.exists", N_("Er is al een account met e-mailadres {email}."), email=email)
        user.save()
        write.note(actor=user.actor_key)
        if organisation_id is not None:
            give(user.id, Held(organisation_id, role, team_id), until_date)
            write.note(organisation=organisation_id, role=role, team=team_id, until=until_date)
    return user


def grant(
    *,
    by: Actor,
    user_id: UUID,
    organisation_id: UUID,
    role: str,
    until_date: date | None = None,
    team_id: UUID | None = None,
) -> None:
    """Give a person a role in an organisation that the caller manages, for one team of it when that is named; again
    changes only the end date.

    Raises NotFound for a person who has no role in any of the caller's organisations, Invalid for an unknown role or
    one that is not held for a team.
    """
    by = require(by, "people.manage", organisation_id)
    _require_seen(by, user_id)
    with writing(by=by, action="foundation.role.granted", subject=("person", user_id)) as write:
        give(user_id, Held(organisation_id, role, team_id), until_date)
        write.note(organisation=organisation_id, role=role, team=team_id, until=until_date)


def give(user_id: UUID, held: Held, until_date: date | None = None, *, from_groups: bool = False) -> None:
    """Write one role, inside an operation that has authorised. Raises Invalid as `check_role` does."""
    check_role(held)
    Membership.objects.update_or_create(
        user_id=user_id,
        organisation_id=held.organisation_id,
        role=held.role,
        team_id=held.team_id,
        from_groups=from_groups,
        defaults={"until_date": until_date},
    )


def check_role(held: Held) -> None:
    """Raise Invalid for an unknown role, a team of another organisation, or a role that no team has."""
    if held.role not in ROLES:
        raise Invalid(
            "role.unknown", N_("Rol '{role}' bestaat niet. Kies uit {roles}."), role=held.role, roles=", ".join(ROLES)
        )
    if held.team_id is not None and ROLES[held.role].bound:
        raise Invalid(
            "role.whole",
            N_("De rol {role} geldt voor een hele organisatie, niet voor één team."),
            role=ROLES[held.role].title,
        )
    require_team(held.organisation_id, held.team_id)


def _require_seen(by: Actor, user_id: UUID) -> None:
    """NotFound unless the person has a role, ended or not, where the caller manages people."""
    if by.is_system:
        return
    mine = organisations_where(by, "people.manage")
    if not Membership.objects.filter(user_id=user_id, organisation_id__in=mine).exists():
        raise _unknown()


def require_whole(by: Actor, user_id: UUID) -> None:
    """An account as a whole belongs to who manages every organisation in which that person has a role."""
    _require_seen(by, user_id)
    if by.is_system:
        return
    mine = organisations_where(by, "people.manage")
    if Membership.objects.filter(user_id=user_id).exclude(organisation_id__in=mine).exists():
        raise NotAllowed(
            "person.elsewhere",
            N_("Deze persoon werkt ook voor een organisatie die u niet beheert."),
            way_out=N_("Haal de rollen bij uw eigen organisatie weg, of vraag wie alle organisaties beheert."),
        )


def _unknown() -> NotFound:
    return NotFound("person.unknown", N_("Dit account bestaat niet (meer)."))


def revoke(*, by: Actor, user_id: UUID, organisation_id: UUID, role: str, team_id: UUID | None = None) -> None:
    """Take a role away in an organisation that the caller manages.

    Raises NotFound when the person does not hold it, Conflict when it follows from a group of their own organisation.
    """
    by = require(by, "people.manage", organisation_id)
    held = Membership.objects.filter(user_id=user_id, organisation_id=organisation_id, role=role, team_id=team_id)
    with writing(by=by, action="foundation.role.revoked", subject=("person", user_id)) as write:
        gone, _ = held.filter(from_groups=False).delete()
        if not gone and held.exists():
            raise Conflict(
                "role.from-groups",
                N_("Deze rol volgt uit een groep van de organisatie."),
                way_out=N_("Haal de persoon uit die groep, of haal de koppeling van de groep weg."),
            )
        if not gone:
            raise NotFound("role.not-held", N_("Deze persoon heeft deze rol daar niet."))
        write.note(organisation=organisation_id, role=role, team=team_id)


def close_account(*, by: Actor, user_id: UUID) -> None:
    """Close an account at once: its sessions stop working with the next request.

    Raises NotAllowed when the person also works where the caller manages nobody, NotFound when only there.
    """
    by = require(by, "people.manage")
    require_whole(by, user_id)
    with writing(by=by, action="foundation.person.closed", subject=("person", user_id)):
        if not User.objects.filter(id=user_id, is_active=True).update(is_active=False):
            raise _unknown()


def set_password(*, by: Actor, user_id: UUID, password: str) -> None:
    """Set a new password; ends the person's other sessions because the session hash changes.

    Raises NotAllowed when the person also works where the caller manages nobody, NotFound when only there.
    """
    by = require(by, "people.manage")
    require_whole(by, user_id)
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise _unknown()
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(
            "person.password", N_("Dit wachtwoord kan niet: {reasons}"), reasons=" ".join(error.messages)
        ) from error
    user.set_password(password)
    with writing(by=by, action="foundation.person.password-set", subject=("person", user_id)):
        user.save(update_fields=["password"])


def organisation(slug: str) -> Organisation:
    """The organisation with this slug; NotFound when there is none."""
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("organisation.unknown", N_("Er is geen organisatie '{slug}'."), slug=slug)
    return found


def names_of(actor_keys: Iterable[str]) -> dict[str, str]:
    """Names behind pseudonyms of the audit chain, for staff; a key whose account is gone is left out. One query."""
    return dict(User.objects.filter(actor_key__in=set(actor_keys)).values_list("actor_key", "name"))


def ids_of(actor_keys: Iterable[str]) -> dict[str, UUID]:
    """Accounts behind pseudonyms, open ones only. One query."""
    rows = User.objects.filter(actor_key__in=set(actor_keys), is_active=True)
    return dict(rows.values_list("actor_key", "id"))


def address_of(user_id: UUID) -> str:
    """Where to mail somebody; '' when the account is closed or gone."""
    return User.objects.filter(id=user_id, is_active=True).values_list("email", flat=True).first() or ""
