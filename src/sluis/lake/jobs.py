"""Background entries of the lake: load, call one operation."""

from typing import Any
from uuid import UUID

from django.tasks import task

from sluis.foundation.service import acting, progress
from sluis.kernel.actor import SYSTEM
from sluis.lake import operations


@task
def ingest_table(table_version_id: str, user_id: str | None = None) -> str:
    """Read the source of a table version, on behalf of whoever asked, with the grants of this moment."""
    by = acting(user_id) if user_id else SYSTEM
    operations.complete(by=by, table_version_id=UUID(table_version_id), on_progress=progress)
    return table_version_id


@task
def fail_abandoned() -> int:
    """Recurring: a version without a job would wait for ever."""
    return operations.fail_abandoned(by=SYSTEM)


def note_failure(failure: dict[str, Any], table_version_id: str, user_id: str | None = None) -> None:
    """Runs when the job failed for good, in the same transaction."""
    operations.note_failure(by=SYSTEM, table_version_id=UUID(table_version_id), failure=failure)
