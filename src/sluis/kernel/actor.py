"""Who does something: a person in roles, the system itself, or a visitor."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf an operation runs.

    `grants` holds (organisation id, role name) pairs; `key` is the pseudonym that goes into the audit chain, so that
    erasing a person's name later does not break the hashes.
    """

    key: str
    name: str = ""
    user_id: UUID | None = None
    grants: frozenset[tuple[UUID, str]] = field(default_factory=frozenset)
    is_system: bool = False

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None or self.is_system

    def roles(self, organisation_id: UUID | None = None) -> frozenset[str]:
        """Role names within one organisation, or anywhere when none is named."""
        return frozenset(role for org, role in self.grants if organisation_id is None or org == organisation_id)

    def organisations(self, *roles: str) -> frozenset[UUID]:
        """Organisations in which this actor holds one of `roles` (any role when none is named)."""
        return frozenset(org for org, role in self.grants if not roles or role in roles)


VISITOR = Actor(key="visitor")
SYSTEM = Actor(key="system", name="Sluis", is_system=True)
