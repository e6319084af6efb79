"""Reads: what the caller may see, as frozen shapes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from sluis.foundation.service import require
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.register import policy, records
from sluis.register.fields import DATASET_FIELDS
from sluis.register.models import Dataset
from sluis.register.snapshot import snapshot_of
from sluis.register.types import Availability, ContactRecord, DatasetPage, DatasetRecord, Openness, Publication
from sluis.register.values import clean
from sluis.register.vocabularies import store

MOST_PER_PAGE = 200


def get(*, by: Actor, dataset_id: UUID | None = None, slug: str | None = None) -> DatasetRecord:
    """One dataset by id or by slug (four queries). Raises NotFound, also for what the caller may not see."""
    key = {"id": dataset_id} if dataset_id is not None else {"slug": slug}
    row = _whole(policy.seen_by(by)).filter(**key).first()
    if row is None:
        raise policy.unknown_dataset()
    return records.dataset_record(row)


def preview(*, by: Actor, dataset_id: UUID, changes: Mapping[str, Any]) -> DatasetRecord:
    """The dataset as it would be after `changes`, for a form that looks ahead; nothing is saved.

    Raises NotFound, NotAllowed, Invalid as `change` does. An unknown contact is left out.
    """
    policy.require_editable(by, dataset_id)
    values = clean(DATASET_FIELDS, changes, store.resolve)
    if values.get("contact"):
        row = policy.contacts_seen_by(by).filter(id=values["contact"]).first()
        values["contact"] = records.contact_record(row) if row else None
    for name, known in (("openness", Openness), ("availability", Availability)):
        if values.get(name):
            values[name] = known(values[name])
    return replace(whole(dataset_id), **{name: value for name, value in values.items() if name != "title" or value})


def visible_to(
    *,
    by: Actor,
    text: str = "",
    organisation_id: UUID | None = None,
    openness: Openness | str | None = None,
    availability: Availability | str | None = None,
    publication: Publication | str | None = None,
    page: int = 1,
    size: int = 50,
) -> DatasetPage:
    """Datasets the caller may see, latest change first.

    Costs an index walk and a count; `text` scans the titles.
    """
    if page < 1 or not 1 <= size <= MOST_PER_PAGE:
        raise Invalid(
            "register.page", N_("Een pagina heeft 1 tot {most} regels en nummers vanaf 1."), most=MOST_PER_PAGE
        )
    exact = {
        "organisation_id": organisation_id,
        "openness": openness,
        "availability": availability,
        "publication": publication,
    }
    rows = policy.seen_by(by).filter(**{name: value for name, value in exact.items() if value})
    if words := text.strip():
        rows = rows.filter(Q(title__icontains=words) | Q(title_en__icontains=words) | Q(slug=words))
    first = (page - 1) * size
    found = rows.select_related("organisation").defer("details")[first : first + size]
    return DatasetPage(rows=records.summaries(found), total=rows.count(), page=page, size=size)


def snapshot(dataset_id: UUID) -> dict[str, Any]:
    """The canonical metadata of a dataset, for the room that decides about it. Raises NotFound.

    No actor: whoever calls it has authorised its own operation on this dataset.
    """
    return snapshot_of(whole(dataset_id))


def whole(dataset_id: UUID) -> DatasetRecord:
    """One dataset without asking who wants it: for operations that have authorised. Raises NotFound."""
    row = _whole(Dataset.objects.all()).filter(id=dataset_id).first()
    if row is None:
        raise policy.unknown_dataset()
    return records.dataset_record(row)


def contacts(*, by: Actor, organisation_id: UUID) -> tuple[ContactRecord, ...]:
    """Contacts of an organisation, by name."""
    require(by, policy.VIEW)
    policy.require_known(by, organisation_id)
    rows = policy.contacts_seen_by(by).filter(organisation_id=organisation_id)
    return tuple(records.contact_record(row) for row in rows)


def contact_ids(dataset_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Dataset → its contact, for those that have one. One query; no actor, as with `snapshot`."""
    rows = Dataset.objects.filter(id__in=list(dataset_ids), contact_id__isnull=False)
    return dict(rows.order_by().values_list("id", "contact_id"))


def team_of(dataset_id: UUID) -> UUID | None:
    """The team a dataset belongs to; None for the organisation as a whole or an unknown dataset."""
    return Dataset.objects.filter(id=dataset_id).values_list("team_id", flat=True).first()


def ids_of_teams(team_ids: Iterable[UUID]) -> QuerySet[Dataset, UUID]:
    """Ids of the datasets of these teams, to filter by inside one query."""
    return Dataset.objects.filter(team_id__in=list(team_ids)).order_by().values_list("id", flat=True)


def _whole(rows: QuerySet[Dataset]) -> QuerySet[Dataset]:
    return rows.select_related("organisation", "team", "contact").prefetch_related("distributions", "services")
