"""Who may see and do what with data requests."""

from uuid import UUID

from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_

CONTACT = "request.contact"
KIND = "dataverzoek"


def subject_of(request_id: UUID) -> str:
    return f"{KIND}:{request_id}"


def id_of(subject: str) -> UUID | None:
    """The request that an instance is about; None for another subject."""
    kind, _, rest = subject.partition(":")
    return UUID(rest) if kind == KIND else None


def unknown() -> NotFound:
    return NotFound("request.unknown", N_("Er is geen dataverzoek met dit nummer."))
