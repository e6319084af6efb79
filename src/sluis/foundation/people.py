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

from sluis.foundation.access import holds_everywhere, organisations_where, require
from sluis.foundation.models import Membership, Organisation, User
from sluis.foundation.roles import ROLES
from sluis.foundation.writing import writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import VISITOR, Actor
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
    valid = Q(until_date=None) | Q(until_date__gte=clock.today())
    grants = frozenset(Membership.objects.filter(valid, user=user).values_list("organisation_id", "role"))
    return Actor(key=user.actor_key, name=user.name, user_id=user.id, grants=grants)


def create_organisation(
    *, by: Actor, slug: str, name: str, name_en: str = "", tooi_uri: str = "", email: str = ""
) -> Organisation:
    """Make an organisation; only for who manages people in all of them. Raises Conflict when the slug is taken."""
    require(by, "people.manage")
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
) -> User:
    """Make an account with a password (argon2id) and its first role; only the system makes one without a role.

    Raises Invalid for a weak password or an unknown role, Conflict for a taken address.
    """
    require(by, "people.manage", organisation_id)
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
            _give(user.id, organisation_id, role, until_date)
            write.note(organisation=organisation_id, role=role, until=until_date)
    return user


def grant(*, by: Actor, user_id: UUID, organisation_id: UUID, role: str, until_date: date | None = None) -> None:
    """Give a person a role in an organisation that the caller manages; again changes only the end date.

    Raises NotFound for a person who has no role in any of the caller's organisations.
    """
    require(by, "people.manage", organisation_id)
    _require_seen(by, user_id)
    with writing(by=by, action="foundation.role.granted", subject=("person", user_id)) as write:
        _give(user_id, organisation_id, role, until_date)
        write.note(organisation=organisation_id, role=role, until=until_date)


def _give(user_id: UUID, organisation_id: UUID, role: str, until_date: date | None) -> None:
    if role not in ROLES:
        raise Invalid(
            "role.unknown", N_("Rol '{role}' bestaat niet. Kies uit {roles}."), role=role, roles=", ".join(ROLES)
        )
    Membership.objects.update_or_create(
        user_id=user_id, organisation_id=organisation_id, role=role, defaults={"until_date": until_date}
    )


def _require_seen(by: Actor, user_id: UUID) -> None:
    """NotFound unless the person has a role, ended or not, where the caller manages people."""
    if by.is_system:
        return
    mine = organisations_where(by, "people.manage")
    if not Membership.objects.filter(user_id=user_id, organisation_id__in=mine).exists():
        raise _unknown()


def _require_whole(by: Actor, user_id: UUID) -> None:
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


def revoke(*, by: Actor, user_id: UUID, organisation_id: UUID, role: str) -> None:
    """Take a role away in an organisation that the caller manages; NotFound when the person does not hold it."""
    require(by, "people.manage", organisation_id)
    with writing(by=by, action="foundation.role.revoked", subject=("person", user_id)) as write:
        gone, _ = Membership.objects.filter(user_id=user_id, organisation_id=organisation_id, role=role).delete()
        if not gone:
            raise NotFound("role.not-held", N_("Deze persoon heeft deze rol daar niet."))
        write.note(organisation=organisation_id, role=role)


def close_account(*, by: Actor, user_id: UUID) -> None:
    """Close an account at once: its sessions stop working with the next request.

    Raises NotAllowed when the person also works where the caller manages nobody, NotFound when only there.
    """
    require(by, "people.manage")
    _require_whole(by, user_id)
    with writing(by=by, action="foundation.person.closed", subject=("person", user_id)):
        if not User.objects.filter(id=user_id, is_active=True).update(is_active=False):
            raise _unknown()


def set_password(*, by: Actor, user_id: UUID, password: str) -> None:
    """Set a new password; ends the person's other sessions because the session hash changes.

    Raises NotAllowed when the person also works where the caller manages nobody, NotFound when only there.
    """
    require(by, "people.manage")
    _require_whole(by, user_id)
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
