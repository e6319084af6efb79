"""The people and organisations of the demo province: one or two in every role, none of them real."""

import os
from dataclasses import dataclass
from pathlib import Path

from sluis.cli.users import new_password
from sluis.foundation.service import (
    actor_by_email,
    create_organisation,
    create_person,
    grant,
    organisation,
    set_password,
)
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import NotFound

ACCOUNTS = "demo-accounts.txt"


@dataclass(frozen=True, slots=True)
class Body:
    slug: str
    name: str
    name_en: str
    email: str


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    organisation: str
    roles: tuple[str, ...]
    everywhere: bool = False


PROVINCE = "provincie-merwede"
SERVICE = "omgevingsdienst-merwede"
BODIES = (
    Body(PROVINCE, "Provincie Merwede", "Province of Merwede", "opendata@merwede.example"),
    Body(SERVICE, "Omgevingsdienst Merwede", "Environmental Service Merwede", "data@od-merwede.example"),
)
PEOPLE = (
    Person("lezer@merwede.example", "Lotte Verbruggen", PROVINCE, ("viewer",)),
    Person("steward@merwede.example", "Sanne de Wit", PROVINCE, ("data_steward",)),
    Person("eigenaar@merwede.example", "Willem Hoogland", PROVINCE, ("data_owner",)),
    Person("steward@od-merwede.example", "Yusuf Aydın", SERVICE, ("data_steward",)),
    Person("eigenaar@od-merwede.example", "Marijke Terpstra", SERVICE, ("data_owner",)),
    Person("privacy@merwede.example", "Ineke Vos", PROVINCE, ("privacy_officer",), everywhere=True),
    Person("ciso@merwede.example", "Bas Dijkgraaf", PROVINCE, ("ciso",), everywhere=True),
    Person("jurist@merwede.example", "Noor Haddad", PROVINCE, ("lawyer",), everywhere=True),
    Person("coordinator@merwede.example", "Ruben Kok", PROVINCE, ("coordinator",), everywhere=True),
    Person("gegevensbeheer@merwede.example", "Fatima El Amrani", PROVINCE, ("data_manager",)),
    Person("beheerder@merwede.example", "Joris van Leeuwen", PROVINCE, ("administrator",), everywhere=True),
)


def settle(data: Path) -> dict[str, str]:
    """Make the organisations and people that are not there yet; returns address → password of the demo accounts.

    Passwords are made here, stored hashed, and kept readable only for the owner of the data folder in `ACCOUNTS`, so
    that a second start can show them again.
    """
    for body in BODIES:
        _settle_body(body)
    known = read_accounts(data)
    fresh = {person.email: _settle_person(person) for person in PEOPLE if person.email not in known}
    if fresh:
        known |= fresh
        _write_accounts(data, known)
    return known


def read_accounts(data: Path) -> dict[str, str]:
    """Address → password of the demo accounts; empty when this is no demo."""
    path = data / ACCOUNTS
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {email: password for email, _tab, password in (line.partition("\t") for line in lines)}


def roles_of(email: str) -> str:
    return next((", ".join(p.roles) for p in PEOPLE if p.email == email), "")


def _settle_body(body: Body) -> None:
    try:
        organisation(body.slug)
    except NotFound:
        create_organisation(by=SYSTEM, slug=body.slug, name=body.name, name_en=body.name_en, email=body.email)


def _settle_person(person: Person) -> str:
    password = new_password()
    try:
        known = actor_by_email(person.email)
    except NotFound:
        made = create_person(by=SYSTEM, email=person.email, name=person.name, password=password)
        homes = [body.slug for body in BODIES] if person.everywhere else [person.organisation]
        for home in map(organisation, homes):
            for role in person.roles:
                grant(by=SYSTEM, user_id=made.id, organisation_id=home.id, role=role)
    else:
        assert known.user_id is not None  # noqa: S101 - a person always has an id
        set_password(by=SYSTEM, user_id=known.user_id, password=password)
    return password


def _write_accounts(data: Path, accounts: dict[str, str]) -> None:
    path = data / ACCOUNTS
    lines = "".join(f"{email}\t{password}\n" for email, password in accounts.items())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(lines)
    path.chmod(0o600)


def listing(accounts: dict[str, str]) -> str:
    """The accounts as lines for a person to read."""
    width = max(map(len, accounts), default=0)
    return "\n".join(f"  {email.ljust(width)}  {password}  {roles_of(email)}" for email, password in accounts.items())


def as_json(accounts: dict[str, str]) -> list[dict[str, str]]:
    return [{"email": e, "password": p, "roles": roles_of(e)} for e, p in accounts.items()]
