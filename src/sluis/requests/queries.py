"""What everybody may read of requests, and what staff may."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from sluis.foundation.service import mails_go_out, may, organisations_for
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Gone, NotFound
from sluis.process import service as process
from sluis.register import service as register
from sluis.release import public
from sluis.release.types import PublicDatasetRecord
from sluis.requests import policy, rules
from sluis.requests.models import DataRequest, Follower, Letter
from sluis.requests.operations import open_question
from sluis.requests.types import (
    Body,
    LetterKind,
    LetterRecord,
    Outcome,
    PublicPage,
    PublicRequest,
    RequestRecord,
    Status,
)

MOST_PER_PAGE = 100


def bodies() -> tuple[Body, ...]:
    """Organisations that can be asked, by name."""
    found = organisations_for(by=SYSTEM, permission=policy.CONTACT)
    return tuple(Body(row.id, row.slug, row.name, row.name_en) for row in found)


def public_request(*, number: str) -> PublicRequest:
    """Where a request stands, by its number; NotFound."""
    row = _rows().filter(number=number.strip().upper()).first()
    if row is None:
        raise policy.unknown()
    return _public(row, whole=True)


def answered(*, page: int = 1, size: int = 25) -> PublicPage:
    """Answered requests, the newest answer first."""
    size, page = min(max(size, 1), MOST_PER_PAGE), max(page, 1)
    rows = _rows().filter(answered_at__isnull=False).order_by("-answered_at", "-id")
    found = rows[(page - 1) * size : page * size]
    return PublicPage(tuple(_public(row) for row in found), rows.count(), page, size)


def data_request(*, by: Actor, request_id: UUID) -> RequestRecord:
    """A request for who may see its process. NotFound; name and address only with permission `request.contact`."""
    row = _rows().filter(id=request_id).first()
    if row is None or row.instance_id is None:
        raise policy.unknown()
    process.instance(by=by, instance_id=row.instance_id)
    known = may(by, policy.CONTACT, row.organisation_id)
    return RequestRecord(
        id=row.id,
        number=row.number,
        topic=row.topic,
        question=row.question,
        purpose=row.purpose,
        name=row.name if known else "",
        email=row.email if known else "",
        received_at=row.received_at,
        due_date=due_date_of(row),
        extended=row.extended_at is not None,
        letters=tuple(_letter(letter) for letter in _letters(row)),
        dataset_id=row.dataset_id,
        dossier_id=row.dossier_id,
        forgotten_at=row.forgotten_at,
    )


def followers(*, slug: str) -> int:
    """How many hear by mail of what is dropped; 0 when no mail goes out."""
    return Follower.objects.filter(dataset_slug=slug).count() if mails_go_out() else 0


def outside(slug: str) -> PublicDatasetRecord:
    """A dataset as everybody sees it, also one that was withdrawn. Raises NotFound."""
    try:
        return public.dataset(slug)
    except Gone:
        return public.tombstone(slug)


def due_date_of(row: DataRequest) -> date:
    asked = [(_day(one.at), _day(one.replied_at)) for one in _letters(row) if one.kind == LetterKind.QUESTION]
    known = [(start, reply) for start, reply in asked if start]
    received = _day(row.received_at) or clock.today()
    return rules.due_date(received, known, extended=row.extended_at is not None, today=clock.today())


def _rows() -> QuerySet[DataRequest]:
    letters = Prefetch("letters", Letter.objects.order_by("at", "id"))
    return DataRequest.objects.select_related("organisation").prefetch_related(letters)


def _letters(row: DataRequest) -> list[Letter]:
    return list(row.letters.all())  # type: ignore[attr-defined]


def _letter(row: Letter) -> LetterRecord:
    return LetterRecord(LetterKind(row.kind), row.text, row.at, row.mailed_at, row.reply, row.replied_at)


def _public(row: DataRequest, *, whole: bool = False) -> PublicRequest:
    return PublicRequest(
        number=row.number,
        language=row.language,
        organisation=row.organisation.name,
        organisation_en=row.organisation.name_en,
        status=_status(row),
        received_at=row.received_at,
        due_date=due_date_of(row),
        extended=row.extended_at is not None,
        answered_at=row.answered_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        question=row.public_question,
        answer=row.answer,
        ground=row.ground,
        motivation=row.motivation,
        holder=row.holder,
        address=row.address,
        dataset_slug=_public_slug(row) if whole else "",
        steps=process.public_steps(instance_id=row.instance_id) if whole and row.instance_id else (),
    )


def _status(row: DataRequest) -> Status:
    if row.answered_at:
        return Status.ANSWERED
    if row.closed_at:
        return Status.STOPPED
    return Status.WAITING if open_question(row) else Status.HANDLED


def _public_slug(row: DataRequest) -> str:
    """Of a dataset that stands outside; a draft has no name here."""
    if row.dataset_id is None or not row.answered_at:
        return ""
    try:
        return public.dataset(register.get(by=SYSTEM, dataset_id=row.dataset_id).slug).slug
    except (NotFound, Gone):
        return ""


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(clock.AMSTERDAM).date() if moment else None
