"""The processes that come with Sluis: sound, drawn, in two languages, in plain words, and naming only what exists."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from sluis.foundation.roles import ROLES
from sluis.foundation.safe_xml import parse
from sluis.process.bpmn.checking import check
from sluis.process.drawing.picture import BPMN, BPMNDI, SLUIS
from sluis.process.registry import completion_names, handler_names
from sluis.process.shipped import shipped

FILES = sorted(shipped("processes").glob("*.bpmn"))
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
DRAWN = re.compile(r"(Event|Task|Gateway|Flow|Process|lane|participant|textAnnotation|association|callActivity)$")

every_file = pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)


def flow_elements(root: Element) -> list[Element]:
    return [one for one in root.iter() if one.tag.startswith(BPMN) and one.get("id")]


def attributes(root: Element, name: str) -> set[str]:
    return {value for one in root.iter() if (value := one.get(SLUIS + name))}


def test_the_three_processes_are_there() -> None:
    assert {file.stem for file in FILES} >= {"open-data-release", "dataverzoek", "document-goedkeuren"}


@every_file
def test_the_file_passes_the_check(file: Path) -> None:
    assert [fault.text() for fault in check(file.read_bytes(), file=file.name)] == []


@every_file
def test_every_element_has_its_place_in_the_drawing(file: Path) -> None:
    root = parse(file)
    placed = {one.get("bpmnElement") for one in root.iter() if one.tag.startswith(BPMNDI)}
    wanted = {one.get("id") for one in flow_elements(root) if DRAWN.search(one.tag) and one.tag != BPMN + "process"}
    assert wanted - placed == set()


@every_file
def test_every_text_has_its_english(file: Path) -> None:
    for one in parse(file).iter():
        given = [name for name in ("name", "label", "help") if one.get(name)]
        if one.tag.startswith(BPMN) and not one.tag.endswith(("DataItem", "process")):
            assert all(one.get(f"{SLUIS}{name}-en") for name in given), one.attrib
        elif one.tag.startswith(SLUIS):
            assert all(one.get(f"{name}-en") for name in given), one.attrib
        if one.find(BPMN + "documentation") is not None:
            english = one.find(f"{BPMN}extensionElements/{SLUIS}documentation-en")
            assert english is not None, one.attrib
            assert english.text, one.attrib


@every_file
def test_every_step_is_explained_in_short_sentences(file: Path) -> None:
    for one in parse(file).iter():
        if one.tag.endswith("Task"):
            text = one.findtext(BPMN + "documentation") or ""
            assert text, one.get("id")
            for sentence in re.split(r"[.?!:;] ?", text):
                assert len(sentence.split()) <= 25, (one.get("id"), sentence)


@every_file
def test_every_role_policy_and_decision_exists(file: Path) -> None:
    root = parse(file)
    assert attributes(root, "role") <= set(ROLES)
    for task in root.iter(BPMN + "businessRuleTask"):
        policy = parse(shipped("policies") / f"{task.get(SLUIS + 'policy')}.dmn")
        assert task.get(SLUIS + "decision") in {one.get("name") for one in policy.iter(DMN + "decision")}, task.attrib


@every_file
def test_every_handler_of_a_room_that_has_handlers_exists(file: Path) -> None:
    root = parse(file)
    for named, known in (("handler", handler_names()), ("completion", completion_names())):
        rooms = {name.partition(".")[0] for name in known}
        wanted = {name for name in attributes(root, named) if name.partition(".")[0] in rooms}
        assert wanted - known == set()
        assert all(re.fullmatch(r"[a-z]+\.[a-z-]+", name) for name in attributes(root, named))


def release() -> dict[str, Element]:
    return {one.get("id", ""): one for one in parse(shipped("processes") / "open-data-release.bpmn").iter()}


def test_all_fifteen_steps_are_there_by_number() -> None:
    names = " ".join(one.get("name", "") for one in release().values())
    assert {int(number) for number in re.findall(r"(?<!\S)(\d+) [A-Z]", names)} >= set(range(1, 16))


def test_each_automatic_check_is_a_step_of_its_own() -> None:
    handlers = {one.get(SLUIS + "handler") for one in release().values() if one.tag == BPMN + "serviceTask"}
    wanted = "personal-data small-cells k-anonymity shapes code-lists licence-compatibility open-format hvd links"
    assert {f"release.check-{name}" for name in wanted.split()} | {"release.fetch-back"} <= handlers


def test_data_goes_out_only_by_a_decision_that_may_open() -> None:
    """The way to what publishes asks `proposal.mayOpen`; whatever is not asked for goes the closed way."""
    elements = release()
    taken = elements["Flow_Taken_Retention"].findtext(BPMN + "conditionExpression") or ""
    assert "proposal.mayOpen = true" in taken
    assert elements["Taken"].get("default") == "Flow_Taken_ReturnTo"
    assert elements["Outcome"].get("default") == "Flow_Outcome_RecordRefusal"
    assert elements["WhatGoesOut"].get("default") == "Flow_WhatGoesOut_PublishDescription"
    assert [flow.text for flow in elements["Publish"].findall(BPMN + "incoming")] == [
        "Flow_WhatGoesOut_Publish",
        "Flow_EmbargoDate_Publish",
        "Flow_EmbargoLifted_Publish",
        "Flow_TryAgain_Publish",
    ]


def test_whoever_worked_on_the_dossier_does_not_decide_on_it() -> None:
    """Every human step that can lie before the decision is in its four eyes."""
    elements = release()
    after = {"Repair", "Incident", "Review", "MendRefresh", "ChangeAssess", "HandleIncident", "Decide"}
    before = {key for key, one in elements.items() if one.tag == BPMN + "userTask"} - after
    assert set(elements["Decide"].get(SLUIS + "four-eyes-with", "").split()) == before


def test_emergency_withdrawal_interrupts_whatever_is_outside_in_one_step() -> None:
    elements = release()
    stop = elements["Emergency"]
    assert (stop.get("attachedToRef"), stop.get("cancelActivity")) == ("Published", None)
    assert elements["Flow_Emergency_WithdrawNow"].get("targetRef") == "WithdrawNow"
    assert elements["WithdrawNow"].get(SLUIS + "handler") == "release.withdraw"


def test_the_questions_of_the_intake_stand_in_groups_in_both_languages() -> None:
    form = release()["Intake"].find(f"{BPMN}extensionElements/{SLUIS}form")
    assert form is not None
    groups = form.findall(f"{SLUIS}group")
    assert len(groups) >= 5
    assert all(one.get("label") and one.get("label-en") for one in groups)
    assert [len(one) for one in groups if not 2 < len(one) < 7] == [], "each is short enough to look over"
    assert form.findall(f"{SLUIS}field") == [], "every question has its group"
