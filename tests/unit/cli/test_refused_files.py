"""`sluis process check` and `sluis policy check` name the element of every mistake that a file can be refused for."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.refused import BAD, Bad
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.cli.terminal import speech


@pytest.fixture(autouse=True)
def _silence_after() -> Iterator[None]:
    yield
    speech.json = speech.quiet = speech.no_input = False


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.kind}-{bad.mistake}".replace(" ", "-"))
def test_the_mistake_is_named(bad: Bad, tmp_path: Path) -> None:
    file = tmp_path / ("regel.bpmn" if bad.kind == "process" else "regel.dmn")
    file.write_text(bad.text, encoding="utf-8")
    said = CliRunner().invoke(app, [bad.kind, "check", str(file), "--json"])
    assert said.exit_code == 1, said.output
    found = json.loads(said.stdout)
    assert not found["sound"]
    assert bad.element in {fault["element"] for fault in found["faults"]}
    assert all(fault["message"].strip() for fault in found["faults"])
