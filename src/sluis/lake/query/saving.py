"""Questions that people keep: save, change, remove, and who sees which."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from sluis.foundation.service import organisations_where, require, within, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Fault, Invalid, NotAllowed, NotFound, Stale
from sluis.kernel.text import N_
from sluis.lake.models import SavedQuery
from sluis.lake.policy import VIEW
from sluis.lake.query import faults

_MOST = {"title": 200, "description": 2_000, "sql": faults.LONGEST}


@dataclass(frozen=True, slots=True)
class SavedRecord:
    """`shared` is own or organisation; `created_by` is the pseudonym of the owner."""

    id: UUID
    organisation_id: UUID
    title: str
    description: str
    sql: str
    shared: str
    version: int
    created_by: str
    created_at: datetime
    changed_at: datetime


def save(*, by: Actor, organisation_id: UUID, title: str, description: str, sql: str, shared: str) -> SavedRecord:
    """Keep a new question. Raises NotAllowed without a role in that organisation, Invalid."""
    if not by.is_system and organisation_id not in organisations_where(by, VIEW, teams_too=True):
        raise NotFound("organisation.unknown", N_("Deze organisatie bestaat niet."))
    by = require(by, VIEW)
    values = _checked(title, description, sql, shared)
    moment, made = clock.now(), ids.new_id()
    with writing(by=by, action="lake.query.saved", subject=("query", made)) as write:
        row = SavedQuery.objects.create(
            id=made,
            organisation_id=organisation_id,
            created_by=by.key,
            created_at=moment,
            changed_at=moment,
            **values,
        )
        write.note(organisation=str(organisation_id), shared=shared)
    return _record(row)


def change(
    *, by: Actor, query_id: UUID, title: str, description: str, sql: str, shared: str, expected_version: int
) -> SavedRecord:
    """Only by whoever made it. Raises NotFound, NotAllowed, Invalid, Stale."""
    by = _require_own(by, query_id)
    values = _checked(title, description, sql, shared)
    with writing(by=by, action="lake.query.changed", subject=("query", query_id)) as write:
        row = SavedQuery.objects.select_for_update().get(id=query_id)
        if row.version != expected_version:
            raise Stale(
                "sql.stale",
                N_("Deze vraag is veranderd sinds u haar opende."),
                way_out=N_("Laad de pagina opnieuw en vul uw wijziging dan in."),
            )
        write.note(fields=sorted(name for name, value in values.items() if getattr(row, name) != value))
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.changed_at = clock.now()
        row.save()
    return _record(row)


def remove(*, by: Actor, query_id: UUID) -> None:
    """Only by whoever made it. Raises NotFound, NotAllowed. A published copy stays until it is taken back."""
    by = _require_own(by, query_id)
    with writing(by=by, action="lake.query.removed", subject=("query", query_id)):
        SavedQuery.objects.filter(id=query_id).delete()


def saved(*, by: Actor, query_id: UUID) -> SavedRecord:
    """One question; NotFound when it is not for this actor."""
    row = _seen_by(by).filter(id=query_id).first()
    if row is None:
        raise NotFound("sql.unknown", N_("Deze vraag bestaat niet, of is niet met u gedeeld."))
    return _record(row)


def saved_page(*, by: Actor, page: int = 1, size: int = 50) -> tuple[tuple[SavedRecord, ...], int]:
    """One's own and those of the organisation, latest change first, and how many there are."""
    rows = _seen_by(by)
    first = (page - 1) * size
    return tuple(map(_record, rows[first : first + size])), rows.count()


def _seen_by(by: Actor) -> QuerySet[SavedQuery]:
    require(by, VIEW)
    ours = Q(shared=SavedQuery.Shared.ORGANISATION) & within(by, VIEW, team=None)
    return SavedQuery.objects.filter(ours | Q(created_by=by.key))


def _require_own(by: Actor, query_id: UUID) -> Actor:
    found = saved(by=by, query_id=query_id)
    if found.created_by != by.key:
        raise NotAllowed("sql.not-yours", N_("Alleen wie deze vraag heeft bewaard, kan haar wijzigen."))
    return require(by, VIEW)


def _checked(title: str, description: str, sql: str, shared: str) -> dict[str, str]:
    given = {"title": title.strip(), "description": description.strip(), "sql": sql.strip()}
    wrong = [
        Fault(N_("Gebruik hoogstens {most} tekens."), name, params={"most": _MOST[name]})
        for name, text in given.items()
        if len(text) > _MOST[name]
    ]
    wrong += [Fault(N_("Vul dit in."), name) for name in ("title", "sql") if not given[name]]
    if shared not in SavedQuery.Shared.values:
        wrong.append(Fault(N_("Kies met wie u de vraag deelt."), "shared"))
    if wrong:
        raise Invalid("sql.form-wrong", N_("Het formulier is niet goed ingevuld."), faults=wrong)
    return given | {"shared": shared}


def _record(row: SavedQuery) -> SavedRecord:
    return SavedRecord(**{name: getattr(row, name) for name in SavedRecord.__slots__})
