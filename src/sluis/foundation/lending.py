"""Replacement: a colleague uses one of somebody's roles in their name, from a day to a day.

Only a role that one holds oneself can be lent, so a borrowed one is never lent on. It counts as long as the giver
holds the role and has an open account. Four eyes look at both people: see `Actor.keys`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from sluis.foundation.access import may, within
from sluis.foundation.models import Delegation, Membership, Organisation, Team, User
from sluis.foundation.roles import ROLES
from sluis.foundation.writing import writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor, Held
from sluis.kernel.errors import Conflict, Fault, Invalid, NotFound, NotSignedIn
from sluis.kernel.text import N_


@dataclass(frozen=True, slots=True)
class Replacement:
    """One role that `giver` lent to `taker` (names). `mine`: the caller gave it. `state`: planned, active, over."""

    id: UUID
    giver: str
    taker: str
    mine: bool
    role: str
    organisation: str
    team: str
    from_date: date
    until_date: date
    state: str


@dataclass(frozen=True, slots=True)
class OwnRole:
    """A role one may lend. `key` names it in a form."""

    held: Held
    organisation: str
    team: str

    @property
    def key(self) -> str:
        return f"{self.held.organisation_id}:{self.held.role}:{self.held.team_id or ''}"


def valid() -> QuerySet[Membership]:
    """Roles that have not ended."""
    return Membership.objects.filter(Q(until_date=None) | Q(until_date__gte=clock.today()))


def lent_to(user_id: UUID) -> Iterator[Held]:
    """Roles that colleagues lent this person and that count today. One query."""
    rows = _lent().filter(taker_id=user_id)
    for row in rows.values_list("organisation_id", "role", "team_id", "giver__actor_key"):
        yield Held(*row)


@dataclass(frozen=True, slots=True)
class HolderRecord:
    """Somebody with an open account; `key` is their pseudonym in the audit chain."""

    id: UUID
    key: str
    name: str


def holders(role: str, organisation_id: UUID, team_id: UUID | None = None) -> tuple[HolderRecord, ...]:
    """Who holds the role there today, in their own right or lent by a colleague, by name. One query."""
    here = Q(organisation_id=organisation_id, role=role) & (Q(team=None) | Q(team_id=team_id))
    people = User.objects.filter(
        Q(id__in=valid().filter(here).values("user_id")) | Q(id__in=_lent().filter(here).values("taker_id")),
        is_active=True,
    )
    return tuple(HolderRecord(*row) for row in people.order_by("name", "id").values_list("id", "actor_key", "name"))


def staff() -> tuple[UUID, ...]:
    """Everybody with an open account and a role that counts today, own or lent. One query."""
    people = User.objects.filter(
        Q(id__in=valid().values("user_id")) | Q(id__in=_lent().values("taker_id")), is_active=True
    )
    return tuple(people.order_by("id").values_list("id", flat=True))


def _lent() -> QuerySet[Delegation]:
    """What colleagues lent and counts today."""
    own = valid().filter(
        Q(team=OuterRef("team")) | Q(team=None),
        user=OuterRef("giver"),
        organisation=OuterRef("organisation"),
        role=OuterRef("role"),
    )
    return Delegation.objects.filter(
        Exists(own),
        giver__is_active=True,
        ended_at=None,
        from_date__lte=clock.today(),
        until_date__gte=clock.today(),
    )


@dataclass(frozen=True, slots=True)
class RoleNow:
    """One role that counts now, in words; `giver` is the name of who lent it, '' for one's own."""

    role: str
    organisation: str
    team: str
    giver: str


def held_by(actor: Actor) -> tuple[RoleNow, ...]:
    """The roles of an actor with the names of where they count, own ones first. Three queries."""
    here = Organisation.objects.filter(id__in=actor.organisations(teams_too=True))
    organisations = dict(here.values_list("id", "name"))
    teams = dict(Team.objects.filter(id__in=actor.teams()).values_list("id", "name"))
    givers = dict(User.objects.filter(actor_key__in=actor.givers).values_list("actor_key", "name"))
    found = [
        RoleNow(
            held.role,
            organisations[held.organisation_id],
            teams[held.team_id] if held.team_id else "",
            givers.get(held.giver, ""),
        )
        for held in actor.grants
    ]
    return tuple(sorted(found, key=lambda now: (now.giver, now.organisation, now.team, now.role)))


def lendable(*, by: Actor) -> tuple[OwnRole, ...]:
    """The caller's own roles that may be lent, by organisation, team and role."""
    rows = valid().filter(user_id=by.user_id).select_related("organisation", "team")
    found = {
        OwnRole(
            Held(row.organisation_id, row.role, row.team_id), row.organisation.name, row.team.name if row.team else ""
        )
        for row in rows
        if not ROLES[row.role].bound
    }
    return tuple(sorted(found, key=lambda own: (own.organisation, own.team, own.held.role)))


def colleagues(*, by: Actor) -> tuple[tuple[UUID, str], ...]:
    """(id, name) of people with a role in an organisation in which the caller holds one themselves, by name."""
    mine = valid().filter(user_id=by.user_id).values("organisation_id")
    near = valid().filter(organisation_id__in=mine).values("user_id")
    rows = User.objects.filter(id__in=near, is_active=True).exclude(id=by.user_id)
    return tuple(rows.order_by("name", "email").values_list("id", "name"))


