"""Background entries: the steps that Sluis does itself, and the moments that have come."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.tasks import task

from sluis.foundation.service import every, on_failure

BATCH = 200


@task
def run_step(run_id: str) -> None:
    from sluis.process.steps import do

    do(UUID(run_id))


@task
def fire_timers() -> int:
    """Let every moment that has come happen; a batch per job, and the next job comes at once."""
    from sluis.process.steps import fire_due

    return fire_due(BATCH)


def register() -> None:
    """What this room hangs on the foundation."""
    from sluis.process.steps import anything_due

    on_failure(run_step, _gave_up)
    every(timedelta(seconds=1), fire_timers, when=anything_due)


def _gave_up(failure: Mapping[str, Any], run_id: str) -> None:
    from sluis.process.steps import give_up

    give_up(UUID(run_id), failure)
