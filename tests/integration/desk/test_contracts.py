"""The contract of a dataset in the desk: from a proposal through form and text to force, and what came out."""

import re
from typing import Any

import pytest

from sluis.foundation.service import run_until_idle
from sluis.lake import service as lake
from sluis.lake.contracts import yaml_text
from sluis.lake.contracts.types import ContractStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(table: Any) -> str:
    return f"/desk/datasets/{table.dataset_id}/afspraken"


@pytest.fixture
def manager(merwede: Any, person: Any) -> Any:
    return person(merwede, "data_manager")


def do(client: Any, page: str, action: str, **more: Any) -> Any:
    return client.post(page, {"action": action, **more})


def draft_of(steward: Any, table: Any) -> Any:
    every = lake.contracts(by=steward.actor, dataset_id=table.dataset_id)
    return next(one for one in every if one.status is ContractStatus.DRAFT)


def test_a_proposal_goes_through_the_form_into_force(page, table, steward, manager):
    assert "Nog geen afspraken" in steward.client.get(page).content.decode()
    assert do(steward.client, page, "propose").status_code == 302
    edit = steward.client.get(f"{page}/bewerken").content.decode()
    given = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', edit))
    cells = {"maximum-datum": "2026-06-30", "valid-straat": "Dijkweg\nKade\nSluisplein", "required-straat": "1"}
    answer = steward.client.post(
        f"{page}/bewerken", {**cells, "version": "1.0.0", "expected": given["expected"], "age": "2", "unit": "w"}
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    draft = draft_of(steward, table)
    content = yaml_text.read(draft.text).content
    column = {one["name"]: one for one in content["schema"][0]["properties"]}
    assert column["datum"]["logicalTypeOptions"] == {"maximum": "2026-06-30"}
    assert column["straat"]["quality"][-1]["arguments"] == {"validValues": ["Dijkweg", "Kade", "Sluisplein"]}
    assert content["slaProperties"] == [
        {"property": "frequency", "value": 2, "unit": "w", "element": content["schema"][0]["name"]}
    ]
    tried = do(steward.client, page, "try", contract=draft.id).content.decode()
    assert "Niet nagekomen" in tried
    assert "Rijen die niet voldoen: 1." in tried
    assert do(steward.client, page, "in-force", contract=draft.id, expected=draft.sha256).status_code == 403
    assert do(manager.client, page, "in-force", contract=draft.id, expected="0" * 64).status_code == 409
    assert do(manager.client, page, "in-force", contract=draft.id, expected=draft.sha256).status_code == 302
    run_until_idle()
    shown = steward.client.get(page).content.decode()
    assert "In werking: versie 1.0.0" in shown
    assert "Rijen die niet voldoen: 1." in shown
    assert shown.index("Niet nagekomen</span> Rijen") < shown.index(">Nagekomen<"), "what is not kept stands first"
    told = steward.client.get("/desk/berichten").content.decode()
    assert "voldoet niet aan de afspraken" in told
    assert page in told
    assert "does not keep its contract" in steward.client.get("/en/desk/berichten").content.decode()


def test_text_names_the_line_and_keeps_what_was_typed(page, table, steward):
    do(steward.client, page, "propose")
    draft = draft_of(steward, table)
    wrong = draft.text.replace("status: active", "status: [") + "eigenDeel: blijft\n"
    answer = steward.client.post(f"{page}/tekst", {"text": wrong, "expected": draft.sha256})
    assert answer.status_code == 422
    assert re.search(r"Regel \d+, kolom \d+:", answer.content.decode())
    assert "eigenDeel: blijft" in answer.content.decode()
    good = draft.text + "eigenDeel: blijft\n"
    assert steward.client.post(f"{page}/tekst", {"text": good, "expected": draft.sha256}).status_code == 302
    assert "1 onderdeel dat Sluis niet controleert" in steward.client.get(page).content.decode()
    stale = steward.client.post(f"{page}/tekst", {"text": draft.text, "expected": draft.sha256})
    assert stale.status_code == 409
    file = steward.client.get(f"/desk/contracten/{draft.id}.odcs.yaml")
    assert file.content.decode() == good


def test_a_cell_that_is_no_number_is_named(page, table, steward):
    do(steward.client, page, "propose")
    answer = steward.client.post(
        f"{page}/bewerken", {"version": "1.0.0", "age": "veel", "expected": draft_of(steward, table).sha256}
    )
    assert answer.status_code == 422
    assert "‘veel’ is geen getal." in answer.content.decode()
    given = {"version": "1.0.0", "maximum-datum": "morgen", "expected": draft_of(steward, table).sha256}
    said = steward.client.post(f"{page}/bewerken", given).content.decode()
    assert "Grootste waarde van datum: Schrijf ‘morgen’ anders, zoals 2026-01-31" in said, (
        "the list at the top names the cell"
    )
    place = re.search(r'name="maximum-datum" [^>]*aria-invalid="true" aria-describedby="([^"]+)" value="morgen"', said)
    assert place
    assert f'id="{place[1]}">Fout: Schrijf ‘morgen’' in said


def test_a_version_that_drops_a_promise_says_so(page, table, steward, manager):
    do(steward.client, page, "propose")
    draft = draft_of(steward, table)
    do(manager.client, page, "in-force", contract=draft.id, expected=draft.sha256)
    less = draft.text.replace("required: true", "required: false").replace("version: 1.0.0", "version: 2.0.0")
    assert steward.client.post(f"{page}/tekst", {"text": less, "expected": ""}).status_code == 302
    shown = steward.client.get(page).content.decode()
    assert "Laat een belofte vallen" in shown
    assert "Deze beloften vallen weg:" in shown
    assert do(manager.client, page, "drop", contract=draft_of(steward, table).id).status_code == 302
    run_until_idle()
    assert do(steward.client, page, "check").status_code == 302
    held = lake.contract_in_force(by=steward.actor, dataset_id=table.dataset_id)
    assert held is not None
    assert do(manager.client, page, "retire", contract=held.id).status_code == 302
    assert lake.contract_in_force(by=steward.actor, dataset_id=table.dataset_id) is None


def test_another_organisation_sees_nothing(page, table, steward, stranger):
    do(steward.client, page, "propose")
    assert stranger.client.get(page).status_code == 404
    assert stranger.client.get(f"{page}/bewerken").status_code == 404
    assert stranger.client.get(f"/desk/contracten/{draft_of(steward, table).id}.odcs.yaml").status_code == 404
