"""`sluis contract lint` and `test` on files without an installation, and the contract of a dataset in one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.commands import said as run

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: bomen
version: 1.0.0
status: active
schema:
  - name: bomen
    properties:
      - {name: nr, logicalType: integer, primaryKey: true}
      - {name: soort, logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: [eik, es]}, mustBe: 0}]}
"""  # noqa: E501


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    (tmp_path / "c.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    return tmp_path / "c.odcs.yaml"


def said(folder: Path, *words: object) -> tuple[int, dict]:
    """In a process of its own with nothing around it: no data folder, no settings."""
    line = [sys.executable, "-m", "sluis", "contract", *map(str, words), "--json"]
    found = subprocess.run(line, cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=False)
    assert not (folder / "var").exists()
    return found.returncode, json.loads(found.stdout)


def test_lint_names_line_and_path(contract: Path, tmp_path: Path) -> None:
    assert said(tmp_path, "lint", contract) == (
        0,
        {"file": "c.odcs.yaml", "sound": True, "faults": [], "notes": []},
    )
    contract.write_text(CONTRACT.replace("status: active\n", "").replace("integer", "int"), encoding="utf-8")
    code, found = said(tmp_path, "lint", contract)
    assert (code, found["sound"]) == (1, False)
    assert [(one["code"], one["line"], one["path"]) for one in found["faults"]] == [
        ("missing", 1, ""), ("choice", 8, "schema[0].properties[0].logicalType"),
    ]  # fmt: skip


def test_a_file_is_held_against_a_contract(contract: Path, tmp_path: Path) -> None:
    data = tmp_path / "bomen.csv"
    data.write_text("nr,soort\n1,eik\n2,es\n", encoding="utf-8")
    code, found = said(tmp_path, "test", data, "--contract", contract)
    assert (code, found["verdict"]) == (0, "passed")
    data.write_text("nr,soort\n1,eik\n1,spar\n", encoding="utf-8")
    code, found = said(tmp_path, "test", data, "--contract", contract)
    broken = {one["rule"]: one["examples"] for one in found["rules"] if one["status"] != "passed"}
    assert (code, found["verdict"]) == (1, "failed")
    assert broken == {"key": [{"row": 2, "value": "1"}], "soort.quality.1": [{"row": 2, "value": "spar"}]}


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00a")
    code, found = said(tmp_path, "lint", tmp_path / "c.yaml")
    assert (code, found["code"]) == (1, "contract.encoding")


@pytest.mark.django_db(transaction=True)
def test_a_contract_of_a_dataset_from_draft_to_check(data_folder: Path, tmp_path: Path) -> None:
    data, file = tmp_path / "bomen.csv", tmp_path / "bomen.odcs.yaml"
    data.write_text("nr;soort\n" + "".join(f"{n};{'eik' if n % 2 else 'es'}\n" for n in range(1, 40)), encoding="utf-8")
    assert run("import", data)[0] == 0
    assert run("contract", "show", "bomen")[1]["code"] == "contract.none-in-force"
    assert run("contract", "draft", "bomen", "--as", "", "--out", file)[0] == 0
    code, made = run("contract", "put", "bomen", file, "--as", "", "--in-force")
    assert (code, made["status"], made["version"]) == (0, "in_force", "1.0.0")
    code, checked = run("contract", "check", "bomen")
    assert (code, checked["verdict"], checked["table"]) == (0, "passed", 1)
    data.write_text("nr;soort\n1;eik\n1;spar\n", encoding="utf-8")
    assert run("import", data)[0] == 0
    code, checked = run("contract", "check", "bomen")
    assert (code, checked["verdict"]) == (1, "failed")
    file.write_text(file.read_text(encoding="utf-8").replace("required: true", "required: false"), encoding="utf-8")
    code, refused = run("contract", "put", "bomen", file, "--as", "")
    assert (code, refused["code"]) == (1, "contract.version-too-low")
    assert [row["version"] for row in run("contract", "list", "bomen")[1]] == ["1.0.0"]
