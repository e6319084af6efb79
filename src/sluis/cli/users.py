"""`sluis user …`: accounts, organisations and roles on this installation."""

import secrets
from typing import Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import start
from sluis.cli.terminal import Command, result, table
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

app = typer.Typer(help=_("Accounts, organisaties en rollen."), no_args_is_help=True)
Email = Annotated[str, typer.Argument(help=_("E-mailadres van het account."))]
Organisation = Annotated[str, typer.Option("--organisation", help=_("Korte naam van de organisatie."))]
Role = Annotated[str, typer.Option(help=_("Naam van de rol."))]
Team = Annotated[str, typer.Option(help=_("Korte naam van een team: de rol geldt alleen daar."))]


def new_password() -> str:
    """Four groups of five letters and digits without look-alikes: about 98 bits, easy to type over."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


@app.command("add", cls=Command, help=_("Maak een account met een gemaakt wachtwoord, en geef rollen."))
def add(
    email: Email,
    name: Annotated[str, typer.Option(help=_("Volledige naam."))],
    organisation: Organisation,
    role: Annotated[list[str], typer.Option(help=_("Rol; herhaal voor meer rollen."))],
) -> None:
    start()
    from sluis.foundation.service import create_person, grant
    from sluis.foundation.service import organisation as find

    password = new_password()
    home = find(organisation)
    person = create_person(by=SYSTEM, email=email, name=name, password=password)
    for each in role:
        grant(by=SYSTEM, user_id=person.id, organisation_id=home.id, role=each)
    document = {"email": person.email, "password": password, "organisation": organisation, "roles": role}
    result(document, _("Account {email} gemaakt. Wachtwoord: {password}").format(email=person.email, password=password))


@app.command("list", cls=Command, help=_("Toon alle accounts met hun rollen."))
def people() -> None:
    start()
    rows = [
        {**row, "state": _("open") if row["active"] else _("gesloten"), "grants": ", ".join(row["roles"])}
        for row in _people()
    ]
    columns = {"email": _("e-mail"), "name": _("naam"), "state": _("stand"), "grants": _("rollen")}
    result([{k: row[k] for k in ("email", "name", "active", "roles")} for row in rows], table(rows, columns))


def _people() -> list[dict[str, Any]]:
    from django.contrib.auth import get_user_model

    people = (
        get_user_model().objects.order_by("email").prefetch_related("memberships__organisation", "memberships__team")
    )
    return [
        {
            "email": person.email,
            "name": person.name,
            "active": person.is_active,
            "roles": sorted(_place(membership) for membership in person.memberships.all()),
        }
        for person in people
    ]


def _place(membership: Any) -> str:
    """role@organisation, or role@organisation/team."""
    team = f"/{membership.team.slug}" if membership.team else ""
    return f"{membership.role}@{membership.organisation.slug}{team}"


@app.command("password", cls=Command, help=_("Geef een account een nieuw, gemaakt wachtwoord."))
def password(email: Email) -> None:
    start()
    from sluis.foundation.service import set_password

    made = new_password()
    set_password(by=SYSTEM, user_id=_id(email), password=made)
    result({"email": email, "password": made}, _("Nieuw wachtwoord: {password}").format(password=made))


@app.command("grant", cls=Command, help=_("Geef een rol in een organisatie."))
def give(email: Email, organisation: Organisation, role: Role, team: Team = "") -> None:
    start()
    from sluis.foundation.service import grant

    grant(by=SYSTEM, user_id=_id(email), role=role, **where(organisation, team))
    done = {"email": email, "organisation": organisation, "team": team, "role": role, "granted": True}
    result(done, _("Rol gegeven."))


@app.command("revoke", cls=Command, help=_("Neem een rol weer weg."))
def take(email: Email, organisation: Organisation, role: Role, team: Team = "") -> None:
    start()
    from sluis.foundation.service import revoke

    revoke(by=SYSTEM, user_id=_id(email), role=role, **where(organisation, team))
    done = {"email": email, "organisation": organisation, "team": team, "role": role, "granted": False}
    result(done, _("Rol weggenomen."))


def where(organisation: str, team: str) -> dict[str, Any]:
    """Organisation and team by their short names, as operations take them. Raises NotFound."""
    from sluis.foundation.service import organisation as find
    from sluis.foundation.service import team as find_team

    home = find(organisation).id
    return {"organisation_id": home, "team_id": find_team(home, team).id if team else None}


@app.command("link", cls=Command, help=_("Laat een account ook inloggen via de inlogdienst."))
def link_account(
    email: Email, subject: Annotated[str, typer.Option(help=_("Onderwerp (sub) van de persoon bij de inlogdienst."))]
) -> None:
    start()
    from django.conf import settings

    from sluis.foundation.oidc.identities import link

    issuer = settings.SLUIS.oidc_issuer
    if not issuer:
        raise Invalid(
            "sign-in.none",
            N_("Er is geen inlogdienst ingesteld."),
            way_out=N_("Stel SLUIS_OIDC_ISSUER en SLUIS_OIDC_CLIENT_ID in."),
        )
    link(by=SYSTEM, user_id=_id(email), issuer=issuer, subject=subject)
    result({"email": email, "issuer": issuer, "subject": subject}, _("Account gekoppeld."))


@app.command("close", cls=Command, help=_("Sluit een account; wie is ingelogd, is er meteen uit."))
def close(email: Email) -> None:
    start()
    from sluis.foundation.service import close_account

    close_account(by=SYSTEM, user_id=_id(email))
    result({"email": email, "active": False}, _("Account gesloten."))


@app.command("organisation", cls=Command, help=_("Maak een organisatie."))
def add_organisation(
    slug: Annotated[str, typer.Argument(help=_("Korte naam: kleine letters, cijfers en streepjes."))],
    name: Annotated[str, typer.Option(help=_("Naam."))],
    name_en: Annotated[str, typer.Option(help=_("Engelse naam."))] = "",
    tooi_uri: Annotated[str, typer.Option(help=_("Adres van de organisatie in TOOI."))] = "",
) -> None:
    start()
    from sluis.foundation.service import create_organisation

    made = create_organisation(by=SYSTEM, slug=slug, name=name, name_en=name_en, tooi_uri=tooi_uri)
    result({"id": made.id, "slug": made.slug, "name": made.name}, _("Organisatie {slug} gemaakt.").format(slug=slug))


def _id(email: str) -> Any:
    from sluis.foundation.service import actor_by_email

    return actor_by_email(email).user_id
