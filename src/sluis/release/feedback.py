"""Visitors tell us about a dataset and staff answers; status and answer are public, the visitor is not."""

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q

from sluis.foundation.service import is_mailbox, limit, reference, require, roles_with, within, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import VISITOR, Actor
from sluis.kernel.errors import Conflict, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.release import policy
from sluis.release.models import Feedback, PublicDataset
from sluis.release.types import FeedbackRecord, PublicFeedback

TERM = timedelta(days=7)  # five working days
TEXT_LIMIT = 4_000
PER_HOUR = 5


def give_feedback(*, slug: str, text: str, email: str = "", trap: str = "", ip: str = "") -> PublicFeedback:
    """Take what a visitor says about a public dataset; the number is how they follow it.

    `trap` is a field people do not see: what fills it is a machine, which gets the same answer and nothing is kept.
    Raises NotFound, Invalid (empty, too long, no e-mail address), TooMany (five an hour per address or /64).
    """
    row = PublicDataset.objects.filter(slug=slug).only("slug", "title", "dataset_id", "organisation_id").first()
    if row is None:
        raise NotFound("dataset.unknown", N_("Deze dataset bestaat niet."))
    said, address = _checked(text, email)
    number = reference("M")
    if trap:
        return PublicFeedback(number=number, dataset_slug=slug, status="received", at=clock.now())
    limit("feedback", ip, PER_HOUR)
    made = Feedback(
        id=ids.new_id(),
        number=number,
        dataset_slug=slug,
        dataset_title=row.title,
        dataset_id=row.dataset_id,
        organisation_id=row.organisation_id,
        text=said,
        email=address,
        at=clock.now(),
    )
    with writing(by=VISITOR, action="release.feedback.received", subject=("feedback", made.id)) as w:
        made.save(force_insert=True)
        w.note(dataset=slug)
        w.emit("feedback.received", {"feedback_id": str(made.id), "slug": slug})
    return _public(made)


def public_feedback(*, number: str) -> PublicFeedback:
    """Status and answer by number; NotFound."""
    found = Feedback.objects.filter(number=number.strip().upper()).first()
    if found is None:
        raise NotFound("feedback.unknown", N_("Er is geen melding met dit nummer."))
    return _public(found)


def public_feedback_of(*, slug: str, limit: int = 20) -> tuple[PublicFeedback, ...]:
    """The last feedback on a dataset, without the visitor's words."""
    return tuple(_public(row) for row in Feedback.objects.filter(dataset_slug=slug).order_by("-at")[:limit])


def feedback_for(*, by: Actor, page: int = 1, size: int = 50) -> tuple[FeedbackRecord, ...]:
    """Feedback on datasets of the caller's organisations: unanswered first, oldest first."""
    require(by, policy.FEEDBACK)
    first = (max(page, 1) - 1) * size
    rows = _seen_by(by).order_by(F("answered_at").asc(nulls_first=True), "at")
    return tuple(_record(row) for row in rows[first : first + size])


def answer(*, by: Actor, feedback_id: UUID, text: str) -> FeedbackRecord:
    """Answer once; the answer is public. Raises NotFound, NotAllowed, Invalid, Conflict when it was answered."""
    seen = _seen_by(by).filter(id=feedback_id).values("organisation_id", "dataset_id").first()
    if seen is None:
        raise NotFound("feedback.unknown", N_("Er is geen melding met dit nummer."))
    by = require(by, policy.FEEDBACK, seen["organisation_id"], register.team_of(seen["dataset_id"]))
    said = text.strip()
    if not said or len(said) > TEXT_LIMIT:
        raise Invalid("feedback.answer", N_("Schrijf een antwoord van hoogstens {limit} tekens."), limit=TEXT_LIMIT)
    with writing(by=by, action="release.feedback.answered", subject=("feedback", feedback_id)) as w:
        row = Feedback.objects.select_for_update().get(id=feedback_id)
        if row.answered_at:
            raise Conflict("feedback.answered", N_("Deze melding is al beantwoord."))
        row.answer, row.answered_at, row.answered_by = said, clock.now(), by.key
        row.save()
        w.note(dataset=row.dataset_slug)
    return _record(row)


def _seen_by(by: Actor):
    rows = Feedback.objects.all()
    reached = within(by, policy.FEEDBACK, team=None)
    if teams := by.teams(*roles_with(policy.FEEDBACK)):
        reached |= Q(dataset_id__in=register.ids_of_teams(teams))
    return rows.filter(reached)


def _checked(text: str, email: str) -> tuple[str, str]:
    said, address = text.strip(), email.strip()
    if not said:
        raise Invalid("feedback.empty", N_("Schrijf wat u wilt melden."))
    if len(said) > TEXT_LIMIT:
        raise Invalid("feedback.long", N_("Uw melding is te lang: hoogstens {limit} tekens."), limit=TEXT_LIMIT)
    if address and not is_mailbox(address):
        raise Invalid("feedback.email", N_("Dit is geen e-mailadres. U mag het ook leeg laten."))
    return said, address


def _public(row: Feedback) -> PublicFeedback:
    return PublicFeedback(
        number=row.number,
        dataset_slug=row.dataset_slug,
        status="answered" if row.answered_at else "received",
        at=row.at,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def _record(row: Feedback) -> FeedbackRecord:
    return FeedbackRecord(
        id=row.id,
        number=row.number,
        dataset_slug=row.dataset_slug,
        dataset_title=row.dataset_title,
        text=row.text,
        email=row.email,
        status="answered" if row.answered_at else "received",
        at=row.at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
