"""The work of a day, without JavaScript: hand in, correct, describe, answer, decide, and what goes wrong."""

import re

import pytest
from tests.integration.release.conftest import PLAIN

from sluis.foundation.service import run_until_idle
from sluis.lake.models import TableVersion
from sluis.process.models import Task
from sluis.register import service as register
from sluis.release import service as release
from sluis.release.models import Dossier

pytestmark = pytest.mark.django_db
MOTIVATION = "De lijst gaat over straten en niet over mensen."


def text_of(answer):
    return answer.content.decode()


def complete(steward, dataset):
    contact = register.add_contact(
        by=steward.actor, organisation_id=dataset.organisation.id, name="Team Data", email="data@merwede.example"
    )
    record = register.get(by=steward.actor, dataset_id=dataset.id)
    changes = {
        "description": "Alle straten van de provincie met het aantal panden per straat, geteld in het voorjaar.",
        "themes": ["TRAN"], "licence": "CC0", "openness": "open", "contact": str(contact.id), "keywords": "straat, weg",
    }  # fmt: skip
    return register.change(by=steward.actor, dataset_id=dataset.id, changes=changes, expected_version=record.version)


def test_a_title_is_enough_for_a_dataset(steward, merwede):
    answer = steward.client.post("/desk/datasets/nieuw", {"title": "Bruggen", "organisation": str(merwede.id)})
    assert answer.status_code == 302
    assert "Bruggen" in text_of(steward.client.get(answer["Location"]))


def test_nothing_filled_in_is_422_with_a_summary(steward, merwede):
    answer = steward.client.post("/desk/datasets/nieuw", {"organisation": str(merwede.id)})
    assert answer.status_code == 422
    assert "data-error-summary" in text_of(answer)
    assert 'href="#id_title"' in text_of(answer)


def test_a_waiting_table_shows_its_progress_and_refreshes_itself(steward, queued):
    page = text_of(steward.client.get(f"/desk/tabellen/{queued.id}"))
    assert "wordt ingelezen" in page
    assert 'http-equiv="refresh"' in page
    part = steward.client.get(f"/desk/tabellen/{queued.id}/voortgang")
    assert "hx-get" in text_of(part)


def test_a_read_table_says_what_was_understood(steward, table):
    page = text_of(steward.client.get(f"/desk/tabellen/{table.id}"))
    assert "puntkomma (;)" in page
    assert "012" in page
    assert ">datum<" in page
    done = steward.client.get(f"/desk/tabellen/{table.id}/voortgang")
    assert done["HX-Redirect"] == f"/desk/tabellen/{table.id}"


def test_rows_profile_and_rejects_stand_behind_it(steward, table):
    assert "Sluisplein" in text_of(steward.client.get(f"/desk/tabellen/{table.id}/rijen"))
    groups = text_of(steward.client.get(f"/desk/tabellen/{table.id}/profiel?kolom=straat"))
    assert "k = 1" in groups
    assert steward.client.get(f"/desk/tabellen/{table.id}/afgekeurd.csv").status_code == 404


def test_a_correction_makes_the_next_version_from_the_same_file(steward, table):
    answer = steward.client.post(
        f"/desk/tabellen/{table.id}/correcties", {"type-datum": "text", "title-straat": "Naam van de straat"}
    )
    assert answer.status_code == 302
    run_until_idle()
    version = TableVersion.objects.get(number=2)
    assert version.status == "ready", version.failure
    assert version.source_sha256 == table.source_sha256
    columns = {c["name"]: c for c in version.report["columns"]}
    assert columns["datum"]["type"] == "text"
    assert columns["straat"]["title"] == "Naam van de straat"
    assert "Vergeleken met versie 1" in text_of(steward.client.get(answer["Location"]))
    again = steward.client.post(
        f"/desk/tabellen/{version.id}/correcties", {"type-datum": "date", "title-straat": "Naam van de straat"}
    )
    run_until_idle()
    third = TableVersion.objects.get(number=3)
    assert again.status_code == 302
    assert {c["name"]: c["title"] for c in third.report["columns"]}["straat"] == "Naam van de straat"


