"""What the desk lets out as a record: a dossier as a zip, and the register of processing."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.urls import reverse

from sluis.foundation.service import audit
from sluis.governance.models import Processing
from sluis.kernel import clock
from sluis.register import service as register
from sluis.release import service as release

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(merwede: Any, steward: Any) -> Any:
    dataset = register.create(by=steward.actor, organisation_id=merwede.id, title="Vergunningen")
    return release.open_dossier(by=steward.actor, dataset_id=dataset.id)


@pytest.fixture
def row(merwede: Any, dossier: Any) -> Processing:
    return Processing.objects.create(
        organisation_id=merwede.id,
        dataset_id=dossier.dataset_id,
        dossier_id=dossier.id,
        dataset_slug="vergunningen",
        dataset_title="Vergunningen",
        outcome="closed",
        decided_at=clock.now(),
        contains="yes",
        origin="yes",
        legal_basis="Omgevingswet",
        changed_at=clock.now(),
    )


def test_a_dossier_comes_as_a_zip(steward: Any, dossier: Any) -> None:
    page = steward.client.get(reverse("desk:dossier", args=[dossier.id]))
    address = reverse("desk:dossier-record", args=[dossier.id])
    assert address in page.content.decode()
    answer = steward.client.get(address)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="dossier-vergunningen-')
    archive = ZipFile(BytesIO(b"".join(answer.streaming_content)))
    assert {"index.html", "dossier.mdto.xml"} <= set(archive.namelist())
    assert len(audit.entries_about("dossier-record", dossier.id)) == 1


def test_a_dossier_of_others_is_not_there(elsewhere: Any, person: Any, dossier: Any) -> None:
    address = reverse("desk:dossier-record", args=[dossier.id])
    assert person(elsewhere, "coordinator").client.get(address).status_code == 404
    assert len(audit.entries_about("dossier-record", dossier.id)) == 0


def test_the_privacy_officer_completes_a_processing(merwede: Any, person: Any, row: Processing) -> None:
    browser = person(merwede, "privacy_officer").client
    listed = browser.get(reverse("desk:processings")).content.decode()
    address = reverse("desk:processing", args=[row.id])
    assert address in listed
    assert "aan te vullen" in listed
    form = browser.get(address).context["form"]
    sent = dict.fromkeys(form.fields, "Ingevuld") | {"version": row.version}
    assert browser.post(address, sent).status_code == 302
    assert "volledig" in browser.get(reverse("desk:processings")).content.decode()
    again = browser.post(address, sent)
    assert again.status_code in (409, 412)
    assert "veranderd sinds" in again.content.decode()


def test_a_lawyer_reads_and_a_steward_does_not(merwede: Any, person: Any, steward: Any, row: Processing) -> None:
    lawyer = person(merwede, "lawyer").client
    page = lawyer.get(reverse("desk:processing", args=[row.id])).content.decode()
    assert "Omgevingswet" in page
    assert 'name="purpose"' not in page
    assert lawyer.post(reverse("desk:processing", args=[row.id]), {"version": 1}).status_code == 403
    for name, args in (("processings", []), ("processings-export", []), ("processing", [row.id])):
        assert steward.client.get(reverse(f"desk:{name}", args=args)).status_code == 403


def test_the_register_comes_as_a_table(merwede: Any, person: Any, row: Processing) -> None:
    answer = person(merwede, "privacy_officer").client.get(reverse("desk:processings-export"))
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeffOrganisatie")
    assert "Vergunningen" in text
