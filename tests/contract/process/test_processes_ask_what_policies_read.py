"""The seam between `processes/` and `policies/`: the same decisions, variables and values on both sides."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sluis.process.dmn import Model, read
from sluis.process.dmn.elements import Decision, TableBox
from sluis.process.feel import compile_unary_tests
from sluis.process.shipped import shipped

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
OURS = "{urn:nl:sluis:process:1}"
FILES = sorted(shipped("processes").glob("*.bpmn"))
FROM_OUTSIDE = {"trigger", "accrualPeriodicity", "informationDate", "referenceDate", "finalOutcome", "rounds"}
"""Variables that no form asks and no step gives: the room that starts the process knows them, or the engine counts."""
OPTIONAL = {"informationDate", "referenceDate"}


def model(key: str) -> Model:
    return read((shipped("policies") / f"{key}.dmn").read_bytes())


def rule_tasks() -> list[Any]:
    return [
        pytest.param(path, task.get(OURS + "policy"), task.get(OURS + "decision"), id=f"{path.stem}-{task.get('id')}")
        for path in FILES
        for task in ET.parse(path).getroot().iter(BPMN + "businessRuleTask")  # noqa: S314 - our own files
    ]


def written(root: ET.Element) -> set[str]:
    """Every variable that a form, a service, a rule or a message of this process gives."""
    fields = {field.get("id", "") for field in root.iter(OURS + "field")}
    results = {element.get(OURS + "result", "") for element in root.iter()}
    return fields | results | FROM_OUTSIDE


@pytest.mark.parametrize(("path", "policy", "decision"), rule_tasks())
def test_the_decision_is_there_and_everything_it_reads_is_asked(path, policy, decision):
    asked = model(policy)
    assert decision in asked.decisions
    missing = set(asked.inputs(decision)) - written(ET.parse(path).getroot())  # noqa: S314 - our own files
    assert missing - OPTIONAL == set()


def allowed_values(key: str) -> dict[str, list[str]]:
    """Variable → what the columns that read it as it is allow."""
    found: dict[str, list[str]] = {}
    for element in model(key).definitions.elements.values():
        if isinstance(element, Decision) and isinstance(element.box, TableBox):
            for column in element.box.inputs:
                if column.allowed:
                    found.setdefault(column.expression, []).append(column.allowed)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_answer_of_a_form_is_one_that_the_tables_know(path):
    root = ET.parse(path).getroot()  # noqa: S314 - our own files
    keys = {task.get(OURS + "policy") or "" for task in root.iter(BPMN + "businessRuleTask")}
    known = [allowed_values(key) for key in sorted(keys)]
    for field in root.iter(OURS + "field"):
        options = [option.get("value", "") for option in field.iter(OURS + "option")]
        if field.get("type") == "yes-no-unknown":
            options = ["yes", "no", "unknown"]
        for table in known:
            for allowed in table.get(field.get("id", ""), []):
                strange = [value for value in options if not compile_unary_tests(allowed).passes(value, {})]
                assert strange == [], (field.get("id"), allowed)
