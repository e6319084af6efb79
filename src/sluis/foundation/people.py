"""Accounts, organisations and roles: writes, and the actor behind a signed-in person."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.db.models import Q

from sluis.foundation.access import require
from sluis.foundation.models import Membership, Organisation, User
from sluis.foundation.roles import ROLES
from sluis.foundation.writing import writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import VISITOR, Actor
from sluis.kernel.errors import Conflict, Invalid, NotFound
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
    valid = Q(until_date=None) | Q(until_date__gte=clock.today())
    grants = frozenset(Membership.objects.filter(valid, user=user).values_list("organisation_id", "role"))
    return Actor(key=user.actor_key, name=user.name, user_id=user.id, grants=grants)


def create_organisation(
    *, by: Actor, slug: str, name: str, name_en: str = "", tooi_uri: str = "", email: str = ""
) -> Organisation:
    """Make an organisation. Raises Conflict when the slug is taken."""
    require(by, "people.manage")
    if not slug or ids.slugify(slug) != slug:
        raise Invalid("organisation.slug", N_("'{slug}' is geen geldige korte naam: gebruik a-z, 0-9 en -."), slug=slug)
    with writing(by=by, action="foundation.organisation.created", subject=("organisation", slug)) as write:
        try:
            made = Organisation.objects.create(slug=slug, name=name, name_en=name_en, tooi_uri=tooi_uri, email=email)
        except IntegrityError as error:
            raise Conflict("organisation.exists", N_("Organisatie '{slug}' bestaat al."), slug=slug) from error
        write.note(id=made.id, name=name)
    return made


def create_person(*, by: Actor, email: str, name: str, password: str) -> User:
    """Make an account with a password (argon2id). Raises Invalid for a weak password, Conflict for a taken address."""
    require(by, "people.manage")
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
    return user


def grant(*, by: Actor, user_id: UUID, organisation_id: UUID, role: str, until_date: date | None = None) -> None:
    """Give a person a role in an organisation; giving it again changes only the end date."""
    require(by, "people.manage")
    if role not in ROLES:
        raise Invalid(
            "role.unknown", N_("Rol '{role}' bestaat niet. Kies uit {roles}."), role=role, roles=", ".join(ROLES)
        )
    with writing(by=by, action="foundation.role.granted", subject=("person", user_id)) as write:
        Membership.objects.update_or_create(
            user_id=user_id, organisation_id=organisation_id, role=role, defaults={"until_date": until_date}
        )
        write.note(organisation=organisation_id, role=role, until=until_date)


def revoke(*, by: Actor, user_id: UUID, organisation_id: UUID, role: str) -> None:
    """Take a role away; NotFound when the person does not hold it."""
    require(by, "people.manage")
    with writing(by=by, action="foundation.role.revoked", subject=("person", user_id)) as write:
        gone, _ = Membership.objects.filter(user_id=user_id, organisation_id=organisation_id, role=role).delete()
        if not gone:
            raise NotFound("role.not-held", N_("Deze persoon heeft deze rol daar niet."))
        write.note(organisation=organisation_id, role=role)


def close_account(*, by: Actor, user_id: UUID) -> None:
    """Close an account at once: its sessions stop working with the next request."""
    require(by, "people.manage")
    with writing(by=by, action="foundation.person.closed", subject=("person", user_id)):
        if not User.objects.filter(id=user_id, is_active=True).update(is_active=False):
            raise NotFound("person.unknown", N_("Dit account bestaat niet (meer)."))


def set_password(*, by: Actor, user_id: UUID, password: str) -> None:
    """Set a new password; ends the person's other sessions because the session hash changes."""
    require(by, "people.manage")
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFound("person.unknown", N_("Dit account bestaat niet (meer)."))
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
