"""The desk: a rule is changed as docs/how-to/wijzig-het-beleid.md says, without JavaScript, by two people."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.processes import deployed
from tests.refused import BAD

from sluis.foundation.service import grant, run_until_idle
from sluis.kernel.actor import SYSTEM
from sluis.process import service as door
from sluis.process.shipped import shipped

pytestmark = pytest.mark.django_db(transaction=True)
HTML = {"HTTP_ACCEPT": "text/html"}
PLACE = "/desk/beleid/tabellen/personal-data"
PLATES = (shipped("policies") / "personal-data.dmn").read_text()
CASES = (shipped("policies") / "cases" / "personal-data.csv").read_text()
AT = PLATES.index('"licence_plate"</text></inputEntry>')
NEW = PLATES[:AT] + PLATES[AT:].replace('"judge"', '"blocks"', 1)


@pytest.fixture(autouse=True)
def _settled(merwede: Any) -> None:
    deployed()


@pytest.fixture
def coordinator(merwede: Any, person: Any) -> Any:
    return person(merwede, "coordinator")


def posted(who: Any, path: str, status: int = 200, **fields: Any) -> str:
    response = who.client.post(path, fields, **HTML)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode() if status != 302 else response["Location"]


def hidden(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def upload(name: str, text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def test_a_new_officer_changes_the_policy_and_a_second_person_decides(
    coordinator: Any, owner: Any, steward: Any
) -> None:
    page = coordinator.client.get("/desk/beleid", **HTML).content.decode()
    assert "Wat zijn voor ons persoonsgegevens" in page
    why = "Kentekens zijn voor ons persoonsgegevens."
    cases = "\n".join(
        line.replace(",judge,", ",blocks,") if "licence_plate" in line else line for line in CASES.splitlines()
    )
    given = {"motivation": why, "file": upload("personal-data.dmn", NEW), "cases_file": upload("gevallen.csv", cases)}
    page = posted(coordinator, PLACE, action="compare", **given)
    assert "Regel 17 van ‘Behandeling’ wordt anders" in page
    assert "worden anders beslist" in page
    again = {"held": hidden(page, "held"), "motivation": why, "cases": cases}
    place = posted(coordinator, PLACE, 302, action="propose", **again)
    run_until_idle()
    assert "Leg het besluit vast" not in coordinator.client.get(place, **HTML).content.decode()
    page = owner.client.get(place, **HTML).content.decode()
    assert "Leg het besluit vast" in page
    said = {"decision": "approve", "answer": "Eens.", "expected": hidden(page, "expected")}
    posted(coordinator, place, 403, **said)
    posted(owner, place, 302, **said)
    assert door.source(door.current("policy", "personal-data").sha256) == NEW.encode()
    assert door.rule_cases("personal-data") == cases.encode()
    assert why in owner.client.get("/beleid/tabellen/personal-data", **HTML).content.decode()
    steward_page = steward.client.get(PLACE, **HTML).content.decode()
    assert "Nieuwe versie" not in steward_page  # reads along, proposes nothing
    assert steward.client.post(PLACE, {"action": "propose", **again}, **HTML).status_code == 403


def test_the_inbox_and_the_task_show_what_the_proposal_changes(coordinator: Any, owner: Any) -> None:
    made = door.propose(
        by=coordinator.actor, kind="policy", key="personal-data", xml=NEW.encode(), motivation="Kentekens."
    )
    run_until_idle()
    inbox = owner.client.get("/desk/", **HTML).content.decode()
    assert "Wat zijn voor ons persoonsgegevens" in inbox
    task = door.proposal(by=owner.actor, proposal_id=made.id).task_id
    page = owner.client.get(f"/desk/taken/{task}", **HTML).content.decode()
    assert "Regel 17 van ‘Behandeling’ wordt anders" in page
    assert f'href="/desk/beleid/voorstellen/{made.id}"' in page
    said = {"veld-decision": "approve", "veld-answer": "Eens."}
    given = said | {"version": hidden(page, "version"), "expected": hidden(page, "expected")}
    posted(owner, f"/desk/taken/{task}", 302, **given)
    assert door.current("policy", "personal-data").sha256 == made.definition_sha256
    whole = owner.client.get(f"/desk/processen/{made.instance_id}", **HTML).content.decode()
    assert f'href="/desk/beleid/voorstellen/{made.id}"' in whole


def test_who_proposed_reads_why_it_came_back(coordinator: Any, owner: Any) -> None:
    made = door.propose(
        by=coordinator.actor, kind="policy", key="personal-data", xml=NEW.encode(), motivation="Kentekens."
    )
    run_until_idle()
    task = door.proposal(by=owner.actor, proposal_id=made.id).task_id
    door.return_task(by=owner.actor, task_id=task, to="Propose", reason="Welke kentekens?")
    page = coordinator.client.get(f"/desk/beleid/voorstellen/{made.id}", **HTML).content.decode()
    assert "Welke kentekens?" in page
    assert "Sluis legt de vergelijking vast" not in page
    assert "Naar uw taak" in page


def test_a_faulty_process_shows_where_it_goes_wrong(coordinator: Any) -> None:
    xml = (shipped("processes") / "regel-wijzigen.bpmn").read_text().replace('sluis:role="data_owner" ', "")
    given = {"motivation": "Stuk.", "file": upload("regel-wijzigen.bpmn", xml)}
    page = posted(coordinator, "/desk/beleid/processen/regel-wijzigen", 422, action="compare", **given)
    assert "noemt geen rol" in page
    assert 'href="#stap-Decide"' in page
    assert "sluis-bpmn--fault" in page
    assert door.proposals(by=coordinator.actor) == ()


def test_every_refused_file_says_and_shows_where(coordinator: Any) -> None:
    places = {"process": "processen/regel-wijzigen", "policy": "tabellen/review"}
    for bad in BAD:
        given = {"motivation": "Stuk.", "file": upload(f"stuk.{'bpmn' if bad.kind == 'process' else 'dmn'}", bad.text)}
        page = posted(coordinator, f"/desk/beleid/{places[bad.kind]}", 422, action="compare", **given)
        if "10 MB" in bad.mistake:
            assert "groter dan 10 MB" in page, bad.mistake
        elif bad.mistake == "external entity":
            assert "DOCTYPE" in page
        else:
            assert f">{bad.element}</code>" in page, bad.mistake
            assert ("sluis-bpmn--fault" if bad.kind == "process" else "Waar het misgaat") in page, bad.mistake
        assert "Stel voor" not in page
    assert door.proposals(by=coordinator.actor) == ()


def test_a_rule_that_is_wrong_is_marked_in_its_table(coordinator: Any) -> None:
    bad = next(one for one in BAD if one.mistake == "overlap")
    given = {"motivation": "Stuk.", "file": upload("review.dmn", bad.text)}
    page = posted(coordinator, "/desk/beleid/tabellen/review", 422, action="compare", **given)
    row = page.split('<tr class="sluis-fault">')[1].split("</tr>")[0]
    assert "De regels 1 en 2 gelden allebei" in row
    assert page.count('class="sluis-fault"') == 1


def test_the_text_of_the_editor_is_kept_to_the_letter(coordinator: Any) -> None:
    page = coordinator.client.get(f"{PLACE}/bewerken", **HTML).content.decode()
    assert "licence_plate" in page
    typed = {"xml": NEW.replace("\n", "\r\n"), "motivation": "Als tekst."}
    page = posted(coordinator, PLACE, action="compare", **typed)
    posted(coordinator, PLACE, 302, action="propose", held=hidden(page, "held"), motivation="Als tekst.")
    (made,) = door.proposals(by=coordinator.actor)
    assert door.source(made.definition_sha256) == NEW.encode()


def test_a_new_policy_is_named_after_its_file(coordinator: Any) -> None:
    new = PLATES.replace("Wat zijn voor ons", "Wat heten voor ons")
    given = {"motivation": "Nieuw.", "file": upload("Onze regels.dmn", new)}
    page = posted(coordinator, "/desk/beleid/nieuw", action="compare", **given)
    assert 'action="/desk/beleid/tabellen/onze-regels"' in page
    given = {"motivation": "Nieuw.", "file": upload("iets.txt", new)}
    posted(coordinator, "/desk/beleid/nieuw", 422, action="compare", **given)


def test_who_proposes_for_more_organisations_chooses_one(
    coordinator: Any, owner: Any, elsewhere: Any, merwede: Any
) -> None:
    grant(by=SYSTEM, user_id=coordinator.user.id, organisation_id=elsewhere.id, role="coordinator")
    given = {"motivation": "Kentekens.", "file": upload("personal-data.dmn", NEW)}
    page = posted(coordinator, PLACE, action="compare", **given)
    assert "Provincie Elders" in page
    again = {"held": hidden(page, "held"), "motivation": "Kentekens."}
    page = posted(coordinator, PLACE, 422, action="propose", **again)
    assert "Kies voor welke organisatie u dit voorstelt." in page
    assert "Stel voor" in page
    place = posted(coordinator, PLACE, 302, action="propose", organisation=str(merwede.id), **again)
    run_until_idle()
    assert "Leg het besluit vast" in owner.client.get(place, **HTML).content.decode()
    posted(coordinator, PLACE, 422, action="propose", organisation="0", **again)
