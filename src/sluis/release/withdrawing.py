"""Taking back: a tombstone in one transaction, for a whole dataset or one release; the process hears of it."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction

from sluis.foundation.service import in_line, require, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.types import Work
from sluis.register import service as register
from sluis.register.types import Availability, Publication
from sluis.release import policy, projection
from sluis.release.models import Dossier, Release

MESSAGE = "emergency-withdrawal"


def withdraw(
    *, by: Actor, dataset_id: UUID, reason: str, ground: str = "", number: int | None = None, report: str = "unknown"
) -> None:
    """Take a dataset with all its releases (no `number`), or one release, back from the outside, with the reason.

    When the newest release goes, the dataset is a tombstone: an older release never comes back by itself, because
    nobody decided that old data is the data of today. It keeps its own address until it is withdrawn too. A new
    dossier can publish the dataset again. What stood outside is gone when this returns; a dossier that looked after it
    hears message `emergency-withdrawal` in the same transaction, and somebody handles the incident.

    By the data owner, or the data manager, privacy officer or CISO in an emergency. Raises NotFound, NotAllowed,
    Invalid without a reason. The files stay kept until the sweep, but nobody outside can reach them from now on.
    """
    record = register.get(by=by, dataset_id=dataset_id)
    by = require(by, policy.WITHDRAW, record.organisation.id, record.team_id)
    if not reason.strip():
        raise Invalid("withdraw.reason", N_("Schrijf waarom u dit intrekt; bezoekers lezen dit."))
    with in_line():
        _withdraw(by, dataset_id, record.slug, reason.strip(), ground.strip(), number)
        if number is None or not _standing(dataset_id).filter(status=Release.Status.CURRENT).exists():
            _tell_process(dataset_id, {"withdrawalReason": reason.strip(), "report": report})


def withdraw_step(work: Work) -> None:
    """Step `release.withdraw`: nothing is left to do when a person did it at once; else the process asks for it."""
    dossier = Dossier.objects.get(instance_id=work.instance_id)
    if not _standing(dossier.dataset_id).exists():
        return
    said = work.variables
    reason = said.get("withdrawalReason") or said.get("changeMotivation") or said.get("reviewMotivation")
    text = str(reason or N_("De organisatie heeft deze dataset ingetrokken."))
    _withdraw(SYSTEM, dossier.dataset_id, dossier.dataset_slug, text, "", None)


def take_back(rows: Any, reason: str, ground: str) -> list[int]:
    """Mark these releases as withdrawn; returns their numbers. The caller projects."""
    standing = rows.exclude(status=Release.Status.WITHDRAWN)
    taken = sorted(standing.select_for_update().values_list("number", flat=True))
    standing.update(
        status=Release.Status.WITHDRAWN, withdrawn_at=clock.now(), withdrawal_reason=reason, withdrawal_ground=ground
    )
    return taken


def _withdraw(by: Actor, dataset_id: UUID, slug: str, reason: str, ground: str, number: int | None) -> None:
    with writing(by=by, action="release.withdrawn", subject=("dataset", dataset_id)) as w:
        rows = _standing(dataset_id)
        taken = take_back(rows.filter(number=number) if number is not None else rows, reason, ground)
        if not taken:
            raise NotFound("withdraw.nothing", N_("Er is niets gepubliceerd om in te trekken."))
        if not _standing(dataset_id).filter(status=Release.Status.CURRENT).exists():
            register.mark_publication(
                by=SYSTEM,
                dataset_id=dataset_id,
                publication=Publication.WITHDRAWN,
                availability=Availability.UNAVAILABLE,
            )
        projection.project(dataset_id)
        w.note(numbers=taken, reason=reason, ground=ground)
        w.emit("release.withdrawn", {"dataset_id": str(dataset_id), "slug": slug, "numbers": taken})


def _standing(dataset_id: UUID) -> Any:
    return Release.objects.filter(dataset_id=dataset_id).exclude(status=Release.Status.WITHDRAWN)


def _tell_process(dataset_id: UUID, said: dict[str, Any]) -> None:
    """Every dossier that looks after this dataset hears it; nothing of a process ever stops a withdrawal."""
    caring = Dossier.objects.filter(dataset_id=dataset_id, published_at__isnull=False, instance_id__isnull=False)
    for instance_id in caring.values_list("instance_id", flat=True):
        with suppress(Conflict, NotFound), transaction.atomic():
            process.send_message(by=SYSTEM, instance_id=instance_id, message=MESSAGE, variables=said)
