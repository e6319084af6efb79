"""Followers hear that a promise is dropped, that nothing is promised any more, or that the dataset is no longer open.

Each hears it once, whatever comes twice: the mails to write are rows, made in one transaction. They leave one by one.
An address that is refused waits longer each time and holds up nobody; a mail server that is away stops the round.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from sluis.foundation.service import in_line, mails_go_out, send_mail, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Gone, NotFound, Unavailable
from sluis.lake.contracts.types import Change, ContractStatus
from sluis.register import service as register
from sluis.release import public
from sluis.release import service as release
from sluis.release.types import Kind
from sluis.requests import tidings
from sluis.requests.models import Follower, Tiding
from sluis.requests.types import TidingKind

log = logging.getLogger("sluis.requests")
WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 480, 1440, 1440))
"""From one try to the next. After the seventh, two days and a half after the first, a mail is given up."""
AWAY = timedelta(minutes=5)
BATCH = 200


def tell_contract(*, dataset_id: UUID, contract_id: UUID, status: str, change: str) -> int:
    """Other agreements: a mail for each follower when something goes they may rely on; returns how many."""
    ended = status == ContractStatus.RETIRED
    if not ended and change != Change.BREAKING:
        return 0
    found = release.contract_news(dataset_id, contract_id)
    at = (found.ended_at if ended else found.at) if found else None
    if found is None or at is None or not (ended or found.change == Change.BREAKING):
        return 0  # it stayed inside, or nothing stood outside before it
    kind = TidingKind.ENDED if ended else TidingKind.BREAKING
    return _tell(register.get(by=SYSTEM, dataset_id=dataset_id).slug, kind, contract_id, at)


def tell_gone(*, dataset_id: UUID, slug: str) -> int:
    """A last mail for each follower of a dataset that is no longer open, and their addresses go with it."""
    if _is_open(slug):
        return 0
    if not mails_go_out():
        return Follower.objects.filter(dataset_slug=slug).delete()[0]
    return _tell(slug, TidingKind.GONE, dataset_id, clock.now())


def _tell(slug: str, kind: TidingKind, about: UUID, at: datetime) -> int:
    from sluis.requests.jobs import mail_tidings

    with in_line():
        told = Tiding.objects.filter(kind=kind, about=about).values("follower_id")
        waiting = Follower.objects.filter(dataset_slug=slug, confirmed_at__lte=at).exclude(id__in=told)
        rows = [Tiding(follower=one, kind=kind, about=about, next_at=clock.now()) for one in waiting]
        if not rows or not mails_go_out():
            return 0
        with writing(by=SYSTEM, action="requests.followers.told", subject=("dataset", slug)) as w:
            Tiding.objects.bulk_create(rows)
            w.note(kind=kind, about=about, followers=len(rows))
            mail_tidings.enqueue()
    return len(rows)


def anything_to_mail() -> bool:
    return mails_go_out() and _due().exists()


def mail_due() -> int:
    """Send what may leave now; returns how many are done with. Several workers may do this at once."""
    from sluis.requests.jobs import mail_tidings

    sent, due = 0, list(_due().values_list("id", flat=True)[:BATCH])
    for tiding_id in due:
        try:
            sent += _mail(tiding_id)
        except Unavailable:
            return sent
    if len(due) == BATCH:
        mail_tidings.enqueue()
    return sent


def _due() -> QuerySet[Tiding]:
    return Tiding.objects.filter(next_at__lte=clock.now()).order_by("next_at", "id")


def _mail(tiding_id: UUID) -> bool:
    """Send one, if it is still due. Raises Unavailable when no mail goes out at all."""
    row = _taken(tiding_id)
    if row is None:
        return False
    if row.kind == TidingKind.GONE and _is_open(row.follower.dataset_slug):
        row.delete()  # open again before anybody heard of it: who followed still does, and hears of a next time
        return True
    try:
        if letter := tidings.written(row):
            send_mail(key=str(row.id), to=row.follower.email, **letter)
    except Unavailable as error:
        if error.code != "mail.refused":
            Tiding.objects.filter(id=row.id).update(tries=row.tries, next_at=clock.now() + AWAY)
            raise
        log.warning("a mail to a follower was refused (%s)", error.params["reason"])
        if row.tries < len(WAITS):
            return False
    _over(row)
    return True


def _over(row: Tiding) -> None:
    """Sent, or given up. With the last mail about a dataset its follower goes."""
    if row.kind == TidingKind.GONE:
        row.follower.delete()
    else:
        Tiding.objects.filter(id=row.id).update(next_at=None)


def _taken(tiding_id: UUID) -> Tiding | None:
    """Put off to its next try before this one begins: then nobody else begins it, and a crash loses nothing."""
    row = _due().select_related("follower").filter(id=tiding_id).first()
    if row is None:
        return None
    later = clock.now() + WAITS[min(row.tries, len(WAITS) - 1)]
    mine = _due().filter(id=row.id, tries=row.tries).update(tries=row.tries + 1, next_at=later)
    return row if mine else None


def _is_open(slug: str) -> bool:
    try:
        return public.dataset(slug).kind == Kind.OPEN
    except (Gone, NotFound):
        return False
