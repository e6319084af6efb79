"""What groups of the organisation's own sign-in service give here: who manages people says it, per organisation."""

from dataclasses import dataclass
from uuid import UUID

from sluis.foundation.access import require, within
from sluis.foundation.models import GroupRole
from sluis.foundation.people import check_role
from sluis.foundation.writing import writing
from sluis.kernel.actor import Actor, Held
from sluis.kernel.errors import Conflict, Invalid, NotFound
from sluis.kernel.text import N_


@dataclass(frozen=True, slots=True)
class GroupGrant:
    """Members of `group` get `role` in the organisation, for one team when that is named, at their next sign-in."""

    id: UUID
    group: str
    organisation_id: UUID
    organisation: str
    team_id: UUID | None
    team: str
    role: str


def group_grants(*, by: Actor) -> tuple[GroupGrant, ...]:
    """What groups give in the organisations whose people the caller manages, by group."""
    require(by, "people.manage")
    rows = GroupRole.objects.filter(within(by, "people.manage", team=None)).select_related("organisation", "team")
    return tuple(
        GroupGrant(
            id=row.id,
            group=row.group,
            organisation_id=row.organisation_id,
            organisation=row.organisation.name,
            team_id=row.team_id,
            team=row.team.name if row.team else "",
            role=row.role,
        )
        for row in rows
    )


def map_group(*, by: Actor, group: str, organisation_id: UUID, role: str, team_id: UUID | None = None) -> UUID:
    """Let a group give a role. Counts from each member's next sign-in. Raises NotAllowed, Invalid, Conflict."""
    by = require(by, "people.manage", organisation_id)
    name = group.strip()
    if not name or len(name) > 300:
        raise Invalid("group.name", N_("Vul de naam van de groep in, zoals de inlogdienst die doorgeeft."))
    check_role(Held(organisation_id, role, team_id))
    fields = {"group": name, "organisation_id": organisation_id, "role": role, "team_id": team_id}
    with writing(by=by, action="foundation.group.mapped", subject=("organisation", organisation_id)) as write:
        if GroupRole.objects.filter(**fields).exists():
            raise Conflict("group.mapped", N_("Deze groep geeft deze rol al."))
        made = GroupRole.objects.create(**fields)
        write.note(group=name, role=role, team=team_id)
    return made.id


def unmap_group(*, by: Actor, mapping_id: UUID) -> None:
    """Stop it. Each member loses the role at their next sign-in. Raises NotFound."""
    require(by, "people.manage")
    row = GroupRole.objects.filter(within(by, "people.manage", team=None), id=mapping_id).first()
    if row is None:
        raise NotFound("group.unknown", N_("Deze koppeling bestaat niet."))
    by = require(by, "people.manage", row.organisation_id)
    with writing(by=by, action="foundation.group.unmapped", subject=("organisation", row.organisation_id)) as write:
        write.note(group=row.group, role=row.role, team=row.team_id)
        row.delete()
