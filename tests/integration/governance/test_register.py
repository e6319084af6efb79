"""The register of processing: dossiers feed it, the privacy officer has the last word."""

import csv
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from tests.integration.release.conftest import _standing as _standing
from tests.integration.release.conftest import merwede as merwede
from tests.integration.release.conftest import officer as officer
from tests.integration.release.conftest import owner as owner
from tests.integration.release.conftest import palen as palen
from tests.integration.release.conftest import person, publish, ready
from tests.integration.release.conftest import steward as steward
from tests.integration.release.conftest import stranger as stranger

from sluis.desk.views.processings import _lines
from sluis.foundation.service import audit
from sluis.governance import operations, rules
from sluis.governance import service as governance
from sluis.kernel import clock
from sluis.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from sluis.release.models import Decision, Dossier, Preparer
from sluis.release.service import AboutPeople

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folder", "fixed_clock", "_standing")]
WHOLE = {
    "purpose": "Vergunningen verlenen",
    "legal_basis": "Omgevingswet",
    "data_categories": "Naam en adres",
    "person_categories": "Aanvragers",
    "recipients": "Niemand",
    "transfers": "Geen",
    "retention": "Tien jaar",
    "security": "Volgens de BIO",
}


def about(organisation: Any, dataset: UUID, **more: Any) -> AboutPeople:
    given: dict[str, Any] = {
        "dataset_id": dataset,
        "dossier_id": dataset,
        "organisation_id": organisation.id,
        "slug": "vergunningen",
        "title": "Vergunningen",
        "outcome": "closed",
        "decided_at": clock.now(),
        "contains": "yes",
        "origin": "yes",
        "columns": ("naam",),
        "retention": "Tien jaar na het besluit vernietigen.",
        "said": {"statutoryBasis": "Wabo", "transferOutsideEu": "no"},
    }
    return AboutPeople(**(given | more))


@pytest.fixture
def told(monkeypatch: Any, merwede: Any, palen: Any) -> Any:
    """A dossier that says something else each time; what it says is what the release room would tell."""

    def tell(**more: Any) -> bool:
        found = about(merwede, palen.id, **more)
        monkeypatch.setattr(operations.release, "about_people", lambda _: found)
        return operations.feed(palen.id)

    return tell


def only(by: Any) -> Any:
    page = governance.processings(by=by)
    assert page.total == 1
    return page.rows[0]


def test_plain_data_has_no_row(steward: Any, owner: Any, officer: Any, palen: Any) -> None:
    publish(steward, owner, palen)
    assert governance.processings(by=officer).total == 0


def test_a_real_dossier_tells_what_it_knows(steward: Any, owner: Any, merwede: Any, palen: Any) -> None:
    """The same facts by the same door that the event uses, from a dossier as far as the intake and its checks."""
    lying = ready(steward, palen, statutoryBasis="Wegenwet", personalOrigin="unknown")
    row = Dossier.objects.get(id=lying.id)
    Preparer.objects.create(dossier=row, actor_key=steward.key)
    Decision.objects.create(
        dossier=row,
        dataset_id=palen.id,
        outcome="closed",
        decider_key=owner.key,
        role="data_owner",
        decided_at=clock.now(),
        ground="Woo 5.1",
        motivation="x",
        content={},
        sha256="0" * 64,
        audit_seq=1,
    )
    assert operations.feed(palen.id)
    found = only(person(merwede, "privacy_officer"))
    assert (found.contains, found.origin, found.values["legal_basis"]) == ("no", "unknown", "Wegenwet")
    assert found.concerned
    assert not found.complete


def test_the_dossier_fills_what_it_knows_and_guesses_nothing(told: Any, officer: Any) -> None:
    assert told()
    found = only(officer)
    assert found.values["legal_basis"] == "Wabo"
    assert found.values["transfers"] == "Geen."
    assert "naam" in found.values["data_categories"]
    assert {"purpose", "person_categories", "recipients", "security"} == set(found.missing)


