"""`sluis team …` and `sluis group …`: teams, and what groups of the sign-in service give."""

from typing import Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import start
from sluis.cli.terminal import Command, result, table
from sluis.cli.users import Organisation, Role, Team, where
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_

app = typer.Typer(help=_("Teams van een organisatie."), no_args_is_help=True)
groups = typer.Typer(help=_("Wat groepen van de inlogdienst geven."), no_args_is_help=True)
Group = Annotated[str, typer.Argument(help=_("Naam van de groep, zoals de inlogdienst die doorgeeft."))]


@app.command("add", cls=Command, help=_("Maak een team in een organisatie."))
def add(
    slug: Annotated[str, typer.Argument(help=_("Korte naam: kleine letters, cijfers en streepjes."))],
    organisation: Organisation,
    name: Annotated[str, typer.Option(help=_("Naam van het team."))],
) -> None:
    start()
    from sluis.foundation.service import create_team

    home = where(organisation, "")["organisation_id"]
    made = create_team(by=SYSTEM, organisation_id=home, slug=slug, name=name)
    result({"id": made.id, "slug": made.slug, "name": made.name}, _("Team {slug} gemaakt.").format(slug=slug))


@app.command("list", cls=Command, help=_("Toon alle teams."))
def show() -> None:
    start()
    from sluis.foundation.service import teams

    rows = [{"organisation": t.organisation, "slug": t.slug, "name": t.name} for t in teams(by=SYSTEM)]
    result(rows, table(rows, {"organisation": _("organisatie"), "slug": _("kenmerk"), "name": _("naam")}))


@groups.command("add", cls=Command, help=_("Laat een groep van de inlogdienst een rol geven."))
def add_group(group: Group, organisation: Organisation, role: Role, team: Team = "") -> None:
    start()
    from sluis.foundation.service import map_group

    map_group(by=SYSTEM, group=group, role=role, **where(organisation, team))
    result(_document(group, organisation, team, role), _("Groep gekoppeld."))


@groups.command("list", cls=Command, help=_("Toon wat groepen geven."))
def show_groups() -> None:
    start()
    from sluis.foundation.service import group_grants

    rows = [_document(g.group, g.organisation, g.team, g.role) for g in group_grants(by=SYSTEM)]
    titles = {"group": _("groep"), "organisation": _("organisatie"), "team": _("team"), "role": _("rol")}
    result(rows, table(rows, titles))


@groups.command("remove", cls=Command, help=_("Haal weg wat een groep geeft."))
def remove_group(group: Group, organisation: Organisation, role: Role, team: Team = "") -> None:
    start()
    from sluis.foundation.service import group_grants, unmap_group

    place = where(organisation, team)
    known = {(g.group, g.role, g.organisation_id, g.team_id): g.id for g in group_grants(by=SYSTEM)}
    found = known.get((group, role, place["organisation_id"], place["team_id"]))
    if found is None:
        raise NotFound("group.not-mapped", N_("Deze groep geeft deze rol daar niet."))
    unmap_group(by=SYSTEM, mapping_id=found)
    result(_document(group, organisation, team, role), _("Koppeling weggehaald."))


def _document(group: str, organisation: str, team: str, role: str) -> dict[str, Any]:
    return {"group": group, "organisation": organisation, "team": team, "role": role}
