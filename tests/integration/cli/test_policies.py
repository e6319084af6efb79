"""`sluis policy test` and `diff` on files, as somebody types them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.cli.terminal import speech
from sluis.process.shipped import shipped

runner = CliRunner()


@pytest.fixture(autouse=True)
def _silence_after():
    yield
    speech.json = speech.quiet = speech.no_input = False


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Licence plates are personal data for us: the file changed, its cases not yet."""
    text = (shipped("policies") / "personal-data.dmn").read_text(encoding="utf-8")
    head, plate, tail = text.partition('<text>"licence_plate"</text>')
    assert plate
    (tmp_path / "cases").mkdir()
    cases = (shipped("policies") / "cases" / "personal-data.csv").read_bytes()
    (tmp_path / "cases" / "personal-data.csv").write_bytes(cases)
    (tmp_path / "personal-data.dmn").write_text(head + plate + tail.replace('"judge"', '"blocks"', 1), encoding="utf-8")
    return tmp_path / "personal-data.dmn"


def said(*words: object) -> tuple[int, dict]:
    found = runner.invoke(app, ["policy", *map(str, words), "--json"])
    return found.exit_code, json.loads(found.stdout)


def test_all_policies_decide_their_cases():
    code, document = said("test")
    assert code == 0
    assert document["sound"]
    assert len(document["policies"]) == 20
    assert all(policy["cases"] and not policy["untouched"] for policy in document["policies"])


def test_a_changed_rule_shows_the_case_that_fails(changed):
    code, document = said("test", changed)
    assert code == 1
    failures = document["policies"][0]["failures"]
    assert {(failure["expected"], failure["got"]) for failure in failures} == {("judge", "blocks")}
    text = runner.invoke(app, ["policy", "test", str(changed)]).stdout
    assert f"rij {failures[0]['row']}" in text


def test_what_is_decided_otherwise(changed, tmp_path):
    old = shipped("policies") / "personal-data.dmn"
    lines = tmp_path / "earlier.jsonl"
    lines.write_text(
        '{"id": "dossier 1", "inputs": {"kind": "licence_plate", "confidence": "sure"}}\n'
        '{"id": "dossier 2", "inputs": {"kind": "bsn", "confidence": "sure"}}\n'
    )
    code, document = said("diff", old, changed, "--inputs", lines, "--decision", "PersonalData")
    assert code == 0
    assert document["total"] == 2
    assert [(d["id"], d["before"], d["after"]) for d in document["differences"]] == [("dossier 1", "judge", "blocks")]
    assert said("diff", old, changed)[1]["total"] > 20


def test_a_policy_without_cases_is_not_sound(changed):
    (changed.parent / "cases" / "personal-data.csv").unlink()
    assert said("test", changed)[0] == 1
