"""Background entries: the steps that Sluis does itself, and the moments that have come."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.tasks import task

from sluis.foundation.service import every, on_failure
from sluis.process import registry

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


@task
def make_digests() -> int:
    from sluis.process.notices import make_digests as make

    return make()


@task
def mail_notice(notice_id: str) -> None:
    from sluis.process.notices import mail

    mail(UUID(notice_id))


def register() -> None:
    """What this room hangs on the foundation, and on itself."""
    on_failure(run_step, _gave_up)
    every(timedelta(seconds=1), fire_timers, when=_timer_due)
    every(timedelta(hours=1), make_digests, when=_digest_due)
    registry.later(_steps)


def _steps() -> None:
    from sluis.process.notices import notify
    from sluis.process.rules import proposing

    registry.handler("process.notify", atomic=True)(notify)
    proposing.register()


def _timer_due() -> bool:
    from sluis.process.steps import anything_due

    return anything_due()


def _digest_due() -> bool:
    from sluis.process.notices import morning

    return morning()


def _gave_up(failure: Mapping[str, Any], run_id: str) -> None:
    from sluis.process.steps import give_up

    give_up(UUID(run_id), failure)
