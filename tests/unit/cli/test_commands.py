"""What every command promises: `--json`, help, and words on the right channel."""

import json

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from sluis.cli import terminal
from sluis.cli.describe import from_pairs
from sluis.cli.main import app
from sluis.cli.terminal import problem, result, say, speech, table
from sluis.cli.users import new_password
from sluis.kernel.errors import Fault, Invalid

runner = CliRunner()


@pytest.fixture(autouse=True)
def _silence_after() -> None:
    speech.json = speech.quiet = speech.no_input = False


def commands(group, path: tuple[str, ...] = ()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(get_command(app)))


def test_the_commands_of_the_issue_are_there() -> None:
    assert {path[0] for path in ALL} == {
        "demo", "serve", "worker", "migrate", "doctor", "import", "release", "user", "config", "backup", "restore",
        "policy", "process", "team", "group", "jobs", "contract", "query", "table", "source", "move", "transformation",
        "dataset",
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(ALL), ids=" ".join)
def test_every_command_has_json_quiet_and_no_input_and_says_what_it_does(path: tuple[str, ...]) -> None:
    options = {declaration for parameter in ALL[path].params for declaration in parameter.opts}
    assert {"--json", "--quiet", "--no-input"} <= options
    assert ALL[path].help


def test_settings_are_shown_as_json_and_secrets_never(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "a-canary-that-is-long-enough-to-be-a-key"
    monkeypatch.setenv("SLUIS_SECRET_KEY", secret)
    shown = runner.invoke(app, ["config", "show", "--json"])
    assert shown.exit_code == 0
    assert {row["name"] for row in json.loads(shown.stdout)} >= {"SLUIS_DATA", "SLUIS_SECRET_KEY"}
    assert secret not in shown.output


def test_a_command_line_that_is_wrong_ends_with_2() -> None:
    assert runner.invoke(app, ["serve", "--no-such-thing"]).exit_code == 2
    assert runner.invoke(app, ["no-such-command"]).exit_code == 2


def test_remarks_go_to_stderr_and_results_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    say("bezig")
    result({"klaar": True}, "klaar")
    out, err = capsys.readouterr()
    assert (out.strip(), err.strip()) == ("klaar", "bezig")


def test_quiet_silences_remarks_and_json_replaces_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    speech.quiet = speech.json = True
    say("bezig")
    result({"klaar": True}, "klaar")
    out, err = capsys.readouterr()
    assert json.loads(out) == {"klaar": True}
    assert err == ""


def test_a_refusal_is_text_for_people_and_a_problem_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    fault = Fault("Regel {row} is kort.", "bedrag", 7, {"row": 7})
    error = Invalid("test.wrong", "{file} klopt niet.", way_out="Herstel het.", faults=[fault], file="a.csv")
    terminal.refuse(error)
    out, err = capsys.readouterr()
    assert out == ""
    assert "a.csv klopt niet. Herstel het." in err
    assert "Regel 7 is kort." in err
    assert problem(error)["status"] == 422
    assert problem(error)["errors"] == [{"field": "bedrag", "row": 7, "message": "Regel 7 is kort."}]


def test_a_table_lines_up() -> None:
    text = table([{"a": "lang woord", "b": 1}, {"a": "kort", "b": None}], {"a": "A", "b": "B"})
    assert text.splitlines() == ["A           B", "lang woord  1", "kort"]


def test_pairs_need_an_equals_sign() -> None:
    assert from_pairs(["frequency=DAILY", "rights = geen = niets"]) == {"frequency": "DAILY", "rights": "geen = niets"}
    with pytest.raises(Invalid):
        from_pairs(["frequency"])


def test_passwords_are_long_typable_and_never_the_same() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(p) == 23 and not set(p) & set("ilo01") for p in made)
