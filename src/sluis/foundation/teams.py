"""Teams of an organisation: who manages its people makes, renames and removes them."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError
from django.db.models import ProtectedError

from sluis.foundation.access import require, within
from sluis.foundation.models import Organisation, Team
from sluis.foundation.writing import writing
from sluis.kernel import ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, NotFound
from sluis.kernel.text import N_


@dataclass(frozen=True, slots=True)
class TeamRecord:
    id: UUID
    slug: str
    name: str
    organisation_id: UUID
    organisation: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something may belong: an organisation, or one team of it. `key` names it in a form, `title` in words."""

    organisation_id: UUID
    team_id: UUID | None
    title: str

    @property
    def key(self) -> str:
        return f"{self.organisation_id}:{self.team_id}" if self.team_id else str(self.organisation_id)


def create_team(*, by: Actor, organisation_id: UUID, name: str, slug: str = "") -> TeamRecord:
    """Make a team; the slug comes from the name when it is left out. Raises Invalid, and Conflict for a taken slug."""
    by = require(by, "people.manage", organisation_id)
    said = _name(name)
    short = slug or ids.slugify(said)
    if not short or ids.slugify(short) != short:
        raise Invalid("team.slug", N_("'{slug}' is geen geldige korte naam: gebruik a-z, 0-9 en -."), slug=short)
    made = Team(organisation_id=organisation_id, slug=short, name=said)
    try:
        with writing(by=by, action="foundation.team.created", subject=("team", made.id)) as write:
            made.save(force_insert=True)
            write.note(organisation=organisation_id, slug=short)
    except IntegrityError as error:
        raise Conflict("team.exists", N_("Er is bij deze organisatie al een team '{slug}'."), slug=short) from error
    return _record(made)


def rename_team(*, by: Actor, team_id: UUID, name: str) -> None:
    """Give a team another name; its slug stays. Raises NotFound, Invalid."""
    row = _managed(by, team_id)
    by = require(by, "people.manage", row.organisation_id)
    said = _name(name)
    with writing(by=by, action="foundation.team.renamed", subject=("team", team_id)):
        Team.objects.filter(id=team_id).update(name=said)


def remove_team(*, by: Actor, team_id: UUID) -> None:
    """Remove a team that nothing belongs to. Raises NotFound, and Conflict while roles, datasets or groups name it."""
    row = _managed(by, team_id)
    by = require(by, "people.manage", row.organisation_id)
    try:
        with writing(by=by, action="foundation.team.removed", subject=("team", team_id)) as write:
            write.note(organisation=row.organisation_id, slug=row.slug)
            row.delete()
    except ProtectedError as error:
        raise Conflict(
            "team.used",
            N_("Bij dit team horen nog rollen, vervangingen, groepen of datasets."),
            way_out=N_("Haal de rollen weg en geef de datasets een ander team. Vervangingen blijven bewaard."),
        ) from error


def teams(*, by: Actor, permission: str = "people.manage") -> tuple[TeamRecord, ...]:
    """Teams that the caller's roles for the permission reach, by organisation and name."""
    rows = Team.objects.filter(within(by, permission, team="id")).select_related("organisation")
    return tuple(_record(row) for row in rows.order_by("organisation__name", "name"))


def team(organisation_id: UUID, slug: str) -> TeamRecord:
    """The team with this slug; NotFound when there is none."""
    row = Team.objects.filter(organisation_id=organisation_id, slug=slug).select_related("organisation").first()
    if row is None:
        raise NotFound("team.unknown", N_("Er is geen team '{slug}' bij deze organisatie."), slug=slug)
    return _record(row)


def places(*, by: Actor, permission: str) -> tuple[Place, ...]:
    """Where the caller holds the permission: whole organisations first, each followed by the teams in reach."""
    whole = Organisation.objects.filter(within(by, permission, organisation="id", team=None))
    found = [Place(row.id, None, row.name) for row in whole]
    found += [
        Place(row.organisation_id, row.id, f"{row.organisation}, {row.name}")
        for row in teams(by=by, permission=permission)
    ]
    return tuple(sorted(found, key=lambda place: place.title))


def require_team(organisation_id: UUID, team_id: UUID | None) -> None:
    """Raise Invalid unless the team is one of this organisation; no team is fine."""
    if team_id is not None and not Team.objects.filter(id=team_id, organisation_id=organisation_id).exists():
        raise Invalid("team.elsewhere", N_("Dit team hoort niet bij deze organisatie."))


def _managed(by: Actor, team_id: UUID) -> Team:
    require(by, "people.manage")
    row = Team.objects.filter(within(by, "people.manage", team=None), id=team_id).first()
    if row is None:
        raise NotFound("team.unknown-id", N_("Dit team bestaat niet."))
    return row


def _name(name: str) -> str:
    said = name.strip()
    if not said or len(said) > 200:
        raise Invalid("team.name", N_("Geef het team een naam van hoogstens 200 tekens."))
    return said


def _record(row: Team) -> TeamRecord:
    return TeamRecord(row.id, row.slug, row.name, row.organisation_id, row.organisation.name)
