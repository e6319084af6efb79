"""The door of the foundation."""

from sluis.foundation import audit, blobs
from sluis.foundation.access import holds, may, organisations_where, require, roles_with
from sluis.foundation.administration import (
    AuditLine,
    Grant,
    JobRecord,
    PersonRecord,
    audit_lines,
    jobs,
    organisations_for,
    people,
    retry_job,
    verify_audit,
)
from sluis.foundation.backlog import Backlog, backlog
from sluis.foundation.blobs import BlobRef
from sluis.foundation.jobs.fencing import progress
from sluis.foundation.jobs.recurring import every
from sluis.foundation.jobs.worker import hold_here, on_failure, run_held, run_until_idle, unfinished, work
from sluis.foundation.outbox import subscribe
from sluis.foundation.people import (
    acting,
    actor_by_email,
    actor_of,
    close_account,
    create_organisation,
    create_person,
    grant,
    names_of,
    organisation,
    revoke,
    set_password,
)
from sluis.foundation.roles import PERMISSIONS, PUBLIC, ROLES, SIGNED_IN, Role
from sluis.foundation.visitors import client_address
from sluis.foundation.writing import Write, writing

__all__ = [
    "PERMISSIONS",
    "PUBLIC",
    "ROLES",
    "SIGNED_IN",
    "AuditLine",
    "Backlog",
    "BlobRef",
    "Grant",
    "JobRecord",
    "PersonRecord",
    "Role",
    "Write",
    "acting",
    "actor_by_email",
    "actor_of",
    "audit",
    "audit_lines",
    "backlog",
    "blobs",
    "client_address",
    "close_account",
    "create_organisation",
    "create_person",
    "every",
    "grant",
    "hold_here",
    "holds",
    "jobs",
    "may",
    "names_of",
    "on_failure",
    "organisation",
    "organisations_for",
    "organisations_where",
    "people",
    "progress",
    "require",
    "retry_job",
    "revoke",
    "roles_with",
    "run_held",
    "run_until_idle",
    "set_password",
    "subscribe",
    "unfinished",
    "verify_audit",
    "work",
    "writing",
]
