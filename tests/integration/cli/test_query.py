"""`sluis query`, as somebody types it, on a table that was just imported."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.cli.terminal import speech
from sluis.kernel.errors import Invalid

pytestmark = pytest.mark.django_db(transaction=True)
runner = CliRunner()


@pytest.fixture(autouse=True)
def _silence_after() -> Any:
    yield
    speech.json = speech.quiet = speech.no_input = False


@pytest.fixture
def imported(data_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mooie-bomen.csv"
    file.write_text("soort;hoogte\neik;12\nbeuk;9\neik;20\n")
    made = runner.invoke(app, ["import", str(file)])
    assert made.exit_code == 0, made.output


def test_an_answer_comes_as_text_csv_and_json(imported: None) -> None:
    sql = "SELECT soort, sum(hoogte) AS som FROM mooie_bomen GROUP BY soort ORDER BY soort"
    assert runner.invoke(app, ["query", sql]).stdout.splitlines()[:2] == ["soort  som", "beuk   9"]
    assert runner.invoke(app, ["query", sql, "--csv"]).stdout == "soort,som\nbeuk,9\neik,32\n"
    assert json.loads(runner.invoke(app, ["query", sql, "--json"]).stdout) == [
        {"soort": "beuk", "som": 9},
        {"soort": "eik", "som": 32},
    ]


def test_what_is_not_open_is_not_there_for_the_public(imported: None) -> None:
    refused = _refused("SELECT * FROM mooie_bomen", "--public")
    assert refused.code == "sql.table"
    assert not refused.params["nearest"]


def test_a_refusal_names_the_nearest_table(imported: None) -> None:
    assert _refused("SELECT * FROM mooie_boom").detail().endswith("Bedoelde u: mooie_bomen?")


def _refused(*words: str) -> Invalid:
    error = runner.invoke(app, ["query", *words]).exception
    assert isinstance(error, Invalid)
    return error
