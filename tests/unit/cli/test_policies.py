"""`sluis policy` on files that stand on their own."""

import json
from pathlib import Path

import pytest
from tests.unit.process.models import decision, input_data, model, table
from typer.testing import CliRunner

from sluis.cli.main import app, run
from sluis.cli.terminal import speech

runner = CliRunner()
RULES = [("< 18", '"no"'), (">= 18", '"yes"')]


@pytest.fixture(autouse=True)
def _silence_after() -> None:
    speech.json = speech.quiet = speech.no_input = False


@pytest.fixture
def files(tmp_path: Path) -> Path:
    whole = decision("Result", table(("age",), ("",), RULES), needs=("age",))
    partly = decision("Result", table(("age",), ("",), RULES[:1]), needs=("age",))
    (tmp_path / "sound.dmn").write_bytes(model(input_data("age", "number"), whole))
    (tmp_path / "gap.dmn").write_bytes(model(input_data("age", "number"), partly))
    (tmp_path / "no.dmn").write_text("hello")
    (tmp_path / "in.json").write_text('{"age": 18.5, "extra": 1}')
    (tmp_path / "text.json").write_text('{"age": "eighteen"}')
    (tmp_path / "broken.json").write_text('{"age": }')
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "nan.json").write_text('{"age": NaN}')
    (tmp_path / "deep.json").write_text('{"age": ' + "[" * 100_000)
    return tmp_path


def called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The command as it is started: an error becomes an exit code and a problem document."""
    monkeypatch.setattr("sys.argv", ["sluis", "policy", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        run()
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


def test_a_decision_is_printed_with_the_rules_that_made_it(files, monkeypatch, capsys):
    words = ("evaluate", files / "sound.dmn", "--decision", "Result", "--input", files / "in.json", "--json")
    code, out, err = called(monkeypatch, capsys, *words)
    assert code == 0
    assert json.loads(out) == {
        "file": "sound.dmn",
        "decision": "Result",
        "value": "yes",
        "matched": {"Result": [2]},
        "faults": [],
    }
    assert "extra" in err


@pytest.mark.parametrize(
    ("file", "given", "name", "code"),
    [
        ("gap.dmn", "in.json", "Result", "policy.no-result"),
        ("sound.dmn", "text.json", "Result", "policy.no-result"),
        ("sound.dmn", "in.json", "Other", "dmn.no-decision"),
        ("no.dmn", "in.json", "Result", "dmn.refused"),
        ("sound.dmn", "broken.json", "Result", "policy.input-broken"),
        ("sound.dmn", "nan.json", "Result", "policy.input-broken"),
        ("sound.dmn", "deep.json", "Result", "policy.input-broken"),
        ("sound.dmn", "list.json", "Result", "policy.input-shape"),
    ],
)
def test_what_gives_no_result_is_a_problem_document(files, monkeypatch, capsys, file, given, name, code):
    words = ("evaluate", files / file, "--decision", name, "--input", files / given, "--json")
    left, out, _ = called(monkeypatch, capsys, *words)
    assert (left, json.loads(out)["code"]) == (1, code)


def test_all_faults_are_listed_with_their_element(files):
    good = runner.invoke(app, ["policy", "check", str(files / "sound.dmn"), "--json"])
    assert (good.exit_code, json.loads(good.stdout)) == (0, {"file": "sound.dmn", "sound": True, "faults": []})
    speech.json = False
    bad = runner.invoke(app, ["policy", "check", str(files / "gap.dmn"), "--json"])
    assert bad.exit_code == 1
    assert [(one["element"], one["code"]) for one in json.loads(bad.stdout)["faults"]] == [("t", "dmn.gap")]
    speech.json = False
    words = runner.invoke(app, ["policy", "check", str(files / "gap.dmn")])
    assert "t: Geen enkele regel geldt bij: age = 18" in words.stdout


def test_the_command_itself_may_be_wrong(files):
    assert runner.invoke(app, ["policy", "evaluate", str(files / "sound.dmn")]).exit_code == 2
    assert runner.invoke(app, ["policy", "check", str(files / "nothing.dmn")]).exit_code == 2
