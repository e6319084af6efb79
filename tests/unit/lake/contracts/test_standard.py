"""Contracts as text: the official examples, and faults by line and path."""

import json
from pathlib import Path

import jsonschema
import pytest

from sluis.kernel.errors import Invalid
from sluis.lake.contracts import reading, wording, yaml_text

STANDARD = Path(__file__).resolve().parents[5] / "shared/standards/odcs"
EXAMPLES = sorted(STANDARD.rglob("*.odcs.yaml"))
official = pytest.mark.skipif(not EXAMPLES, reason="the official examples of ODCS are not on this machine")

WHOLE = """\
apiVersion: v3.1.0
kind: DataContract
id: laadpalen
version: 1.0.0
status: active
eigenDeel: {blijft: [1, twee]}
schema:
  - name: laadpalen
    properties:
      - name: code
        logicalType: string
        primaryKey: true
        logicalTypeOptions: {pattern: '^L[0-9]+$', maxLength: 8, format: password}
      - name: vermogen
        logicalType: integer
        logicalTypeOptions: {minimum: 3, format: u8}
        quality:
          - {type: text, description: Netjes}
          - {metric: nullValues, mustBeLessOrEqualTo: 5, unit: percent, severity: warning}
          - {type: custom, engine: soda, implementation: x}
slaProperties:
  - {property: latency, value: 2, unit: d, element: laadpalen.gemeten}
  - {property: retention, value: 3, unit: y}
"""


@official
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_official_examples_are_sound_and_come_back_whole(path: Path) -> None:
    text = path.read_text()
    assert [one.text() for one in reading.lint(text) if not one.note] == []
    content = yaml_text.read(text).content
    assert yaml_text.read(yaml_text.write(content)).content == content


@official
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_gives_rules_or_says_why_not(path: Path) -> None:
    tables = {str(one["name"]) for one in yaml_text.read(path.read_text()).content.get("schema") or []}
    if len(tables) == 1 or "tbl" in tables:
        rules = reading.read(path.read_text(), "tbl").agreed.rules
        assert all(wording.rule_text(rule) for rule in rules)
        assert len({rule.id for rule in rules}) == len(rules)
        return
    with pytest.raises(Invalid) as refused:
        reading.read(path.read_text(), "tbl")
    assert refused.value.code == ("contract.which-table" if tables else "contract.no-table")


@official
def test_what_the_official_schema_refuses_we_refuse_too() -> None:
    schema = json.loads((STANDARD / "schema/odcs-json-schema-v3.1.0.json").read_text())
    validator = jsonschema.Draft201909Validator(schema)
    assert validator.is_valid({k: v for k, v in yaml_text.read(WHOLE).content.items() if k != "eigenDeel"})
    for old, new in (
        ("version: 1.0.0", "version: 1"),
        ("status: active\n", ""),
        ("kind: DataContract", "kind: Contract"),
        ("apiVersion: v3.1.0", "apiVersion: v9.9.9"),
        ("logicalType: integer", "logicalType: bigint"),
        ("primaryKey: true", "primaryKey: ja"),
        ("  - name: laadpalen", "  - physicalName: laadpalen"),
        ("mustBeLessOrEqualTo: 5", "mustBeLessOrEqualTo: veel"),
        ("mustBeLessOrEqualTo: 5", "mustBe: 5, mustNotBe: 6"),
        ("metric: nullValues", "metric: leeg"),
        ("minimum: 3", "minimum: drie"),
        ("maxLength: 8", "maxLength: -8"),
        ("value: 2", "waarde: 2"),
    ):
        text = WHOLE.replace(old, new).replace("eigenDeel: {blijft: [1, twee]}\n", "")
        assert text != WHOLE
        assert not validator.is_valid(yaml_text.read(text).content), new
        assert [one for one in reading.lint(text) if not one.note], new


def test_rules_and_what_is_not_checked() -> None:
    read = reading.read(WHOLE)
    assert [rule.id for rule in read.agreed.rules] == [
        "code.column", "code.type", "code.pattern", "code.maxLength", "vermogen.column", "vermogen.type",
        "vermogen.min", "vermogen.format.min", "vermogen.format.max", "vermogen.quality.2", "key",
    ]  # fmt: skip
    assert [(note.code, note.row) for note in read.notes] == [
        ("unknown", 6), ("option", 13), ("text", 18), ("custom", 20), ("sla-element", 22), ("sla", 23),
    ]  # fmt: skip
    assert read.document.content["eigenDeel"] == {"blijft": [1, "twee"]}


@pytest.mark.parametrize(
    ("old", "new", "code", "path", "line"),
    [
        ("status: active\n", "", "missing", "", 1),
        ("version: 1.0.0", "version: 1.0", "type", "version", 4),
        ("apiVersion: v3.1.0", "apiVersion: v2.2.2", "standard", "apiVersion", 1),
        ("logicalType: integer", "logicalType: int", "choice", "schema[0].properties[1].logicalType", 15),
        ("      - name: vermogen", "      - name: code", "double", "schema[0].properties[1]", 14),
        ("minimum: 3", "minimum: '3'", "bound", "schema[0].properties[1].logicalTypeOptions.minimum", 16),
        ("pattern: '^L[0-9]+$'", "pattern: 3", "pattern", "schema[0].properties[0].logicalTypeOptions.pattern", 13),
        ("mustBeLessOrEqualTo: 5", "mustbe: 5", "compare", "schema[0].properties[1].quality[1]", 19),
        ("metric: nullValues", "metric: invalidValues", "valid", "schema[0].properties[1].quality[1]", 19),
        ("mustBeLessOrEqualTo: 5", "mustBeBetween: [5, 1]", "bound",
         "schema[0].properties[1].quality[1].mustBeBetween", 19),
        ("value: 2, unit: d", "value: 2, unit: eeuw", "sla-unit", "slaProperties[0].unit", 22),
    ],
)  # fmt: skip
def test_a_fault_names_path_and_line(old: str, new: str, code: str, path: str, line: int) -> None:
    found = [one for one in reading.lint(WHOLE.replace(old, new)) if not one.note]
    assert [(one.code, one.field, one.row) for one in found] == [(code, path, line)]
    with pytest.raises(Invalid) as caught:
        reading.read(WHOLE.replace(old, new))
    assert caught.value.code == "contract.standard"
    assert caught.value.faults[0].text().startswith(f"Regel {line}, kolom ")


def test_a_typing_error_gets_a_suggestion() -> None:
    notes = reading.lint(WHOLE.replace("primaryKey: true", "primaryKy: true"))
    assert "Bedoelt u ‘primaryKey’?" in next(one.text() for one in notes if one.row == 12)


def test_a_contract_of_several_tables_takes_the_one_of_that_name() -> None:
    two = WHOLE.replace("slaProperties:", "  - {name: anders, properties: [{name: x}]}\nslaProperties:")
    assert reading.read(two, "anders").agreed.table == "anders"
    with pytest.raises(Invalid) as caught:
        reading.read(two, "geen")
    assert (caught.value.code, caught.value.params["tables"]) == ("contract.which-table", "laadpalen, anders")
