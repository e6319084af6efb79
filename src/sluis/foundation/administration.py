"""Reads for those who look after the platform: people, organisations and the audit chain.

Each is limited to the organisations in which the caller holds the permission.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from sluis.foundation import audit
from sluis.foundation.access import holds_everywhere, organisations_where, require, within
from sluis.foundation.models import AuditEntry, Membership, Organisation, User
from sluis.foundation.people import names_of
from sluis.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one organisation, for one team when that is named, until a day when that is given."""

    organisation_id: UUID
    organisation: str
    role: str
    until_date: date | None
    team_id: UUID | None = None
    team: str = ""
    from_groups: bool = False


@dataclass(frozen=True, slots=True)
class PersonRecord:
    id: UUID
    email: str
    name: str
    is_active: bool
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry of the chain with the name behind the pseudonym; '' when the account was erased.

    `in_name_of` are the names of colleagues in whose name it was done.
    """

    seq: int
    at: datetime
    name: str
    actor_key: str
    action: str
    subject: tuple[str, str]
    detail: Mapping[str, Any]
    in_name_of: tuple[str, ...] = ()


def organisations_for(*, by: Actor, permission: str) -> tuple[Organisation, ...]:
    """Organisations in which the caller holds a permission for all of it, by name; all of them for the system."""
    return tuple(Organisation.objects.filter(within(by, permission, organisation="id", team=None)))


def people(*, by: Actor) -> tuple[PersonRecord, ...]:
    """Who has a role in the caller's organisations, with the roles they hold there (two queries), by name."""
    require(by, "people.manage")
    held_here, users = Membership.objects.all(), User.objects.all()
    if not by.is_system:
        held_here = held_here.filter(organisation_id__in=organisations_where(by, "people.manage"))
        users = users.filter(id__in=held_here.values("user_id"))
    found = {u.id: PersonRecord(u.id, u.email, u.name, u.is_active) for u in users.order_by("name", "email")}
    whole_first = F("team__name").asc(nulls_first=True)
    ranked = held_here.select_related("organisation", "team").order_by("organisation__name", whole_first, "role")
    for row in ranked:
        person = found[row.user_id]
        team = row.team.name if row.team else ""
        held = Grant(
            row.organisation_id, row.organisation.name, row.role, row.until_date, row.team_id, team, row.from_groups
        )
        found[row.user_id] = replace(person, grants=(*person.grants, held))
    return tuple(found.values())


def audit_lines(
    *, by: Actor, action: str = "", subject: str = "", actor_key: str = "", before: int = 0, limit: int = 50
) -> tuple[AuditLine, ...]:
    """Entries of the chain, newest first, before entry `before`. `action` is a start, `subject` an id.

    All of them for who holds `audit.view` in every organisation; otherwise what was done by, or to, people whose
    roles are all in the caller's organisations.
    """
    require(by, "audit.view")
    exact = {"subject_id": subject, "actor_key": actor_key, "action__startswith": action, "seq__lt": before}
    rows = AuditEntry.objects.filter(**{name: value for name, value in exact.items() if value})
    if not holds_everywhere(by, "audit.view"):
        rows = rows.filter(_about(_wholly_within(organisations_where(by, "audit.view"))))
    found = list(rows.order_by("-seq")[:limit])
    behind = {row.seq: row.detail.get(audit.ON_BEHALF_OF, ()) for row in found}
    names = names_of([*(row.actor_key for row in found), *(key for keys in behind.values() for key in keys)])
    return tuple(
        AuditLine(
            row.seq,
            row.at,
            names.get(row.actor_key, ""),
            row.actor_key,
            row.action,
            (row.subject_type, row.subject_id),
            row.detail,
            tuple(names.get(str(key), str(key)) for key in behind[row.seq]),
        )
        for row in found
    )


def _wholly_within(organisations: frozenset[UUID]) -> list[User]:
    """People who have a role in these organisations and in no other; there are some hundreds at most."""
    here = Membership.objects.filter(organisation_id__in=organisations).values("user_id")
    elsewhere = Membership.objects.exclude(organisation_id__in=organisations).values("user_id")
    return list(User.objects.filter(id__in=here).exclude(id__in=elsewhere).only("id", "actor_key"))


def _about(known: list[User]) -> Q:
    done_to = Q(subject_type="person", subject_id__in=[str(user.id) for user in known])
    return Q(actor_key__in=[user.actor_key for user in known]) | done_to


def verify_audit(*, by: Actor) -> audit.Verdict:
    """Walk the whole chain; see `audit.verify`."""
    require(by, "audit.view")
    return audit.verify()
