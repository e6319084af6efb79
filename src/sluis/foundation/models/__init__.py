"""Tables of the foundation."""

from sluis.foundation.models.audit import AuditEntry, AuditHead
from sluis.foundation.models.job import Job
from sluis.foundation.models.outbox import OutboxEvent
from sluis.foundation.models.people import Membership, Organisation, User

__all__ = ["AuditEntry", "AuditHead", "Job", "Membership", "Organisation", "OutboxEvent", "User"]
