"""`sluis dataset add`, and a contract that one writes and another puts in force, as somebody types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.cli.terminal import speech
from sluis.kernel.errors import Conflict, NotAllowed, NotFound

pytestmark = pytest.mark.django_db(transaction=True)
runner = CliRunner()
STEWARD, OWNER = "steward@merwede.example", "eigenaar@merwede.example"


@pytest.fixture(autouse=True)
def _silence_after() -> Any:
    yield
    speech.json = speech.quiet = speech.no_input = False


@pytest.fixture
def people(data_folder: Path) -> Path:
    told("user", "organisation", "merwede", "--name", "Merwede")
    for email, role in ((STEWARD, "data_steward"), (OWNER, "data_owner")):
        told("user", "add", email, "--name", role, "--organisation", "merwede", "--role", role)
    return data_folder


def told(*words: str) -> Any:
    done = runner.invoke(app, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_dataset_is_made_before_its_data(people: Path) -> None:
    made = told("dataset", "add", "bomen", "--title", "Bomen", "--as", STEWARD)
    assert (made["dataset"], made["title"]) == ("bomen", "Bomen")
    assert told("table", "versions", "bomen", "--as", STEWARD) == []
    with pytest.raises(Conflict):
        told("dataset", "add", "bomen", "--title", "Nog eens", "--as", STEWARD)
    with pytest.raises(NotAllowed):
        told("dataset", "add", "struiken", "--title", "Struiken", "--organisation", "merwede", "--as", OWNER)


def test_who_decides_puts_the_draft_of_another_in_force(people: Path, tmp_path: Path) -> None:
    file, draft = tmp_path / "bomen.csv", str(tmp_path / "bomen.yaml")
    file.write_text("nr;soort\n1;eik\n2;es\n")
    told("dataset", "add", "bomen", "--title", "Bomen", "--as", STEWARD)
    told("import", str(file), "--as", STEWARD)
    told("contract", "draft", "bomen", "--out", draft, "--as", STEWARD)
    with pytest.raises(NotFound):
        told("contract", "enforce", "bomen", "--as", OWNER)
    assert told("contract", "put", "bomen", draft, "--as", STEWARD)["status"] == "draft"
    with pytest.raises(NotAllowed):
        told("contract", "enforce", "bomen", "--as", STEWARD)
    with pytest.raises(NotFound):
        told("contract", "enforce", "bomen", "--of", "9.0.0", "--as", OWNER)
    assert told("contract", "enforce", "bomen", "--of", "1.0.0", "--as", OWNER)["status"] == "in_force"
