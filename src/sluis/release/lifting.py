"""What was planned comes out earlier than its day: by an event, never by comparing a clock in a query."""

from uuid import UUID

from sluis.foundation.service import writing
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.release import policy
from sluis.release.dossiers import locked
from sluis.release.queries import record_of
from sluis.release.types import DossierRecord


def lift_embargo(*, by: Actor, dossier_id: UUID) -> DossierRecord:
    """The data owner lets a planned dataset out now. Raises Conflict when nothing is planned."""
    by = policy.require_dossier(by, policy.DECIDE, dossier_id)
    policy.require_person(by)
    with writing(by=by, action="release.embargo.lifted", subject=("dossier", dossier_id)):
        row = locked(dossier_id)
        if row.instance_id is None:
            raise Conflict("dossier.not-planned", N_("Deze dataset is niet gepland."))
        process.send_message(by=SYSTEM, instance_id=row.instance_id, message="embargo-lifted")
    return record_of(dossier_id, by)
