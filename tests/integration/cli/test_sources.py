"""`sluis source` as a process: from a folder to a version, with a secret that never stands on the command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests import serving


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bankjes.csv").write_text("nummer;plaats\n001;Merwestad\n")
    return serving.surroundings(tmp_path / "var") | {"SLUIS_FOLDERS": str(tmp_path / "in")}


def sluis(surroundings: dict[str, str], *words: str, stdin: str = "") -> tuple[int, Any]:
    command = [sys.executable, "-m", "sluis", *words, "--json"]
    done = subprocess.run(
        command, env=surroundings, capture_output=True, text=True, timeout=120, check=False, input=stdin
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_folder_becomes_a_version_and_is_followed(surroundings: dict[str, str], tmp_path: Path) -> None:
    assert sluis(surroundings, "import", str(tmp_path / "in" / "bankjes.csv"))[0] == 0
    place = ("--set", f"folder={tmp_path / 'in'}", "--set", "pattern=*.csv")
    code, made = sluis(
        surroundings, "source", "add", "bankjes", "folder", "--title", "Map", *place, "--every", "day", "--at", "06:30"
    )
    assert code == 0, made
    assert made["schedule"] == {"every": "day", "count": 0, "at": "06:30"}
    assert made["next_at"]
    assert sluis(surroundings, "source", "check", made["id"])[0] == 0
    code, run = sluis(surroundings, "source", "run", made["id"])
    assert (code, run["state"], run["rows"]) == (0, "loaded", 1), run
    assert sluis(surroundings, "source", "run", made["id"])[1]["state"] == "unchanged"
    (tmp_path / "in" / "bankjes.csv").unlink()
    code, failed = sluis(surroundings, "source", "run", made["id"])
    assert (code, failed["state"]) == (1, "failed")
    assert "*.csv" in failed["failure"]
    assert [row["standing"] for row in sluis(surroundings, "source", "list")[1]] == ["failed"]
    shown = sluis(surroundings, "source", "show", made["id"])[1]
    assert [r["state"] for r in shown["runs"]] == ["failed", "unchanged", "loaded"]
    assert sluis(surroundings, "source", "pause", made["id"])[1]["paused"]
    assert not sluis(surroundings, "source", "resume", made["id"])[1]["paused"]
    assert sluis(surroundings, "source", "remove", made["id"])[1]["removed"]
    assert sluis(surroundings, "source", "list")[1] == []


DUE = """
from sluis.cli.start import start
start()
from sluis.kernel import clock
from sluis.lake.models import Source
from sluis.lake.sourcing.running import claim_due
Source.objects.update(next_at=clock.now())
assert claim_due() == 1
"""


def test_a_run_that_waits_for_a_worker_is_done_by_who_asks(surroundings: dict[str, str], tmp_path: Path) -> None:
    sluis(surroundings, "import", str(tmp_path / "in" / "bankjes.csv"))
    place = ("--set", f"folder={tmp_path / 'in'}", "--set", "pattern=*.csv", "--every", "day", "--at", "06:30")
    made = sluis(surroundings, "source", "add", "bankjes", "folder", "--title", "Map", *place)[1]
    subprocess.run([sys.executable, "-c", DUE], env=surroundings, check=True, timeout=120)
    code, run = sluis(surroundings, "source", "run", made["id"])
    assert (code, run["state"], run["trigger"]) == (0, "loaded", "schedule"), run
    assert len(sluis(surroundings, "source", "show", made["id"])[1]["runs"]) == 1


def test_secrets_come_from_a_file_or_standard_input(surroundings: dict[str, str], tmp_path: Path) -> None:
    sluis(surroundings, "import", str(tmp_path / "in" / "bankjes.csv"))
    web = ("source", "add", "bankjes", "http-file", "--title", "Web", "--set", "url=https://bron.example/x.csv")
    code, made = sluis(surroundings, *web, "--secret", "token=-", stdin="zeer-geheim-5\n")
    assert code == 0, made
    assert made["secrets"] == ["token"]
    assert "zeer-geheim-5" not in json.dumps(sluis(surroundings, "source", "show", made["id"]))
    code, refused = sluis(surroundings, *web, "--secret", "token=er-niet")
    assert (code, refused["code"]) == (1, "cli.secret")
    code, refused = sluis(surroundings, "source", "add", "bankjes", "http-file", "--title", "Web")
    assert (code, [error["field"] for error in refused["errors"]]) == (1, ["url"])
    assert sluis(surroundings, "source", "check", "x")[1]["code"] == "cli.source"
    names = [row["connector"] for row in sluis(surroundings, "source", "connectors")[1]]
    assert {"database", "demo", "folder", "http-file"} <= set(names)
