"""`sluis policy propose`, `proposals`, `decide`, `list` and `sluis process list`, as two people type them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.processes import deployed
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.cli.terminal import speech
from sluis.foundation.service import actor_by_email, create_organisation, create_person, grant
from sluis.kernel.actor import SYSTEM
from sluis.process.shipped import shipped

pytestmark = pytest.mark.django_db(transaction=True)
runner = CliRunner()


@pytest.fixture(autouse=True)
def _silence_after():
    yield
    speech.json = speech.quiet = speech.no_input = False


@pytest.fixture(autouse=True)
def _people(data_folder: Path) -> None:
    home = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
    for role in ("coordinator", "data_owner"):
        made = create_person(
            by=SYSTEM, email=f"{role}@merwede.example", name=role, password="een-lange-zin-om-mee-in-te-loggen"
        )
        grant(by=SYSTEM, user_id=made.id, organisation_id=home.id, role=role)
    deployed()


def told(*typed: str, code: int = 0) -> Any:
    said = runner.invoke(app, [*typed, "--json"])
    assert said.exit_code == code, said.output
    return json.loads(said.stdout) if code == 0 else said.output


def test_review_twice_a_year_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "review.dmn"
    file.write_bytes((shipped("policies") / "review.dmn").read_bytes().replace(b'"P1Y"', b'"P6M"', 1))
    boss, owner = ("--as", "coordinator@merwede.example"), ("--as", "data_owner@merwede.example")
    away = create_organisation(by=SYSTEM, slug="elders", name="Provincie Elders")
    both = actor_by_email("coordinator@merwede.example").user_id
    grant(by=SYSTEM, user_id=both, organisation_id=away.id, role="coordinator")
    asked = ("policy", "propose", str(file), *boss, "--motivation", "Twee keer per jaar.")
    told(*asked, code=1)
    made = told(*asked, "--organisation", "merwede")
    assert [one["what"] for one in made["changes"]] == ["rule"]
    assert made["cases"]["otherwise"]
    assert told("policy", "proposals", *owner)[0]["may_decide"]
    said = ("policy", "decide", made["proposal"], "--approve", "--motivation", "Eens.")
    told(*said, *boss, code=1)
    assert told(*said, *owner)["state"] == "approved"
    held = {one["key"]: one["sha256"] for one in told("policy", "list")}
    assert held["review"] == made["definition"]
    assert "regel-wijzigen" in {one["key"] for one in told("process", "list")}
