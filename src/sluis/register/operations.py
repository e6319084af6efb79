"""Writes on datasets: authorise, check, lock, change, note. One transaction each."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError

from sluis.foundation.service import Write, require, require_team, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Fault, Invalid, Stale
from sluis.kernel.text import N_
from sluis.register import policy, queries
from sluis.register.fields import COLUMN_FIELDS, DATASET_FIELDS
from sluis.register.models import Contact, Dataset
from sluis.register.records import COLUMNS_OF_DATASET
from sluis.register.types import Availability, DatasetRecord, Openness, Publication
from sluis.register.values import clean, is_empty, plain
from sluis.register.vocabularies import store

UNCHANGED: Final[Any] = object()
SLUG_LIMIT = 80


def create(
    *, by: Actor, organisation_id: UUID, title: str, slug: str = "", team_id: UUID | None = None, **fields: Any
) -> DatasetRecord:
    """A new dataset, of one team of the organisation when that is named; openness starts unknown unless `fields`
    propose one. `fields` are those of `DATASET_FIELDS`.

    Raises NotSignedIn, NotFound or NotAllowed for the organisation, Invalid for the fields, Conflict for a taken slug.
    """
    by = policy.require_edit(by, organisation_id, team_id)
    require_team(organisation_id, team_id)
    values = clean(DATASET_FIELDS, {"title": title, **fields}, store.resolve)
    now = clock.now()
    row = Dataset(
        id=ids.new_id(),
        organisation_id=organisation_id,
        team_id=team_id,
        title=values["title"],
        created_at=now,
        changed_at=now,
    )
    row.slug = _slug(slug, row)
    _apply(row, values)
    try:
        with writing(by=by, action="register.dataset.created", subject=("dataset", row.id)) as w:
            row.save(force_insert=True)
            w.note(slug=row.slug, organisation=str(organisation_id), team=team_id, fields=sorted(values))
            w.emit("dataset.created", {"dataset_id": str(row.id), "slug": row.slug})
    except IntegrityError:
        raise Conflict(
            "dataset.slug-taken",
            N_("Er is al een dataset met het kenmerk {slug}."),
            way_out=N_("Kies een ander kenmerk."),
            slug=row.slug,
        ) from None
    return queries.whole(row.id)


def change(*, by: Actor, dataset_id: UUID, changes: Mapping[str, Any], expected_version: int) -> DatasetRecord:
    """Change the named fields of `DATASET_FIELDS`; all or nothing.

    Raises NotFound, NotAllowed, Invalid (also for a field that may not be written), Stale.
    """
    by = policy.require_editable(by, dataset_id)
    values = clean(DATASET_FIELDS, changes, store.resolve)
    with changing(by=by, dataset_id=dataset_id, action="register.dataset.changed", expected=expected_version) as (
        row,
        w,
    ):
        _apply(row, values)
        w.note(fields=sorted(values))
    return queries.whole(dataset_id)


def move_to_team(*, by: Actor, dataset_id: UUID, team_id: UUID | None) -> DatasetRecord:
    """Give a dataset to a team of its organisation, or to the organisation as a whole (None).

    The caller edits it where it is and where it goes. Raises NotFound, NotAllowed, Invalid.
    """
    by = policy.require_editable(by, dataset_id)
    with changing(by=by, dataset_id=dataset_id, action="register.dataset.moved", expected=None) as (row, w):
        require(by, policy.EDIT, row.organisation_id, team_id)
        require_team(row.organisation_id, team_id)
        w.note(team=team_id, before=row.team_id)
        row.team_id = team_id
    return queries.whole(dataset_id)


def document_columns(
    *, by: Actor, dataset_id: UUID, columns: Sequence[Mapping[str, Any]], expected_version: int | None = None
) -> DatasetRecord:
    """Replace what the columns mean: a list of mappings with the names of `COLUMN_FIELDS`; (table, name) is unique."""
    by = policy.require_editable(by, dataset_id)
    cleaned = [clean(COLUMN_FIELDS, column, store.resolve) for column in columns]
    keys = [(column.get("table", ""), column.get("name", "")) for column in cleaned]
    if len(set(keys)) < len(keys) or any(not name for _table, name in keys):
        raise Invalid("register.columns", N_("Elke kolom heeft een naam, en elke naam komt per tabel één keer voor."))
    with changing(by=by, dataset_id=dataset_id, action="register.columns.documented", expected=expected_version) as (
        row,
        w,
    ):
        row.details["columns"] = [_filled(column) for column in cleaned]
        w.note(columns=len(cleaned))
    return queries.whole(dataset_id)


def mark_publication(
    *,
    by: Actor,
    dataset_id: UUID,
    publication: Publication,
    availability: Availability | None = None,
    openness: Openness | None = None,
    openness_ground: str | None = None,
    planned_date: date | None = UNCHANGED,
) -> DatasetRecord:
    """Say that a release stands outside or was withdrawn. Only the release room calls this, inside its own operation.

    It authorised that operation, so no role is asked here; a published dataset never becomes a draft again (Conflict).
    """
    with changing(by=by, dataset_id=dataset_id, action="register.dataset.publication", expected=None) as (row, w):
        if publication is Publication.DRAFT and row.publication != Publication.DRAFT:
            raise Conflict(
                "dataset.was-published", N_("Een gepubliceerde dataset wordt geen concept meer; trek hem in.")
            )
        row.publication = publication
        row.availability = availability or row.availability
        row.openness = openness or row.openness
        if openness_ground is not None:
            row.details |= {"openness_ground": openness_ground}
        if planned_date is not UNCHANGED:
            row.planned_date = planned_date
        w.note(publication=publication.value, availability=row.availability, openness=row.openness)
    return queries.whole(dataset_id)


@contextmanager
def changing(*, by: Actor, dataset_id: UUID, action: str, expected: int | None) -> Iterator[tuple[Dataset, Write]]:
    """The dataset's row, locked, inside one write; saved with a new version at the end. Raises NotFound, Stale."""
    with writing(by=by, action=action, subject=("dataset", dataset_id)) as w:
        row = Dataset.objects.select_for_update().filter(id=dataset_id).first()
        if row is None:
            raise policy.unknown_dataset()
        if expected is not None and row.version != expected:
            raise Stale(
                "dataset.stale",
                N_("Iemand anders heeft deze dataset intussen gewijzigd (versie {now}; u begon met {expected})."),
                way_out=N_("Laad de dataset opnieuw en breng uw wijziging nog eens aan."),
                now=row.version,
                expected=expected,
            )
        yield row, w
        row.version += 1
        row.changed_at = clock.now()
        row.save()
        w.note(version=row.version)
        w.emit("dataset.changed", {"dataset_id": str(row.id), "slug": row.slug, "version": row.version})


