"""Tables of the foundation."""

from sluis.foundation.models.audit import AuditEntry, AuditHead
from sluis.foundation.models.job import Job
from sluis.foundation.models.operating import Measure, PausedWork, WorkerBeat
from sluis.foundation.models.outbox import OutboxEvent
from sluis.foundation.models.people import Delegation, GroupRole, Membership, Organisation, Team, User

__all__ = [
    "AuditEntry",
    "AuditHead",
    "Delegation",
    "GroupRole",
    "Job",
    "Measure",
    "Membership",
    "Organisation",
    "OutboxEvent",
    "PausedWork",
    "Team",
    "User",
    "WorkerBeat",
]
