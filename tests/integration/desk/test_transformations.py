"""The pages of transformations: write, try out, save, run, follow, and the way back of each column."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.integration.lake.sources import settle

from sluis.lake import service as lake
from sluis.lake.models import Transformation
from sluis.register.service import create
from sluis.release.checks import anonymity
from sluis.release.evidence import subject_of
from sluis.release.source import whole_source

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = "naam;leeftijd;plaats\n" + "".join(f"Iemand-{n};{20 + n % 10};Tiel\n" for n in range(40)) + "Q;99;Buren\n"
FORM = {"sql": "SELECT * FROM mensen", "steps": "", "tests": "", "layer": "gold", "start": "inputs", "every": "",
        "count": "", "at": "", "expected": "0"}  # fmt: skip
STEPS = "- {do: drop, columns: [naam]}\n- {do: k_anonymise, columns: [leeftijd, plaats], k: 3}\n"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def people(steward: Any, dataset: Any, tmp_path: Path) -> UUID:
    """A second dataset, with rows."""
    made = create(by=steward.actor, organisation_id=dataset.organisation.id, title="Mensen").id
    path = tmp_path / "mensen.csv"
    path.write_text(ROWS)
    lake.ingest_now(by=steward.actor, dataset_id=made, path=path)
    settle()
    return made


def test_from_nothing_to_a_version_with_its_figures_and_its_way_back(steward: Any, dataset: Any, people: UUID) -> None:
    home = f"/desk/datasets/{dataset.id}/transformatie"
    assert "Deze tabel wordt niet uit andere gemaakt" in text(steward.client.get(home))
    added = text(steward.client.post(f"{home}/wijzigen", FORM | {"action": "example", "example": "k_anonymise"}))
    assert "do: k_anonymise" in added
    assert "k: 5" in added
    shown = text(steward.client.post(f"{home}/wijzigen", FORM | {"steps": STEPS, "action": "preview"}))
    assert "Hoe herkenbaar zijn mensen?" in shown
    assert "Weggelaten kolommen: naam." in shown
    assert "Weggelaten rijen: 1." in shown
    assert "Iemand-1" not in shown
    assert not Transformation.objects.exists()
    answer = steward.client.post(f"{home}/wijzigen", FORM | {"steps": STEPS, "action": "save"})
    assert (answer.status_code, answer["Location"]) == (302, home)
    made = Transformation.objects.get()
    run = steward.client.post(f"/desk/transformaties/{made.id}/doe", {"action": "run"})["Location"]
    assert "Staat in de rij" in text(steward.client.get(run))
    assert steward.client.get(f"{run}/voortgang").status_code == 200
    settle()
    assert steward.client.get(f"{run}/voortgang")["HX-Redirect"] == run
    done = text(steward.client.get(run))
    assert "Nieuwe versie" in done
    assert "Rijen in de kleinste groep" in done
    subject = subject_of(whole_source(dataset.id), {"quasiIdentifiers": ["leeftijd"]})
    [fact] = [one for one in anonymity.groups(subject)[1] if one.code == anonymity.STEPS]
    assert (fact.blocks, fact.params["rows_before"], fact.params["rows_after"], fact.params["left_out"]) == (
        False, 41, 40, 1
    )  # fmt: skip
    page = text(steward.client.get(home))
    for words in ("In orde", "<svg", "Mensen", "mensen.csv", "aangeleverd bestand", "Mensen: leeftijd", "goud"):
        assert words in page, words
    assert "Mensen" in text(steward.client.get(f"/desk/datasets/{people}/transformatie"))
    assert dataset.title in text(steward.client.get("/desk/transformaties"))


def test_what_is_wrong_stands_at_its_field(steward: Any, dataset: Any, people: UUID) -> None:
    address = f"/desk/datasets/{dataset.id}/transformatie/wijzigen"
    for given, words in (
        ({"steps": "- {do: weg}"}, "Stap 1: Kies bij ‘do’ uit"),
        (
            {"steps": "- {do: drop, columns: [naam]}\n- {do: drop, columns: [elders]}"},
            "Stap 2: De kolom elders is er niet (meer). Wel: leeftijd, plaats.",
        ),
        ({"steps": "niets"}, "Hier klopt de YAML niet"),
        ({"tests": "- name: geen sql"}, "Een toets heeft een naam en SQL"),
        ({"sql": "SELECT * FROM elders"}, "De tabel “elders” is er niet"),
        ({"sql": "SELECT * FROM menschen"}, "u mag hem niet zien. Bedoelde u: mensen?"),
        ({"sql": "SELECT lefftijd FROM mensen"}, "De kolom “lefftijd” is er niet. Bedoelde u: leeftijd"),
        ({"start": "schedule", "every": "day", "at": "laat"}, "Vul een tijd in"),
    ):
        answer = steward.client.post(address, FORM | {"action": "save"} | given)
        assert (answer.status_code, words in text(answer)) == (422, True), (given, text(answer)[-3000:])
    assert not Transformation.objects.exists()


def test_a_change_keeps_what_was_written_and_one_from_an_old_page_is_refused(
    steward: Any, dataset: Any, people: UUID
) -> None:
    address = f"/desk/datasets/{dataset.id}/transformatie/wijzigen"
    steward.client.post(address, FORM | {"steps": STEPS, "action": "save"})
    form = text(steward.client.get(address))
    assert "k_anonymise" in form
    assert 'name="expected" value="1"' in form
    answer = steward.client.post(address, FORM | {"action": "save", "expected": "0"})
    assert answer.status_code == 409
    assert "Iemand anders heeft deze transformatie intussen gewijzigd." in text(answer)


def test_pause_resume_remove_and_a_failure_that_asks_for_somebody(steward: Any, dataset: Any, people: UUID) -> None:
    home = f"/desk/datasets/{dataset.id}/transformatie"
    tests = "- {name: niemand van 99, sql: SELECT * FROM mensen WHERE leeftijd = 99}"
    steward.client.post(f"{home}/wijzigen", FORM | {"tests": tests, "action": "save"})
    made = Transformation.objects.get()
    for action, words in (("pause", "Gepauzeerd"), ("resume", "Nog niet gemaakt")):
        assert words in text(
            steward.client.post(f"/desk/transformaties/{made.id}/doe", {"action": action}, follow=True)
        )
    steward.client.post(f"/desk/transformaties/{made.id}/doe", {"action": "run"})
    settle()
    page = text(steward.client.get(home))
    assert "De nieuwe tabel komt niet door de toetsen." in page
    assert "‘niemand van 99’ geeft 1 rijen" in page
    assert "Herstel de transformatie" in text(steward.client.get("/desk/"))
    assert steward.client.post(f"/desk/transformaties/{made.id}/doe", {"action": "weg"}).status_code == 404
    assert "verdwijnt" in text(steward.client.get(f"/desk/transformaties/{made.id}/verwijderen"))
    steward.client.post(f"/desk/transformaties/{made.id}/verwijderen")
    assert not Transformation.objects.exists()
