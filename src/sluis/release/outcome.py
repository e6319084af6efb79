"""The four ways a dossier can end outside."""

from enum import StrEnum


class Outcome(StrEnum):
    """What was proposed or decided. `planned`: will be open from a date on; until then only the description is out."""

    OPEN = "open"
    RESTRICTED = "restricted"
    CLOSED = "closed"
    PLANNED = "planned"