def _apply(row: Dataset, values: Mapping[str, Any]) -> None:
    """Put cleaned values into columns and details; an emptied field leaves the details."""
    if "title" in values and not values["title"]:
        raise _wrong("title", N_("Een dataset heeft een titel."))
    for name, value in values.items():
        if name == "contact":
            row.contact = _contact(value, row.organisation_id) if value else None
        elif name in COLUMNS_OF_DATASET:
            setattr(row, name, value or type(row)._meta.get_field(name).get_default())
        elif is_empty(value):
            row.details.pop(name, None)
        else:
            row.details[name] = plain(value)


def _contact(contact_id: UUID, organisation_id: UUID) -> Contact:
    contact = Contact.objects.filter(id=contact_id, organisation_id=organisation_id).first()
    if contact is None:
        raise _wrong("contact", N_("Dit contactpunt bestaat niet bij deze organisatie."))
    return contact


def _slug(wanted: str, row: Dataset) -> str:
    """The wanted slug when it is well formed, otherwise one made from the title that is still free."""
    if wanted:
        if ids.slugify(wanted, limit=SLUG_LIMIT) != wanted:
            raise _wrong("slug", N_("Een kenmerk bestaat uit kleine letters, cijfers en streepjes."))
        return wanted
    base = ids.slugify(row.title, limit=SLUG_LIMIT - 10) or "dataset"
    taken = Dataset.objects.filter(slug=base).exists()
    return f"{base}-{row.id.hex[-8:]}" if taken else base


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in values.items() if not is_empty(value)}


def _wrong(field: str, text: str) -> Invalid:
    return Invalid("register.fields", text, faults=[Fault(text, field)])
