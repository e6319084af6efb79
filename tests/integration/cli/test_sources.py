"""`sluis source`: from a folder to a version, with a secret that never stands on the command line."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.commands import said as sluis

from sluis.kernel import clock
from sluis.lake.models import Source
from sluis.lake.sourcing.running import claim_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(data_folder: Path, tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Path:
    """With a file, outside the data folder; the operator opened it."""
    made = tmp_path_factory.mktemp("in")
    (made / "bankjes.csv").write_text("nummer;plaats\n001;Merwestad\n")
    settings.SLUIS = replace(settings.SLUIS, folders=(str(made),))
    return made


def test_a_folder_becomes_a_version_and_is_followed(folder: Path) -> None:
    assert sluis("import", folder / "bankjes.csv")[0] == 0
    place = ("--set", f"folder={folder}", "--set", "pattern=*.csv")
    code, made = sluis(
        "source", "add", "bankjes", "folder", "--title", "Map", *place, "--every", "day", "--at", "06:30"
    )
    assert code == 0, made
    assert made["schedule"] == {"every": "day", "count": 0, "at": "06:30"}
    assert made["next_at"]
    assert sluis("source", "check", made["id"])[0] == 0
    code, run = sluis("source", "run", made["id"])
    assert (code, run["state"], run["rows"]) == (0, "loaded", 1), run
    assert sluis("source", "run", made["id"])[1]["state"] == "unchanged"
    (folder / "bankjes.csv").unlink()
    code, failed = sluis("source", "run", made["id"])
    assert (code, failed["state"]) == (1, "failed")
    assert "*.csv" in failed["failure"]
    assert [row["standing"] for row in sluis("source", "list")[1]] == ["failed"]
    shown = sluis("source", "show", made["id"])[1]
    assert [r["state"] for r in shown["runs"]] == ["failed", "unchanged", "loaded"]
    assert sluis("source", "pause", made["id"])[1]["paused"]
    assert not sluis("source", "resume", made["id"])[1]["paused"]
    assert sluis("source", "remove", made["id"])[1]["removed"]
    assert sluis("source", "list")[1] == []


def test_a_run_that_waits_for_a_worker_is_done_by_who_asks(folder: Path) -> None:
    sluis("import", folder / "bankjes.csv")
    place = ("--set", f"folder={folder}", "--set", "pattern=*.csv", "--every", "day", "--at", "06:30")
    made = sluis("source", "add", "bankjes", "folder", "--title", "Map", *place)[1]
    Source.objects.update(next_at=clock.now())
    assert claim_due() == 1
    code, run = sluis("source", "run", made["id"])
    assert (code, run["state"], run["trigger"]) == (0, "loaded", "schedule"), run
    assert len(sluis("source", "show", made["id"])[1]["runs"]) == 1


def test_secrets_come_from_a_file_or_standard_input(folder: Path) -> None:
    sluis("import", folder / "bankjes.csv")
    web = ("source", "add", "bankjes", "http-file", "--title", "Web", "--set", "url=https://bron.example/x.csv")
    code, made = sluis(*web, "--secret", "token=-", stdin="zeer-geheim-5\n")
    assert code == 0, made
    assert made["secrets"] == ["token"]
    assert "zeer-geheim-5" not in json.dumps(sluis("source", "show", made["id"]))
    code, refused = sluis(*web, "--secret", "token=er-niet")
    assert (code, refused["code"]) == (1, "cli.secret")
    code, refused = sluis("source", "add", "bankjes", "http-file", "--title", "Web")
    assert (code, [error["field"] for error in refused["errors"]]) == (1, ["url"])
    assert sluis("source", "check", "x")[1]["code"] == "cli.source"
    names = [row["connector"] for row in sluis("source", "connectors")[1]]
    assert {"database", "demo", "folder", "http-file"} <= set(names)
