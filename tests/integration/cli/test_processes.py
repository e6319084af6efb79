"""The command as a process: it serves and stops, imports and refuses, and keeps to its exit codes."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from tests import serving
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """Nothing there yet."""
    return serving.surroundings(tmp_path / "var")


@pytest.fixture
def up_to_date(surroundings: dict[str, str], migrated: Path) -> dict[str, str]:
    """A site in which nothing happened yet."""
    shutil.copytree(migrated, surroundings["SLUIS_DATA"])
    return surroundings


def sluis(surroundings: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sluis", *words]
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_it_serves_until_it_is_told_to_stop(number: signal.Signals, surroundings: dict[str, str]) -> None:
    address = f"http://127.0.0.1:{surroundings['SLUIS_PORT']}/readyz"
    with serving.running(surroundings, "serve", "--json") as server:
        assert serving.ready(address, server)
        server.send_signal(number)
        out, _err = server.communicate(timeout=PATIENCE_SECONDS)
    assert server.returncode == 0
    assert json.loads(out)["url"] in address


def test_who_is_killed_leaves_nobody_on_its_port(up_to_date: dict[str, str]) -> None:
    with serving.running(up_to_date, "serve") as server:
        assert serving.ready(f"http://127.0.0.1:{up_to_date['SLUIS_PORT']}/readyz", server)
        others = psutil.Process(server.pid).children(recursive=True)
        server.kill()
        assert others
        assert psutil.wait_procs(others, timeout=PATIENCE_SECONDS)[1] == []


def test_an_import_that_is_asked_to_stop_leaves_nothing_half(up_to_date: dict[str, str], tmp_path: Path) -> None:
    large, work = tmp_path / "groot.csv", Path(up_to_date["SLUIS_DATA"], "tmp")
    large.touch()
    os.truncate(large, 3_000_000_000)
    with serving.running(up_to_date, "import", str(large)) as command:
        while not (begun := list(work.glob("blob-*"))) and command.poll() is None:
            time.sleep(0.01)
        command.terminate()
        command.communicate(timeout=PATIENCE_SECONDS)
    assert begun
    assert command.returncode == 130
    assert list(work.iterdir()) == []


FILL = """
from sluis.cli.start import start
start()
from tests.integration.release.catalogue import fill
fill()
"""


def test_a_host_that_is_ready_lists_what_is_public(up_to_date: dict[str, str]) -> None:
    """Its disk is new, or from before the newest release; and nobody does jobs, which would mend it later."""
    environment = up_to_date | {"SLUIS_JOBS": "0"}
    site = f"http://127.0.0.1:{environment['SLUIS_PORT']}"
    subprocess.run([sys.executable, "-c", FILL], env=environment, check=True, capture_output=True)
    set_to = "UPDATE release_publicdataset SET kind = '{}', revision = {} WHERE slug LIKE 'bushaltes%'"
    found = []
    for now in (("withdrawn", 1), ("open", 1000)):
        with closing(sqlite3.connect(Path(environment["SLUIS_DATA"], "sluis.sqlite3"))) as database, database:
            assert database.execute(set_to.format(*now)).rowcount == 1
        with serving.running(environment, "serve") as server:
            assert serving.ready(f"{site}/readyz", server)
            found.append([_total(f"{site}/api/v1/datasets?q={word}") for word in ("fietstellingen", "bushalte")])
    assert found == [[1, 0], [1, 1]]


def _total(address: str) -> int:
    with urlopen(address, timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)["total"]


def test_a_taken_port_is_said_in_plain_words(up_to_date: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(up_to_date["SLUIS_PORT"])))
        taken.listen()
        refused = sluis(up_to_date, "serve", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["code"] == "serve.address"


def test_an_import_accounts_for_every_row_and_a_refusal_is_a_problem(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    good, missing = tmp_path / "bankjes.csv", tmp_path / "er-niet.csv"
    good.write_text("nummer;plaats\n001;Merwestad\n002;Lingedam\nstuk\n", encoding="utf-8")
    done = sluis(surroundings, "import", str(good), str(missing), "--json")
    report, problem = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert report["dataset"] == "bankjes"
    assert report["rows_read"] == report["rows_loaded"] + report["rows_rejected"] == 3
    assert [column["name"] for column in report["columns"]] == ["nummer", "plaats"]
    assert {"dialect", "warnings"} <= set(report)
    assert problem["status"] == 404
    assert problem["file"] == str(missing)


def test_a_refused_file_is_a_problem_and_leaves_no_dataset(up_to_date: dict[str, str], tmp_path: Path) -> None:
    refused = tmp_path / "geen-tabel.xlsx"
    refused.write_bytes(b"PK\x03\x04 this is not a spreadsheet")
    done = sluis(up_to_date, "import", str(refused), str(tmp_path), "--json")
    unreadable, folder = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert unreadable["type"].startswith(f"http://127.0.0.1:{up_to_date['SLUIS_PORT']}/problemen/")
    assert unreadable["status"] == 422
    assert folder["code"] == "import.folder"
    with closing(sqlite3.connect(Path(up_to_date["SLUIS_DATA"]) / "sluis.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM register_dataset").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM lake_tableversion").fetchone() == (0,)


def test_a_wrong_setting_is_named_and_nothing_starts(surroundings: dict[str, str]) -> None:
    refused = sluis(surroundings | {"SLUIS_PORT": "acht"}, "serve", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["errors"][0]["field"] == "port"
    assert not (Path(surroundings["SLUIS_DATA"]) / "sluis.sqlite3").exists()


def test_doctor_finds_a_new_folder_sound_and_a_cut_audit_chain_not(up_to_date: dict[str, str]) -> None:
    sound = sluis(up_to_date, "doctor", "--json")
    assert sound.returncode == 0, sound.stdout
    anchor = Path(up_to_date["SLUIS_DATA"]) / "audit-head.json"
    anchor.write_text('{"seq": 9, "hash": "gone"}')
    broken = sluis(up_to_date, "doctor", "--json")
    assert broken.returncode == 1
    findings = {finding["check"]: finding["state"] for finding in json.loads(broken.stdout)["findings"]}
    assert findings["audit"] == "bad"
