"""Taking back: a tombstone in one transaction, for a whole dataset or one release."""

from uuid import UUID

from sluis.foundation.service import require, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Invalid, NotFound
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.register.types import Availability, Publication
from sluis.release import policy, projection
from sluis.release.models import Release


def withdraw(*, by: Actor, dataset_id: UUID, reason: str, ground: str = "", number: int | None = None) -> None:
    """Take a dataset with all its releases (no `number`), or one release, back from the outside, with the reason.

    When the newest release goes, the dataset is a tombstone: an older release never comes back by itself, because
    nobody decided that old data is the data of today. It keeps its own address until it is withdrawn too. A new
    dossier can publish the dataset again.

    By the data owner, or the data manager in an emergency. Raises NotFound, NotAllowed, Invalid without a reason.
    The files stay kept until the sweep, but nobody outside can reach them from this moment on.
    """
    record = register.get(by=by, dataset_id=dataset_id)
    by = require(by, policy.WITHDRAW, record.organisation.id, record.team_id)
    said = reason.strip()
    if not said:
        raise Invalid("withdraw.reason", N_("Schrijf waarom u dit intrekt; bezoekers lezen dit."))
    with writing(by=by, action="release.withdrawn", subject=("dataset", dataset_id)) as w:
        rows = Release.objects.filter(dataset_id=dataset_id).exclude(status=Release.Status.WITHDRAWN)
        if number is not None:
            rows = rows.filter(number=number)
        taken = list(rows.select_for_update().values_list("number", flat=True))
        if not taken:
            raise NotFound("withdraw.nothing", N_("Er is niets gepubliceerd om in te trekken."))
        rows.update(
            status=Release.Status.WITHDRAWN,
            withdrawn_at=clock.now(),
            withdrawal_reason=said,
            withdrawal_ground=ground.strip(),
        )
        if not Release.objects.filter(dataset_id=dataset_id, status=Release.Status.CURRENT).exists():
            register.mark_publication(
                by=SYSTEM,
                dataset_id=dataset_id,
                publication=Publication.WITHDRAWN,
                availability=Availability.UNAVAILABLE,
            )
        projection.project(dataset_id)
        w.note(numbers=sorted(taken), reason=said, ground=ground.strip())
        w.emit("release.withdrawn", {"dataset_id": str(dataset_id), "slug": record.slug, "numbers": sorted(taken)})
