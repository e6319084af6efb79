"""Background entries: load, call one operation."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.tasks import task

from sluis.foundation.service import every, subscribe


@task
def mail_letter(letter_id: str) -> None:
    from sluis.requests.letters import mail

    mail(UUID(letter_id))


@task
def tell_decision(dossier_id: str) -> int:
    from sluis.requests.handlers import tell_decision as tell

    return tell(UUID(dossier_id))


@task
def look_at_decision(event: dict[str, Any]) -> int:
    """A dataset was decided: the event stands with its dossier."""
    from sluis.requests.handlers import tell_decision as tell

    return tell(UUID(event["subject"].partition("/")[2]))


@task
def look_at_end(event: dict[str, Any]) -> int:
    """A process ended: when it was a dossier, without a decision perhaps."""
    from sluis.kernel.actor import SYSTEM
    from sluis.process import service as process
    from sluis.release.service import dossier_id_of
    from sluis.requests.handlers import tell_decision as tell

    ended = process.instance(by=SYSTEM, instance_id=UUID(event["data"]["instance_id"]))
    dossier_id = dossier_id_of(ended.subject)
    return tell(dossier_id) if dossier_id else 0


@task
def look_at_contract(event: dict[str, Any]) -> int:
    """Other agreements came into force, or those there were ended."""
    from sluis.requests.telling import tell_contract

    told = event["data"]
    return tell_contract(
        dataset_id=UUID(told["dataset"]),
        contract_id=UUID(told["contract"]),
        status=told["status"],
        change=told["change"],
    )


@task
def look_at_outside(event: dict[str, Any]) -> int:
    """A dataset was published or withdrawn: perhaps it is no longer open."""
    from sluis.requests.telling import tell_gone

    return tell_gone(dataset_id=UUID(event["data"]["dataset_id"]), slug=event["data"]["slug"])


@task
def mail_tidings() -> int:
    from sluis.requests.telling import mail_due

    return mail_due()


@task
def forget_old() -> int:
    from sluis.requests.operations import forget_old as forget

    return forget()


def register() -> None:
    """What this room hangs on the foundation and on the process room."""
    from sluis.process import service as process

    process.later(_steps)
    subscribe("dataset.decided", look_at_decision)
    subscribe("process.ended", look_at_end)
    subscribe("process.cancelled", look_at_end)
    subscribe("contract.changed", look_at_contract)
    subscribe("release.published", look_at_outside)
    subscribe("release.withdrawn", look_at_outside)
    every(timedelta(minutes=5), mail_tidings, when=_anything_to_mail)
    every(timedelta(hours=1), forget_old, when=_anything_to_forget)


def _steps() -> None:
    from sluis.requests.handlers import register_steps

    register_steps()


def _anything_to_mail() -> bool:
    from sluis.requests.telling import anything_to_mail

    return anything_to_mail()


def _anything_to_forget() -> bool:
    from sluis.requests.operations import anything_to_forget

    return anything_to_forget()
