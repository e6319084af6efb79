"""Senders that bring their rows themselves: who may, and what becomes of a delivery.

A delivery has no audit entry of its own; the run that loads it and the version that comes of it have.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from django.db.models import Min, Sum

from sluis.foundation.service import writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, NotSignedIn
from sluis.kernel.text import N_
from sluis.lake.connectors.messages import rows_of
from sluis.lake.models import Source, SourceDelivery, SourceKey
from sluis.lake.sourcing.policy import managed, source_seen_by
from sluis.lake.sourcing.waiting import Waiting

PUSHED = "push"
"""The connector whose senders need a key."""


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """How many rows and bytes wait to be loaded, and since when."""

    rows: int
    size: int
    since: datetime | None


def receive(*, source_id: UUID, key: str, body: Callable[[], bytes], by_line: bool) -> int:
    """Keep one delivery of a sender that shows `key`; returns how many rows it had. They wait for the next run.

    `body` reads the delivery: without the key nobody keeps this process waiting for bytes that come slowly.
    Raises NotSignedIn for another key, Invalid with the row that is wrong, and Unavailable when too much waits.
    """
    row = Source.objects.filter(id=source_id, connector=PUSHED).select_related("push_key").first()
    known: SourceKey | None = getattr(row, "push_key", None)
    # Compared also where there is no key, so that the time says nothing about which sources there are.
    fits = compare_digest(known.sha256 if known else _hash(""), _hash(key))
    if row is None or known is None or not fits:
        raise NotSignedIn(
            "push.key",
            N_("Deze sleutel hoort niet bij deze bron."),
            way_out=N_("Stuur de sleutel mee als Authorization: Bearer …; wie de bron beheert, kan een nieuwe maken."),
        )
    lines = rows_of(body(), by_line=by_line, config=row.config, now=clock.now())
    Waiting(source_id).keep(lines)
    return len(lines)


def new_push_key(*, by: Actor, source_id: UUID) -> str:
    """Make the key of a sender; the one before stops working. It is shown once: only its hash is kept.

    Raises NotFound, NotAllowed, and Conflict for a source that fetches itself.
    """
    by, row = managed(by, source_id)
    if row.connector != PUSHED:
        raise Conflict("push.fetches", N_("Deze bron haalt haar gegevens zelf op: daar hoort geen sleutel bij."))
    key = secrets.token_urlsafe(32)
    with writing(by=by, action="lake.source.key", subject=("source", row.id)):
        known = {"sha256": _hash(key), "created_by": by.key, "created_at": clock.now()}
        SourceKey.objects.update_or_create(source_id=row.id, defaults=known)
    return key


def key_made_at(*, by: Actor, source_id: UUID) -> datetime | None:
    """When the key that senders use was made; None when there is none."""
    row = source_seen_by(by, source_id)
    return SourceKey.objects.filter(source_id=row.id).values_list("created_at", flat=True).first()


def waiting_at(*, by: Actor, source_id: UUID) -> WaitingRecord:
    """What waits at a source the caller may see."""
    row = source_seen_by(by, source_id)
    found = SourceDelivery.objects.filter(source_id=row.id)
    sums = found.aggregate(rows=Sum("rows"), size=Sum("size"), since=Min("received_at"))
    return WaitingRecord(sums["rows"] or 0, sums["size"] or 0, sums["since"])


def forget_waiting(*, by: Actor, source_id: UUID) -> int:
    """Throw away what waits and no run has taken, because it cannot be loaded; returns how many rows that were."""
    by, row = managed(by, source_id)
    with writing(by=by, action="lake.source.forgotten", subject=("source", row.id)) as write:
        found = SourceDelivery.objects.filter(source_id=row.id, run=None)
        rows = found.aggregate(rows=Sum("rows"))["rows"] or 0
        found.delete()
        write.note(rows=rows)
    return rows


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