def test_a_wrong_correction_is_refused_with_its_field(steward, table):
    answer = steward.client.post(f"/desk/tabellen/{table.id}/correcties", {"header_row": "-3"})
    assert answer.status_code == 422
    assert "id_header_row" in text_of(answer)


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(steward, dataset):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("kapot.xlsx", b"PK\x03\x04" + b"\x00" * 400)
    answer = steward.client.post(f"/desk/datasets/{dataset.id}/data/nieuw", {"file": file})
    run_until_idle()
    page = text_of(steward.client.get(answer["Location"]))
    assert "is niet ingelezen" in page
    assert "Ander bestand aanleveren" in page


def test_typing_shows_what_is_missing_and_saves_nothing(steward, dataset):
    url = f"/desk/datasets/{dataset.id}/beschrijving"
    bare = text_of(steward.client.post(f"{url}/controle", {"title": "Straten"}))
    richer = text_of(
        steward.client.post(f"{url}/controle", {"title": "Straten", "keywords": "weg", "landing_page": "geen adres"})
    )
    assert "Kies minstens één thema." in bare
    assert "Geef trefwoorden" in bare
    assert "Geef trefwoorden" not in richer
    assert "Dit is geen webadres" in richer
    assert register.get(by=steward.actor, dataset_id=dataset.id).version == dataset.version


def test_the_check_button_keeps_what_was_typed_without_saving(steward, dataset):
    url = f"/desk/datasets/{dataset.id}/beschrijving"
    page = text_of(
        steward.client.post(url, {"action": "check", "title": "Straten", "description": "Nog niet bewaard."})
    )
    assert "Nog niet bewaard." in page
    assert register.get(by=steward.actor, dataset_id=dataset.id).description == ""


def test_two_people_at_once_see_both_values(steward, dataset):
    register.change(
        by=steward.actor, dataset_id=dataset.id, changes={"description": "Van een ander."}, expected_version=1
    )
    url = f"/desk/datasets/{dataset.id}/beschrijving"
    mine = {"version": "1", "title": dataset.title, "openness": "unknown", "availability": "in_onderzoek"}
    answer = steward.client.post(url, mine | {"description": "Van mij."})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Van een ander." in page
    assert "Van mij." in page
    assert 'name="version" value="2"' in page
    assert steward.client.post(url, mine | {"version": "2", "description": "Van mij."}).status_code == 302
    assert register.get(by=steward.actor, dataset_id=dataset.id).description == "Van mij."


def test_the_meaning_of_columns_is_kept(steward, dataset, table):
    url = f"/desk/datasets/{dataset.id}/kolommen"
    version = register.get(by=steward.actor, dataset_id=dataset.id).version
    answer = steward.client.post(url, {"version": version, "meaning-aantal": "Aantal panden", "unit-aantal": "panden"})
    assert answer.status_code == 302, text_of(answer)[:500]
    found = {c.name: c for c in register.get(by=steward.actor, dataset_id=dataset.id).columns}
    assert (found["aantal"].meaning, found["aantal"].unit) == ("Aantal panden", "panden")


def test_addresses_services_and_contacts_are_added_changed_and_removed(steward, dataset):
    base = f"/desk/datasets/{dataset.id}"
    wrong = steward.client.post(f"{base}/distributies/nieuw", {"access_url": "geen adres"})
    assert wrong.status_code == 422
    added = {"access_url": "https://elders.example/data.csv", "title": "Elders"}
    assert steward.client.post(f"{base}/distributies/nieuw", added).status_code == 302
    service = {"title": "Kaart", "endpoint_url": "https://elders.example/wms"}
    assert steward.client.post(f"{base}/services/nieuw", service).status_code == 302
    contact = {"name": "Loket", "email": "loket@merwede.example"}
    assert steward.client.post(f"{base}/contact/nieuw", contact).status_code == 302
    record = register.get(by=steward.actor, dataset_id=dataset.id)
    assert record.contact.name == "Loket"
    part = record.distributions[0]
    assert steward.client.post(f"{base}/distributies/{part.id}", added | {"title": "Verder"}).status_code == 302
    assert steward.client.post(f"{base}/distributies/{part.id}/verwijderen").status_code == 302
    assert steward.client.post(f"{base}/services/{record.services[0].id}/verwijderen").status_code == 302
    record = register.get(by=steward.actor, dataset_id=dataset.id)
    assert (record.distributions, record.services) == ((), ())


