"""Who does something: a person in roles, the system itself, or a visitor."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID


class Held(NamedTuple):
    """One role that counts now, in one organisation; for one of its teams when `team_id` names it.

    `giver` is the key of the colleague who lent the role for a while; '' for a role in one's own right.
    """

    organisation_id: UUID
    role: str
    team_id: UUID | None = None
    giver: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf an operation runs.

    `key` is the pseudonym that goes into the audit chain, so that erasing a person's name later does not break the
    hashes. `stands_for` says in whose name this is done: None as long as no operation asked for its permission, '' in
    one's own right, otherwise the key of the colleague who lent the role (`foundation.access.require` fills it in).
    """

    key: str
    name: str = ""
    user_id: UUID | None = None
    grants: frozenset[Held] = field(default_factory=frozenset)
    is_system: bool = False
    stands_for: str | None = None

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None or self.is_system

    @property
    def givers(self) -> frozenset[str]:
        """In whose name this is done; before an operation has asked, everybody in whose name it could be."""
        if self.stands_for is None:
            return frozenset(held.giver for held in self.grants if held.giver)
        return frozenset({self.stands_for} - {""})

    @property
    def keys(self) -> frozenset[str]:
        """Everybody whose deed this is: four eyes compares these."""
        return self.givers | {self.key}

    def held(self, organisation_id: UUID, team_id: UUID | None = None) -> frozenset[Held]:
        """Roles that count for a thing of this organisation, and of this team of it.

        A role for the whole organisation counts for everything in it; a role for a team only for the team's own.
        """
        return frozenset(
            held
            for held in self.grants
            if held.organisation_id == organisation_id and (held.team_id is None or held.team_id == team_id)
        )

    def roles(self, organisation_id: UUID | None = None, team_id: UUID | None = None) -> frozenset[str]:
        """Role names that count there; anywhere, for teams too, when no organisation is named."""
        counting = self.grants if organisation_id is None else self.held(organisation_id, team_id)
        return frozenset(held.role for held in counting)

    def organisations(self, *roles: str, teams_too: bool = False) -> frozenset[UUID]:
        """Organisations in which this actor holds one of `roles` (any when none is named) for the whole of it.

        `teams_too` also counts those in which only a team gave it.
        """
        return frozenset(
            held.organisation_id
            for held in self.grants
            if (teams_too or held.team_id is None) and (not roles or held.role in roles)
        )

    def teams(self, *roles: str) -> frozenset[UUID]:
        """Teams for which this actor holds one of `roles` (any when none is named)."""
        return frozenset(h.team_id for h in self.grants if h.team_id is not None and (not roles or h.role in roles))


VISITOR = Actor(key="visitor")
SYSTEM = Actor(key="system", name="Sluis", is_system=True)
