"""`sluis transformation`, as somebody types it: from a file to a version, and to a new key."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.cli.terminal import speech
from sluis.kernel.errors import Invalid, NotFound

pytestmark = pytest.mark.django_db(transaction=True)
runner = CliRunner()
MODEL = """layer: gold
start: hand
sql: |
  SELECT naam, leeftijd FROM mensen
steps:
  - {do: pseudonymise, columns: [naam]}
  - {do: k_anonymise, columns: [leeftijd], k: 2}
tests:
  - {name: niemand onder de 18, sql: SELECT * FROM kinderen WHERE leeftijd < 18}
"""


@pytest.fixture(autouse=True)
def _silence_after() -> Any:
    yield
    speech.json = speech.quiet = speech.no_input = False


@pytest.fixture
def model(data_folder: Path, tmp_path: Path) -> Path:
    for name in ("mensen", "kinderen"):
        file = tmp_path / f"{name}.csv"
        file.write_text("naam;leeftijd\nAnna;20\nBert;20\nCees;30\n")
        made = runner.invoke(app, ["import", str(file)])
        assert made.exit_code == 0, made.output
    path = tmp_path / "model.yaml"
    path.write_text(MODEL)
    return path


def told(*words: str, code: int = 0) -> Any:
    done = runner.invoke(app, ["transformation", *words, "--json"])
    assert done.exit_code == code, (done.output, done.exception)
    return json.loads(done.stdout)


def test_from_a_file_to_a_version_and_a_new_key(model: Path) -> None:
    tried = told("check", "kinderen", str(model))
    assert (tried["rows"], tried["columns"], tried["failed"]) == (2, ["naam", "leeftijd"], [])
    assert tried["figures"]["left_out"] == 1
    with pytest.raises(NotFound):
        runner.invoke(app, ["transformation", "show", "kinderen"], catch_exceptions=False)
    put = told("put", "kinderen", str(model))
    assert (put["dataset"], put["number"], put["inputs"], put["standing"]) == ("kinderen", 1, ["mensen"], "new")
    first = told("run", "kinderen")
    assert (first["state"], first["rows"], first["definition"]) == ("made", 2, 1)
    assert told("run", "kinderen")["state"] == "unchanged"
    assert told("rotate", "kinderen")["key"] == 2
    assert told("run", "kinderen")["state"] == "made"
    shown = told("show", "kinderen")
    assert [run["state"] for run in shown["runs"]] == ["made", "unchanged", "made"]
    assert shown["sql"] == "SELECT naam, leeftijd FROM mensen"
    assert [row["standing"] for row in told("list")] == ["good"]
    assert told("pause", "kinderen")["paused"]
    assert not told("resume", "kinderen")["paused"]
    assert told("remove", "kinderen")["removed"]
    assert told("list") == []


def test_for_people_it_is_told_in_words_and_what_fails_ends_with_one(model: Path) -> None:
    model.write_text(MODEL.replace("< 18", "< 25"))
    checked = runner.invoke(app, ["transformation", "check", "kinderen", str(model)])
    assert checked.exit_code == 1
    assert "Toets ‘niemand onder de 18’ geeft 2 rijen." in checked.output
    assert "Kleinste groep (leeftijd): 1 → 2; rijen alleen: 1 → 0" in checked.output
    told("put", "kinderen", str(model))
    run = runner.invoke(app, ["transformation", "run", "kinderen"])
    assert run.exit_code == 1
    assert "komt niet door de toetsen" in run.output


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sql: SELECT 1\nnaam: x\n", "transformation.document"),
        ("sql: [\n", "transformation.yaml"),
        ("layer: gold\n", "sql.empty"),
        ("sql: SELECT * FROM kinderen\n", "transformation.circle"),
    ],
)
def test_a_file_that_is_wrong_is_refused_and_says_why(model: Path, text: str, code: str) -> None:
    model.write_text(text)
    with pytest.raises(Invalid) as refused:
        runner.invoke(app, ["transformation", "put", "kinderen", str(model)], catch_exceptions=False)
    assert refused.value.code == code