def lend(*, by: Actor, to: UUID, held: Held, from_date: date, until_date: date) -> UUID:
    """Let a colleague use one of the caller's own roles in their name, both days included. Returns its id.

    Raises NotSignedIn; NotFound for who has no role in that organisation; Invalid for a role the caller does not hold
    themselves or that stays with the person, and for days that are past, the wrong way round or more than a year apart;
    Conflict when this colleague has that role from the caller already.
    """
    if by.user_id is None:
        raise NotSignedIn("sign-in.needed", N_("Log eerst in."))
    _check_role(by.user_id, held)
    _check_days(from_date, until_date)
    near = valid().filter(organisation_id=held.organisation_id, user_id=to, user__is_active=True)
    if to == by.user_id or not near.exists():
        raise NotFound("lend.colleague", N_("Deze collega heeft geen rol bij deze organisatie."))
    row = Delegation(
        id=ids.new_id(),
        giver_id=by.user_id,
        taker_id=to,
        organisation_id=held.organisation_id,
        team_id=held.team_id,
        role=held.role,
        from_date=from_date,
        until_date=until_date,
        created_at=clock.now(),
    )
    with writing(by=_in_person(by), action="foundation.role.lent", subject=("person", to)) as write:
        same = Delegation.objects.filter(giver_id=by.user_id, taker_id=to, role=held.role, team_id=held.team_id)
        same = same.filter(organisation_id=held.organisation_id, ended_at=None)
        if same.filter(from_date__lte=until_date, until_date__gte=from_date).exists():
            raise Conflict("lend.twice", N_("Deze collega vervangt u in deze rol al in (een deel van) deze periode."))
        row.save(force_insert=True)
        write.note(
            organisation=held.organisation_id,
            team=held.team_id,
            role=held.role,
            **{"from": from_date, "until": until_date},
        )
    return row.id


def end_lending(*, by: Actor, delegation_id: UUID) -> None:
    """End it now: giver, taker, or who manages people there. Raises NotFound for anybody else, Conflict when over."""
    row = Delegation.objects.filter(id=delegation_id).first()
    if row is None or not _concerns(by, row):
        raise NotFound("lend.unknown", N_("Deze vervanging bestaat niet."))
    with writing(by=_in_person(by), action="foundation.role.lending-ended", subject=("person", row.taker_id)) as write:
        changed = Delegation.objects.filter(id=row.id, ended_at=None, until_date__gte=clock.today())
        if not changed.update(ended_at=clock.now()):
            raise Conflict("lend.over", N_("Deze vervanging is al voorbij."))
        write.note(organisation=row.organisation_id, team=row.team_id, role=row.role)


def replacements(*, by: Actor) -> tuple[Replacement, ...]:
    """What the caller lent and was lent, newest first; also what is over. At most 100."""
    rows = Delegation.objects.filter(Q(giver_id=by.user_id) | Q(taker_id=by.user_id))
    return _records(by, rows)


def replacements_here(*, by: Actor) -> tuple[Replacement, ...]:
    """What runs or is planned in the organisations whose people the caller manages, newest first. At most 100."""
    rows = Delegation.objects.filter(within(by, "people.manage", team=None), ended_at=None)
    return _records(by, rows.filter(until_date__gte=clock.today()))


def _records(by: Actor, rows: QuerySet[Delegation]) -> tuple[Replacement, ...]:
    found = rows.select_related("giver", "taker", "organisation", "team").order_by("-from_date", "-id")[:100]
    return tuple(
        Replacement(
            id=row.id,
            giver=row.giver.name,
            taker=row.taker.name,
            mine=row.giver_id == by.user_id,
            role=row.role,
            organisation=row.organisation.name,
            team=row.team.name if row.team else "",
            from_date=row.from_date,
            until_date=row.until_date,
            state=_state(row),
        )
        for row in found
    )


def _state(row: Delegation) -> str:
    today = clock.today()
    if row.ended_at is not None or row.until_date < today:
        return "over"
    return "planned" if row.from_date > today else "active"


def _concerns(by: Actor, row: Delegation) -> bool:
    return by.user_id in (row.giver_id, row.taker_id) or may(by, "people.manage", row.organisation_id)


def _in_person(by: Actor) -> Actor:
    """Lending is done in one's own name, whatever one holds for others."""
    return replace(by, stands_for="")


def _check_role(user_id: UUID, held: Held) -> None:
    own = valid().filter(user_id=user_id, organisation_id=held.organisation_id, role=held.role)
    if not own.filter(Q(team=None) | Q(team_id=held.team_id)).exists():
        raise _wrong("role", N_("U hebt deze rol zelf niet. Een geleende rol leent u niet door."))
    if ROLES[held.role].bound:
        raise _wrong("role", N_("Deze rol leent u niet uit. Vraag een beheerder uw collega de rol tijdelijk te geven."))


def _check_days(from_date: date, until_date: date) -> None:
    today = clock.today()
    if from_date < today:
        raise _wrong("from_date", N_("Kies vandaag of een latere dag."))
    if until_date < from_date:
        raise _wrong("until_date", N_("De laatste dag ligt voor de eerste dag."))
    if until_date > _a_year_after(from_date):
        raise _wrong("until_date", N_("Een vervanging duurt hoogstens een jaar."))


def _a_year_after(day: date) -> date:
    """The same day next year; 29 February becomes 28 February."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap else day.day)


def _wrong(field: str, text: str) -> Invalid:
    return Invalid("lend.wrong", text, faults=[Fault(text, field)])
