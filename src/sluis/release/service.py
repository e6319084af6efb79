"""The door of the release room for staff: pages of the desk, the command line, the API of staff.

A dossier is one instance of the process `open-data-release`; every human act is a task of it.

open_dossier(*, by, dataset_id, trigger="inventory", variables=None) -> DossierRecord   Conflict when one is open
answer(*, by, dossier_id, element, answers, expected="") -> DossierRecord               the open task at that element
stop(*, by, dossier_id, reason) -> DossierRecord                    the preparer stops it before a decision
withdraw(*, by, dataset_id, reason, ground="", number=None, report="unknown") -> None
                   the tombstone: whole dataset, or one release; gone at once, and the process hears it.
                   When it was the newest, the dataset shows its tombstone: an older one never comes back by itself;
                   it keeps its own address until it is withdrawn too. A new dossier can publish again.
request_change(*, by, dataset_id, reason) -> DossierRecord          what stands outside must change or end
lift_embargo(*, by, dossier_id) -> DossierRecord                    what is planned comes out now

dossier(*, by, dossier_id) -> DossierRecord
dossiers(*, by, filters=DossierFilter()) -> DossierPage
dossier_of(*, by, dataset_id) -> DossierRecord | None               the open one, else the newest
task_context(*, by, task) -> TaskContext                            what stands beside the form of a task
dossier_id_of(subject) -> UUID | None                               of an instance's subject
undecided(*, by, dataset_id) -> frozenset[str]                      'table', 'description': newer than the release
                   outside and waiting for a decision
differences(*, by, dataset_id) -> dict[str, (then, now)]            per field of the description, since that release
recorded_inputs(policy_key, most)                                   what checks asked a policy in past dossiers
about_people(dataset_id) -> AboutPeople | None                      for the register of processing
export_dossier(*, by, dossier_id) -> RecordFile                     the record after MDTO: a zip that streams
prepare_processes() -> int                                          shipped definitions; open dossiers of before

give_feedback(*, slug, text, email="", trap="", ip="") -> PublicFeedback     visitors; TooMany, Invalid, NotFound
public_feedback(*, number) -> PublicFeedback
feedback_for(*, by, page=1, size=50) -> tuple[FeedbackRecord, ...]
answer_feedback(*, by, feedback_id, text) -> FeedbackRecord

contract_news(dataset_id, contract_id) -> ContractNews | None       what a version of the agreements means outside
releases_of(dataset_id, sha256)                                     number, status, moment: what was made of a table

rebuild_projection() -> int; rebuild_index() -> int; index_is_behind() -> bool
keep_index_up() -> None                                             once; follow_index(stop) goes on doing it

reading_aids(*, by, slug) -> tuple[Aid, ...]; rebuild_reading_aids(*, by, slug="") -> int
                   what makes reading large tables fast: derived, so it can be made again

Starting under another address needs no call: the projection keeps paths, the address is put before them when read.
"""

from typing import TYPE_CHECKING

from sluis.kernel.later import door

if TYPE_CHECKING:
    from sluis.release.aids import held_blobs as reading_aid_blobs
    from sluis.release.aids import listed as reading_aids
    from sluis.release.aids import rebuild as rebuild_reading_aids
    from sluis.release.dossiers import answer, open_dossier, stop
    from sluis.release.dossiers import id_of as dossier_id_of
    from sluis.release.feedback import TERM as FEEDBACK_TERM
    from sluis.release.feedback import answer as answer_feedback
    from sluis.release.feedback import feedback_for, give_feedback, public_feedback, public_feedback_of
    from sluis.release.keeping import releases_of
    from sluis.release.lifting import lift_embargo
    from sluis.release.news import contract_news
    from sluis.release.people import AboutPeople, about_people
    from sluis.release.projection import rebuild_projection
    from sluis.release.queries import (
        differences,
        dossier,
        dossier_of,
        dossiers,
        recorded_inputs,
        task_context,
        undecided,
    )
    from sluis.release.record.export import RecordFile, export_dossier
    from sluis.release.refreshing import request_change
    from sluis.release.search.index import follow as follow_index
    from sluis.release.search.index import is_behind as index_is_behind
    from sluis.release.search.index import keep_up as keep_index_up
    from sluis.release.search.index import rebuild as rebuild_index
    from sluis.release.sharing import publish_query, withdraw_query
    from sluis.release.starting import prepare_processes
    from sluis.release.withdrawing import withdraw
else:
    __getattr__ = door(__name__)

__all__ = [
    "FEEDBACK_TERM",
    "AboutPeople",
    "RecordFile",
    "about_people",
    "answer",
    "answer_feedback",
    "contract_news",
    "differences",
    "dossier",
    "dossier_id_of",
    "dossier_of",
    "dossiers",
    "export_dossier",
    "feedback_for",
    "follow_index",
    "give_feedback",
    "index_is_behind",
    "keep_index_up",
    "lift_embargo",
    "open_dossier",
    "prepare_processes",
    "public_feedback",
    "public_feedback_of",
    "publish_query",
    "reading_aid_blobs",
    "reading_aids",
    "rebuild_index",
    "rebuild_projection",
    "rebuild_reading_aids",
    "recorded_inputs",
    "releases_of",
    "request_change",
    "stop",
    "task_context",
    "undecided",
    "withdraw",
    "withdraw_query",
]