@pytest.fixture
def submitted(steward, dataset, table):
    """A dossier of plain data that lies with the data owner; all of it done in the browser."""
    complete(steward, dataset)
    dossier = steward.client.post(f"/desk/datasets/{dataset.id}/dossier")["Location"]
    answer = do(steward, "Intake", PLAIN)
    assert answer.status_code == 302, text_of(answer)[-3000:]
    run_until_idle()
    assert Dossier.objects.get().stage == "ready_to_decide", page_of(steward, dossier)
    return dossier


def page_of(who, dossier):
    return text_of(who.client.get(dossier))


def do(who, element, answers, **more):
    """Open the page of the task at this step and send its form back filled in."""
    task = Task.objects.get(element=element, state="open")
    url = f"/desk/taken/{task.id}"
    page = text_of(who.client.get(url))
    found = re.search(r'name="expected" value="(\w*)"', page)
    given = {"version": task.version, "expected": found[1] if found else ""} | more
    return who.client.post(url, given | {f"veld-{name}": value for name, value in answers.items()})


OPEN = {"decision": "open", "motivation": MOTIVATION}


def test_from_file_to_the_outside(owner, submitted):
    page = page_of(owner, submitted)
    assert "Wat is er te doen?" in page
    assert "<svg" in page
    assert "Wat de regels zeggen" in page
    assert "Open data vrijgeven · Data-eigenaar" in page
    task = text_of(owner.client.get(f"/desk/taken/{Task.objects.get(element='Decide', state='open').id}"))
    assert re.search(r"<summary>\d+ antwoorden<", task)
    assert "11 Besluiten" in text_of(owner.client.get("/desk/"))
    answer = do(owner, "Decide", OPEN)
    assert answer.status_code == 302, text_of(answer)[-3000:]
    run_until_idle()
    dossier = Dossier.objects.get()
    assert dossier.stage == "published", dossier.failure
    assert "staat buiten" in page_of(owner, submitted)


def test_a_second_decision_shows_per_field_what_changed(steward, owner, dataset, submitted):
    assert "De beschrijving per veld" not in page_of(owner, submitted), "nothing is outside yet"
    assert do(owner, "Decide", OPEN).status_code == 302
    run_until_idle()
    record = register.get(by=steward.actor, dataset_id=dataset.id)
    changes = {"title": "Straten en wegen", "themes": ["TRAN", "ENVI"]}
    register.change(by=steward.actor, dataset_id=dataset.id, changes=changes, expected_version=record.version)
    dossier = steward.client.post(f"/desk/datasets/{dataset.id}/dossier")["Location"]
    assert do(steward, "Intake", PLAIN).status_code == 302
    run_until_idle()
    page = page_of(owner, dossier)
    table = page.split('id="differences-caption"')[1].split("</table>")[0]
    assert table.count('<th scope="row">') == 2
    assert "<td>Straten van Merwede</td><td>Straten en wegen</td>" in table
    assert "Milieu" in table


def test_the_preparer_cannot_decide(steward, merwede, person, submitted):
    assert do(steward, "Decide", OPEN).status_code in (403, 409)
    assert Dossier.objects.get().stage == "ready_to_decide"


def test_a_decision_on_content_that_changed_is_refused(owner, submitted):
    answer = do(owner, "Decide", OPEN, expected="0" * 64)
    assert answer.status_code == 409
    assert "veranderd sinds u het bekeek" in text_of(answer)
    assert Dossier.objects.get().stage == "ready_to_decide"


def test_a_change_after_the_checks_stops_the_decision(steward, owner, dataset, submitted):
    record = register.get(by=steward.actor, dataset_id=dataset.id)
    register.change(
        by=steward.actor, dataset_id=dataset.id, changes={"title": "Anders"}, expected_version=record.version
    )
    assert do(owner, "Decide", OPEN).status_code == 409


