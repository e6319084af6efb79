"""Changes of the register of processing: a dossier feeds it, a privacy officer completes it, people take it along."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from sluis.foundation.service import require, writing
from sluis.governance import policy, rules
from sluis.governance.models import Processing
from sluis.governance.queries import record_of
from sluis.governance.types import FIELDS, NAMES, ProcessingRecord
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Fault, Invalid, Stale
from sluis.kernel.text import N_
from sluis.release import service as release
from sluis.release.service import AboutPeople

MOST_CHARS = 4_000


def feed(dataset_id: UUID) -> bool:
    """Bring the row of a dataset in step with the newest decision on it; False when the register has no place for it.

    A dataset without personal data gets no row; one that had a row keeps it, and shows that there is none any more.
    """
    about = release.about_people(dataset_id)
    if about is None or not (about.concerned or Processing.objects.filter(dataset_id=dataset_id).exists()):
        return False
    with writing(by=SYSTEM, action="governance.processing.fed", subject=("processing", dataset_id)) as w:
        row = Processing.objects.select_for_update().filter(dataset_id=dataset_id).first()
        w.note(dossier=str(about.dossier_id), concerned=about.concerned)
        _put(row or Processing(dataset_id=dataset_id, organisation_id=about.organisation_id), about)
    return True


def _put(row: Processing, about: AboutPeople) -> None:
    told = rules.told(about)
    now = {name: str(getattr(row, name)) for name in NAMES}
    for name, text in rules.followed(now, row.fed, told).items():
        setattr(row, name, text)
    row.fed = told
    row.dossier_id, row.outcome, row.decided_at = about.dossier_id, about.outcome, about.decided_at
    row.dataset_slug, row.dataset_title = about.slug, about.title
    row.contains, row.origin = about.contains, about.origin
    row.changed_at = clock.now()
    row.version += 1
    row.save()


def describe(*, by: Actor, processing_id: UUID, values: Mapping[str, str], expected_version: int) -> ProcessingRecord:
    """Save what the privacy officer wrote; half a row may be saved, and says what is still missing.

    Raises NotFound, NotAllowed, Stale (somebody else or a dossier changed it meanwhile), Invalid (a text too long).
    """
    actor = policy.require_processing(by, policy.EDIT, processing_id)
    given = {name: str(values.get(name, "")).strip() for name in NAMES}
    _require_short(given)
    with writing(by=actor, action="governance.processing.described", subject=("processing", processing_id)) as w:
        row = Processing.objects.select_for_update().select_related("organisation").get(id=processing_id)
        if row.version != expected_version:
            raise Stale(
                "processing.stale",
                N_("Deze verwerking is veranderd sinds u haar opende."),
                way_out=N_("Laad de pagina opnieuw en vul uw wijziging dan in."),
            )
        changed = [name for name in NAMES if getattr(row, name) != given[name]]
        for name in changed:
            setattr(row, name, given[name])
        row.version += 1
        row.changed_at = row.confirmed_at = clock.now()
        row.confirmed_by = actor.key
        row.save()
        w.note(fields=changed, dataset=str(row.dataset_id))
    return record_of(row)


def _require_short(given: Mapping[str, str]) -> None:
    text = N_("Gebruik hoogstens {most} tekens.")
    faults = [Fault(text, f.name, params={"most": MOST_CHARS}) for f in FIELDS if len(given[f.name]) > MOST_CHARS]
    if faults:
        raise Invalid("processing.long", N_("Het formulier is niet goed ingevuld."), faults=faults)


def export(*, by: Actor) -> Iterator[ProcessingRecord]:
    """Every row the caller may see, by title; that it was taken is noted. Raises NotAllowed."""
    actor = require(by, policy.VIEW)
    rows = policy.seen_by(by).order_by("dataset_title", "id")
    with writing(by=actor, action="governance.processing.exported", subject=("processing", "register")) as w:
        w.note(rows=rows.count())
    return (record_of(row) for row in rows.iterator(chunk_size=500))