def test_what_the_officer_wrote_stays_and_the_rest_follows(told: Any, officer: Any) -> None:
    told()
    row = only(officer)
    governance.describe(
        by=officer,
        processing_id=row.id,
        values=row.values | {"purpose": "Vergunningen verlenen", "legal_basis": "Omgevingswet"},
        expected_version=row.version,
    )
    told(said={"statutoryBasis": "Wet milieubeheer", "transferOutsideEu": "no"}, retention="Vijf jaar.")
    found = only(officer)
    assert found.values["legal_basis"] == "Omgevingswet"
    assert found.values["purpose"] == "Vergunningen verlenen"
    assert found.values["retention"] == "Vijf jaar."


def test_a_row_stays_when_the_people_are_gone_from_the_data(told: Any, officer: Any) -> None:
    told()
    told(contains="no", origin="no")
    assert not only(officer).concerned


def test_a_dataset_without_people_never_gets_a_row(told: Any, officer: Any) -> None:
    assert not told(contains="no", origin="no")
    assert governance.processings(by=officer).total == 0


def test_complete_when_everything_is_written_and_somebody_saved_it(told: Any, officer: Any) -> None:
    told()
    row = only(officer)
    done = governance.describe(by=officer, processing_id=row.id, values=WHOLE, expected_version=row.version)
    assert done.complete
    entry = audit.entries_about("processing", row.id)[-1]
    assert (entry.action, entry.actor_key) == ("governance.processing.described", officer.key)
    assert "Omgevingswet" not in str(entry.detail)


def test_two_at_once_and_a_text_without_end(told: Any, officer: Any) -> None:
    told()
    row = only(officer)
    long = WHOLE | {"purpose": "x" * (governance.MOST_CHARS + 1)}
    with pytest.raises(Invalid):
        governance.describe(by=officer, processing_id=row.id, values=long, expected_version=row.version)
    governance.describe(by=officer, processing_id=row.id, values=WHOLE, expected_version=row.version)
    with pytest.raises(Stale):
        governance.describe(by=officer, processing_id=row.id, values=WHOLE, expected_version=row.version)


def test_who_may_see_and_who_may_write(told: Any, officer: Any, steward: Any, stranger: Any, merwede: Any) -> None:
    told()
    row = only(officer)
    lawyer = person(merwede, "lawyer")
    assert only(lawyer).id == row.id
    with pytest.raises(NotAllowed):
        governance.describe(by=lawyer, processing_id=row.id, values=WHOLE, expected_version=row.version)
    with pytest.raises(NotAllowed):
        governance.processings(by=steward)
    assert governance.processings(by=stranger).total == 0
    for ask in (governance.processing, lambda **k: governance.describe(**k, values=WHOLE, expected_version=1)):
        with pytest.raises(NotFound):
            ask(by=stranger, processing_id=row.id)
    with pytest.raises(NotAllowed):
        governance.export(by=steward)


def test_the_export_is_a_table_no_spreadsheet_runs(told: Any, officer: Any) -> None:
    told()
    row = only(officer)
    values = WHOLE | {"purpose": "=HYPERLINK(1)"}
    governance.describe(by=officer, processing_id=row.id, values=values, expected_version=row.version)
    text = "".join(_lines(governance.export(by=officer)))
    heading, line = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert len(heading) == len(line)
    assert line[heading.index("Doel")] == "'=HYPERLINK(1)"
    assert audit.entries_about("processing", "register")[-1].action == "governance.processing.exported"


def test_nothing_is_guessed_about_publicity(merwede: Any, palen: Any) -> None:
    assert rules.told(about(merwede, palen.id))["recipients"] == ""
    assert rules.told(about(merwede, palen.id, outcome="open"))["recipients"].startswith("Iedereen")
    assert rules.told(about(merwede, palen.id, outcome="open", contains="no"))["recipients"] == ""