def test_closed_needs_its_ground(owner, submitted):
    answer = do(owner, "Decide", OPEN | {"decision": "closed"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#id_veld-legalGround"' in page
    assert MOTIVATION in page


def test_the_questions_of_a_task_stand_in_groups_with_what_is_left(steward, dataset, table):
    release.open_dossier(by=steward.actor, dataset_id=dataset.id)
    [task] = Task.objects.filter(element="Intake", state="open")
    page = page_of(steward, f"/desk/taken/{task.id}")
    titles = re.findall(r'<fieldset class="sluis-group" id="(groep-\d)"><legend>([^<]+)</legend>', page)
    assert [title for _, title in titles][:2] == ["Waar komt de data vandaan?", "Taak en reikwijdte"]
    links = re.findall(r'href="#(groep-\d)">([^<]+)</a> <span class="sluis-subtle">([^<]+)<', page)
    assert [(place, title) for place, title, _ in links] == titles
    assert links[0][2] == "1 van 3 ingevuld", "what Sluis knows already is filled in"
    answer = do(steward, "Intake", {"trigger": "inventory", "kind": "data"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "2 van 3 ingevuld" in page
    assert 'href="#id_veld-heldHere"' in page.split("data-error-summary")[1].split("</ul>")[0]
    assert "Where does the data come from?" in page_of(steward, f"/en/desk/taken/{task.id}")


def test_the_task_says_what_sending_back_does(owner, submitted):
    [task] = Task.objects.filter(element="Decide", state="open")
    after = page_of(owner, f"/desk/taken/{task.id}").split('id="next"')[1].split("</section>")[0]
    back = after.split("Terug naar een eerdere stap")[1].split("</div>")[0]
    assert "Terug naar welke stap?" in back
    assert "<li>10 Beschrijving: ‘10 Beschrijving aanvullen’, door: datasteward." in back
    assert "Sluiten zonder besluit" not in back
    assert after.count("Sluiten zonder besluit") == 1, "only of stopping"


def test_sending_back_needs_a_reason_and_shows_it(steward, owner, submitted):
    back = {"decision": "return", "motivation": "De titel is te vaag.", "returnTo": "description"}
    assert do(owner, "Decide", back).status_code == 422
    assert do(owner, "Decide", back | {"returnReason": "De titel is te vaag."}).status_code == 302
    assert "De titel is te vaag." in page_of(steward, submitted)


def test_withdrawing_leaves_the_reason(owner, dataset, submitted):
    do(owner, "Decide", OPEN)
    run_until_idle()
    url = f"/desk/datasets/{dataset.id}/intrekken"
    assert owner.client.post(url, {"reason": ""}).status_code == 422
    assert owner.client.post(url, {"reason": "De telling klopte niet."}).status_code == 302
    assert register.get(by=owner.actor, dataset_id=dataset.id).publication == "withdrawn"


def test_a_dossier_is_stopped_with_a_reason(steward, submitted):
    assert steward.client.post(f"{submitted}/stoppen", {"stop-reason": ""}).status_code == 422
    assert steward.client.post(f"{submitted}/stoppen", {"stop-reason": "Toch niet."}).status_code == 302
    assert Dossier.objects.get().stage == "withdrawn"


def test_what_is_planned_is_let_out_by_the_owner(steward, owner, dataset, submitted):
    assert do(owner, "Decide", OPEN | {"decision": "planned", "embargoDate": "2099-01-01"}).status_code == 302
    run_until_idle()
    assert "Geef de data nu vrij" in page_of(owner, submitted)
    assert steward.client.post(f"{submitted}/vrijgeven").status_code == 403
    assert owner.client.post(f"{submitted}/vrijgeven").status_code == 302
    run_until_idle()
    assert register.get(by=owner.actor, dataset_id=dataset.id).availability == "beschikbaar"


def test_feedback_is_answered_once(steward, owner, submitted):
    do(owner, "Decide", OPEN)
    run_until_idle()
    release.give_feedback(slug=Dossier.objects.get().dataset_slug, text="De Dijkweg ontbreekt.", ip="192.0.2.7")
    item = release.feedback_for(by=steward.actor)[0]
    assert "De Dijkweg ontbreekt." in text_of(steward.client.get("/desk/meldingen"))
    url = f"/desk/meldingen/{item.id}"
    assert steward.client.post(url, {"text": ""}).status_code == 422
    assert steward.client.post(url, {"text": "Die staat er nu bij."}).status_code == 302
    assert steward.client.post(url, {"text": "Nog eens."}).status_code == 409


@pytest.mark.django_db(transaction=True)  # the anchor of the chain is written after the commit
def test_an_administrator_manages_people_and_sees_the_chain(merwede, person):
    admin = person(merwede, "administrator")
    given = {
        "email": "nieuw@merwede.example",
        "name": "Nieuw",
        "password": "een-heel-lange-zin-1",
        "organisation": str(merwede.id),
        "role": "viewer",
    }
    assert admin.client.post("/desk/beheer/personen/nieuw", given | {"password": "kort"}).status_code == 422
    assert admin.client.post("/desk/beheer/personen/nieuw", given).status_code == 302
    from sluis.foundation.models import User

    made = User.objects.get(email="nieuw@merwede.example")
    url = f"/desk/beheer/personen/{made.id}"
    assert "Lezer" in text_of(admin.client.get(url))
    assert admin.client.post(url, {"action": "close"}).status_code == 302
    answer = admin.client.post(url, {"action": f"revoke:{merwede.id}:viewer:"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/desk/beheer/personen"
    assert admin.client.get(url).status_code == 404
    made.refresh_from_db()
    assert not made.is_active
    assert "De keten is heel" in text_of(admin.client.get("/desk/beheer/logboek?controleer=1"))


def test_a_failed_job_can_run_again(merwede, person, queued):
    from sluis.foundation.models import Job

    admin = person(merwede, "administrator")
    job = Job.objects.filter(task__contains="ingest").get()
    assert admin.client.post(f"/desk/beheer/taken/{job.id}/opnieuw").status_code == 409
    Job.objects.filter(id=job.id).update(state="failed", attempts=4)
    url = f"/desk/beheer/taken/{job.id}/opnieuw"
    assert admin.client.post(url).status_code == 409, "a file is read again on its own page"
    assert url not in text_of(admin.client.get("/desk/beheer/taken"))
    Job.objects.filter(id=job.id).update(task="sluis.release.jobs.refresh")
    assert url in text_of(admin.client.get("/desk/beheer/taken"))
    assert admin.client.post(f"/desk/beheer/taken/{job.id}/opnieuw").status_code == 302
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 0)


def test_what_waits_for_something_outside_says_so_everywhere_and_runs_now(
    merwede, person, steward, queued, monkeypatch
):
    from sluis.foundation.models import Job
    from sluis.foundation.service import run_until_idle
    from sluis.kernel.errors import Unavailable
    from sluis.lake import operations

    def away(**_: object) -> None:
        raise Unavailable("storage.away", "De opslag is <weg>.")

    monkeypatch.setattr(operations, "complete", away)
    run_until_idle()
    job = Job.objects.get(task__contains="ingest")
    again = "Volgende poging: "
    page = text_of(steward.client.get(f"/desk/tabellen/{queued.id}"))
    assert "De opslag is &lt;weg&gt;." in page
    assert again in page
    assert again in text_of(steward.client.get(f"/desk/tabellen/{queued.id}/voortgang"))
    admin = person(merwede, "administrator")
    pages = "/desk/beheer/taken", "/desk/beheer/taken?state=waiting", f"/desk/beheer/taken/{job.id}"
    for page in map(text_of, map(admin.client.get, pages)):
        assert "Probeert het later weer" in page
        assert "De opslag is &lt;weg&gt;." in page
        assert "Volgende poging" in page
        assert f"/desk/beheer/taken/{job.id}/opnieuw" in page
    assert job.task not in text_of(admin.client.get("/desk/beheer/taken?state=ready"))
    assert admin.client.post(f"/desk/beheer/taken/{job.id}/opnieuw").status_code == 302
    monkeypatch.undo()
    run_until_idle()
    queued.refresh_from_db()
    assert queued.status == "ready"


def test_recurring_work_is_steered_from_the_page_of_jobs(merwede, person, steward):
    from sluis.foundation.models import Job, PausedWork

    admin = person(merwede, "administrator")
    page, steer = "/desk/beheer/taken", "/desk/beheer/taken/werk"
    name = "sluis.foundation.jobs_entry.sweep"
    assert "Er draait nu geen worker" in text_of(admin.client.get(page))
    assert admin.client.post(steer, {"task": name, "action": "pause"}).status_code == 302
    assert PausedWork.objects.get().task == name
    assert "Staat stil sinds" in text_of(admin.client.get(page))
    assert admin.client.post(steer, {"task": name, "action": "run"}).status_code == 302
    made = Job.objects.get(task=name)
    assert name in text_of(admin.client.get(f"{page}/{made.id}"))
    assert admin.client.post(steer, {"task": name, "action": "resume"}).status_code == 302
    assert admin.client.post(steer, {"task": name, "action": "resume"}).status_code == 409
    assert admin.client.post(steer, {"task": "os.system", "action": "run"}).status_code == 404
    assert admin.client.post(steer, {"task": name, "action": "explode"}).status_code == 404
    assert steward.client.post(steer, {"task": name, "action": "run"}).status_code == 403
    assert steward.client.get(f"{page}/{made.id}").status_code == 403
