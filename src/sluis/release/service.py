"""The door of the release room for staff: pages of the desk, the command line, the API of staff.

open_dossier(*, by, dataset_id) -> DossierRecord                    Conflict when one is open
propose(*, by, dossier_id, outcome, ground="", motivation="", planned_date=None,
        quasi_identifiers=()) -> DossierRecord
request_checks(*, by, dossier_id) -> DossierRecord                  a job runs them; stage `checking` until then
advise(*, by, dossier_id, text, agrees) -> DossierRecord
submit(*, by, dossier_id) -> DossierRecord                          → ready_to_decide
return_to_preparer(*, by, dossier_id, reason) -> DossierRecord
decide(*, by, dossier_id, outcome, ground, motivation, expected_hash, planned_date=None) -> DossierRecord
                   four eyes; the publication starts as a job at once; outcome is any Outcome
refuse(*, by, dossier_id, motivation) -> DossierRecord              ends without anything public
publish(*, by, dossier_id) -> DossierRecord                         again, after the job failed
withdraw_dossier(*, by, dossier_id, reason) -> DossierRecord        the preparer stops it before a decision
withdraw(*, by, dataset_id, reason, ground="", number=None) -> None the tombstone: whole dataset, or one release
                   when it was the newest, the dataset shows its tombstone: an older one never comes back by itself;
                   it keeps its own address until it is withdrawn too. A new dossier can publish again.

dossier(*, by, dossier_id) -> DossierRecord
dossiers(*, by, filters=DossierFilter()) -> DossierPage
dossier_of(*, by, dataset_id) -> DossierRecord | None               the open one, else the newest
tasks(*, by) -> tuple[Task, ...]
undecided(*, by, dataset_id) -> frozenset[str]                      'table', 'description': newer than the release
                   outside and waiting for a decision
differences(*, by, dataset_id) -> dict[str, (then, now)]            per field of the description, since that release

give_feedback(*, slug, text, email="", trap="", ip="") -> PublicFeedback     visitors; TooMany, Invalid, NotFound
public_feedback(*, number) -> PublicFeedback
feedback_for(*, by, page=1, size=50) -> tuple[FeedbackRecord, ...]
answer(*, by, feedback_id, text) -> FeedbackRecord

rebuild_projection() -> int; rebuild_index() -> int; index_is_behind() -> bool

Starting under another address needs no call: the projection keeps paths, the address is put before them when read.
"""

from sluis.release.deciding import decide, refuse
from sluis.release.dossiers import (
    advise,
    open_dossier,
    propose,
    request_checks,
    return_to_preparer,
    submit,
    withdraw_dossier,
)
from sluis.release.feedback import answer, feedback_for, give_feedback, public_feedback, public_feedback_of
from sluis.release.projection import rebuild_projection
from sluis.release.publishing import publish
from sluis.release.queries import differences, dossier, dossier_of, dossiers, undecided
from sluis.release.search.index import is_behind as index_is_behind
from sluis.release.search.index import rebuild as rebuild_index
from sluis.release.tasks import tasks
from sluis.release.withdrawing import withdraw

__all__ = [
    "advise",
    "answer",
    "decide",
    "differences",
    "dossier",
    "dossier_of",
    "dossiers",
    "feedback_for",
    "give_feedback",
    "index_is_behind",
    "open_dossier",
    "propose",
    "public_feedback",
    "public_feedback_of",
    "publish",
    "rebuild_index",
    "rebuild_projection",
    "refuse",
    "request_checks",
    "return_to_preparer",
    "submit",
    "tasks",
    "undecided",
    "withdraw",
    "withdraw_dossier",
]
