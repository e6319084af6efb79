"""Background entries: load, call one operation."""

from typing import Any
from uuid import UUID

from django.tasks import task


@task
def follow_decision(event: dict[str, Any]) -> bool:
    """A decision on data about people has its row in the register; twice is the same as once."""
    from sluis.governance import operations

    return operations.feed(UUID(event["data"]["dataset_id"]))
