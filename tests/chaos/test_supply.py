"""What we install is what we locked, and after installing nothing needs the network."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.serving import surroundings

ROOT = Path(__file__).resolve().parents[2]


def test_every_locked_file_has_its_hash() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    bare = []
    for package in lock["package"]:
        source = package["source"]
        if "registry" not in source:
            assert package["name"] == "sluis", f"{package['name']} does not come from a registry: {source}"
            continue
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        bare += [file.get("url") for file in files if not re.fullmatch(r"sha256:[0-9a-f]{64}", file.get("hash", ""))]
    assert bare == []


def test_the_front_end_is_locked_with_hashes() -> None:
    import json

    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    bare = [name for name, package in lock["packages"].items() if name and not package.get("integrity")]
    assert bare == []


def test_the_command_works_without_any_network(tmp_path: Path) -> None:
    """In a network namespace with nothing in it, not even loopback up: migrate, import, doctor."""
    probe = subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True)
    if probe.returncode:
        pytest.skip("closing the network needs root and unshare")
    table = tmp_path / "bomen.csv"
    table.write_text("plaats;aantal\nGorinchem;1\nVianen;2\n")
    environment = surroundings(tmp_path / "data")
    for words in (["migrate"], ["import", str(table)], ["doctor"]):
        command = ["unshare", "-n", sys.executable, "-m", "sluis", *words]
        done = subprocess.run(command, env=environment, check=False, capture_output=True)
        assert done.returncode == 0, (words, done.stdout.decode(), done.stderr.decode())
