"""Writes on contacts: where people ask questions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sluis.foundation.service import writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Fault, Invalid, NotFound, Stale
from sluis.kernel.text import N_
from sluis.register import policy, records
from sluis.register.fields import CONTACT_FIELDS
from sluis.register.models import Contact, Dataset
from sluis.register.types import ContactRecord
from sluis.register.values import clean
from sluis.register.vocabularies import store


def add_contact(*, by: Actor, organisation_id: UUID, name: str, **fields: Any) -> ContactRecord:
    """A new contact for an organisation. Raises NotSignedIn, NotFound, NotAllowed, Invalid."""
    by = policy.require_edit(by, organisation_id)
    values = clean(CONTACT_FIELDS, {"name": name, **fields}, store.resolve)
    row = Contact(id=ids.new_id(), organisation_id=organisation_id, **values)
    _check(row)
    with writing(by=by, action="register.contact.added", subject=("contact", row.id)) as w:
        row.save(force_insert=True)
        w.note(organisation=str(organisation_id))
    return records.contact_record(row)


def change_contact(*, by: Actor, contact_id: UUID, changes: Mapping[str, Any], expected_version: int) -> ContactRecord:
    """Change a contact, and so the content of every dataset that uses it: their versions go up too.

    Raises NotFound, NotAllowed, Invalid, Stale.
    """
    row = policy.contacts_seen_by(by).filter(id=contact_id).first()
    if row is None:
        raise NotFound("contact.unknown", N_("Dit contactpunt bestaat niet."))
    by = policy.require_edit(by, row.organisation_id)
    values = clean(CONTACT_FIELDS, changes, store.resolve)
    with writing(by=by, action="register.contact.changed", subject=("contact", contact_id)) as w:
        row = Contact.objects.select_for_update().get(id=contact_id)
        if row.version != expected_version:
            raise Stale("contact.stale", N_("Iemand anders heeft dit contactpunt intussen gewijzigd."))
        for name, value in values.items():
            setattr(row, name, value)
        _check(row)
        row.version += 1
        row.save()
        for dataset in Dataset.objects.filter(contact=row).only("id", "slug", "version"):
            _touch(dataset, w)
        w.note(fields=sorted(values))
    return records.contact_record(row)


def _touch(dataset: Dataset, w: Any) -> None:
    dataset.version += 1
    dataset.changed_at = clock.now()
    dataset.save(update_fields=["version", "changed_at"])
    w.emit("dataset.changed", {"dataset_id": str(dataset.id), "slug": dataset.slug, "version": dataset.version})


def _check(row: Contact) -> None:
    if not row.name:
        raise Invalid(
            "register.fields", N_("Geef het contactpunt een naam."), faults=[Fault(N_("Vul een naam in."), "name")]
        )
    if not row.email and not row.page:
        text = N_("Geef een e-mailadres of een contactpagina, anders kan niemand iets vragen.")
        raise Invalid("register.fields", text, faults=[Fault(text, "email")])
