"""A kept question in the public place: a copy, made only when a visitor gets an answer to it.

Later changes of the original stay inside until somebody publishes again: what stands outside is what was put there.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sluis.foundation.service import require, writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, NotFound
from sluis.kernel.text import N_
from sluis.lake.query.saving import saved
from sluis.lake.query.types import Busy
from sluis.release.asking import sql_door
from sluis.release.models import PublicQuery

SHARE = "query.share"
_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class PublicQueryRecord:
    id: UUID
    organisation_id: UUID
    title: str
    description: str
    sql: str
    published_at: datetime


def publish_query(*, by: Actor, query_id: UUID) -> PublicQueryRecord:
    """Put a question, as it is now, in the public place; over the copy of before.

    Raises NotFound, NotAllowed, and whatever a visitor would be refused with: a table that is not open, say.
    """
    found = saved(by=by, query_id=query_id)
    by = require(by, SHARE, found.organisation_id)
    if isinstance(sql_door().ask(found.sql, patience=_PATIENCE), Busy):
        raise Conflict(
            "sql.not-answered",
            N_("De vraag heeft nog geen antwoord; zonder antwoord kan zij niet openbaar worden."),
            way_out=N_("Probeer het over een minuut opnieuw."),
        )
    with writing(by=by, action="release.query.published", subject=("query", query_id)) as write:
        row, _ = PublicQuery.objects.update_or_create(
            id=query_id,
            defaults={
                "organisation_id": found.organisation_id,
                "title": found.title,
                "description": found.description,
                "sql": found.sql,
                "published_at": clock.now(),
            },
        )
        write.note(version=found.version)
    return _record(row)


def withdraw_query(*, by: Actor, query_id: UUID) -> None:
    """Take a question out of the public place. Raises NotFound, NotAllowed."""
    by = require(by, SHARE, public_query(query_id).organisation_id)
    with writing(by=by, action="release.query.withdrawn", subject=("query", query_id)):
        PublicQuery.objects.filter(id=query_id).delete()


def public_query(query_id: UUID) -> PublicQueryRecord:
    """A published question, for anybody. Raises NotFound."""
    row = PublicQuery.objects.filter(id=query_id).first()
    if row is None:
        raise NotFound("sql.unknown", N_("Deze vraag bestaat niet, of is niet met u gedeeld."))
    return _record(row)


def public_queries(*, page: int = 1, size: int = 50) -> tuple[tuple[PublicQueryRecord, ...], int]:
    """Published questions, newest first, and how many there are."""
    first = (page - 1) * size
    rows = PublicQuery.objects.order_by("-published_at", "id")
    return tuple(map(_record, rows[first : first + size])), rows.count()


def _record(row: PublicQuery) -> PublicQueryRecord:
    return PublicQueryRecord(**{name: getattr(row, name) for name in PublicQueryRecord.__slots__})
