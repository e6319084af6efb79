"""Every way in which a process file can be wrong is named, with the element it is about."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.unit.process.drawn import (
    HEAD,
    boundary,
    definitions,
    drawn,
    each,
    end,
    event,
    field,
    form,
    gateway,
    group,
    message,
    node,
    one_process,
    process,
    rule,
    service,
    start,
    sub,
    timer,
    user,
)

from sluis.kernel.errors import Invalid
from sluis.process.bpmn import Known, check, refuse_unsound

SOUND = process(start(), user("a", sluis_due="P5D"), end(), "start > a > end")
KNOWN = Known(
    frozenset({"data_steward"}),
    handlers=frozenset({"test.note"}),
    completions=frozenset({"test.done"}),
    policies={"test": frozenset({"Test"})},
)


def found(xml: bytes, known: Known | None = None) -> set[tuple[str, str]]:
    return {(fault.element, fault.code) for fault in check(xml, known=known)}


def around(*parts: str, extra: str = "") -> bytes:
    """Start, the parts, end; the flows are in the parts."""
    return process(start(), *parts, end(), extra=extra)


STRUCTURE = {
    "dead end": (
        around(user("a"), user("b"), gateway("parallel", "p"), "start > p > a > end; p > b"),
        "b",
        "bpmn.dead-end",
    ),
    "unreachable": (around(user("a"), user("b"), "start > a > end; b > end"), "b", "bpmn.unreachable"),
    "no way out": (
        around(
            user("a"),
            gateway("exclusive", "g", "g-end"),
            user("b"),
            "start > a > g > end; g > b ? x > 1; b > b2",
            user("b2"),
            "b2 > b",
        ),
        "b",
        "bpmn.no-way-out",
    ),
    "no end": (process(start(), user("a"), "start > a"), "proc", "bpmn.no-end"),
    "no start": (process(user("a"), end(), "a > end"), "proc", "bpmn.start"),
    "two starts": (around(start("s2"), user("a"), "start > a > end; s2 > a"), "proc", "bpmn.start"),
    "loop": (
        around(user("a"), gateway("exclusive", "g", "g-end"), "start > a > g > end; g > a ? x = 1"),
        "g-a",
        "bpmn.unbounded-loop",
    ),
    "loop with too high a maximum": (
        around(user("a"), gateway("exclusive", "g", "g-end"), "start > a > g > end; g > a ? x = 1 max=100000"),
        "g-a",
        "bpmn.maximum",
    ),
    "maximum without a way out": (
        around(user("a"), gateway("exclusive", "g", "g-a"), "start > a > g; g > a; g > end ? x = 1").replace(
            b'id="g-a"', b'id="g-a" sluis:max="3"'
        ),
        "g-a",
        "bpmn.maximum-way-out",
    ),
    "repeat without a maximum": (
        around(user("a", "<bpmn:standardLoopCharacteristics/>"), "start > a > end"),
        "a",
        "bpmn.unbounded-loop",
    ),
    "split without default": (
        around(gateway("exclusive", "g"), user("a"), "start > g; g > a ? x = 1; g > end ? x = 2; a > end"),
        "g",
        "bpmn.no-default",
    ),
    "flow without condition": (
        around(gateway("inclusive", "g", "g-end"), user("a"), "start > g > end; g > a > end"),
        "g-a",
        "bpmn.no-condition",
    ),
    "condition on the default": (
        around(gateway("exclusive", "g", "g-end"), user("a"), "start > g; g > end ? x; g > a ? y; a > end"),
        "g-end",
        "bpmn.default-condition",
    ),
    "flow to nothing": (around(user("a"), "start > a > end; a > nothing"), "a-nothing", "bpmn.broken-reference"),
    "event on nothing": (
        around(user("a"), boundary("t", "nothing", timer("P1D")), "start > a > end; t > end"),
        "t",
        "bpmn.broken-reference",
    ),
    "message that is not there": (
        around(node("intermediateCatchEvent", "c", event("message", "m-gone")), "start > c > end"),
        "c",
        "bpmn.broken-reference",
    ),
    "the same id twice": (around(user("a"), user("a"), "start > a > end"), "a", "bpmn.double-id"),
    "no process": (definitions(), "", "bpmn.no-process"),
    "not BPMN": (b"<html/>", "", "bpmn.not-bpmn"),
    "not XML": (b"{}", "", "xml.broken"),
    "DOCTYPE": (b"<!DOCTYPE x>" + SOUND.split(b"\n", 1)[1], "", "xml.doctype"),
    "external entity": (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SOUND.split(b"\n", 1)[1],
        "",
        "xml.doctype",
    ),
    "more than 10 MB": (
        HEAD.encode() + b"<!--" + b"x" * 10 * 1024 * 1024 + b"--></bpmn:definitions>",
        "",
        "xml.too-big",
    ),
    "too many steps": (process(*(user(f"a{n}") for n in range(2001))), "", "bpmn.too-many"),
}
EXECUTION = {
    "script": (
        around(node("scriptTask", "a", "<bpmn:script>import os</bpmn:script>"), "start > a > end"),
        "a",
        "bpmn.scriptTask",
    ),
    "task without a kind": (around(node("task", "a"), "start > a > end"), "a", "bpmn.task"),
    "complex gateway": (around(node("complexGateway", "a"), "start > a > end"), "a", "bpmn.complexGateway"),
    "transaction": (
        around(node("transaction", "a", drawn(start("s"), end("e"), "s > e")), "start > a > end"),
        "a",
        "bpmn.transaction",
    ),
    "ad hoc": (around(node("adHocSubProcess", "a", drawn(user("b"))), "start > a > end"), "a", "bpmn.adHocSubProcess"),
    "event sub-process": (
        around(
            user("a"),
            node(
                "subProcess",
                "s",
                drawn(start("s1", event("message", "m-hi")), end("e1"), "s1 > e1"),
                triggeredByEvent="true",
            ),
            "start > a > end",
            extra=message("hi"),
        ),
        "s",
        "bpmn.triggeredByEvent",
    ),
    "no role": (around(node("userTask", "a"), "start > a > end"), "a", "bpmn.no-role"),
    "unknown role": (around(user("a", role="king"), "start > a > end"), "a", "bpmn.unknown-role"),
    "bad due": (around(user("a", sluis_due="vijf dagen"), "start > a > end"), "a", "bpmn.due"),
    "four eyes with nobody": (around(user("a", sluis_four_eyes_with="b"), "start > a > end"), "a", "bpmn.four-eyes"),
    "no handler": (around(node("serviceTask", "a"), "start > a > end"), "a", "bpmn.no-handler"),
    "unknown handler": (around(service("a", "other"), "start > a > end"), "a", "bpmn.unknown-handler"),
    "unknown completion": (
        around(user("a", sluis_completion="other"), "start > a > end"),
        "a",
        "bpmn.unknown-completion",
    ),
    "no policy": (around(node("businessRuleTask", "a"), "start > a > end"), "a", "bpmn.no-policy"),
    "unknown policy": (
        around(rule("a").replace('decision="Test"', 'decision="Other"'), "start > a > end"),
        "a",
        "bpmn.unknown-policy",
    ),
    "no message": (
        around(node("intermediateCatchEvent", "c", event("message")), "start > c > end"),
        "c",
        "bpmn.no-message",
    ),
    "conditional event": (
        around(node("intermediateCatchEvent", "c", event("conditional")), "start > c > end"),
        "c",
        "bpmn.event-not-run",
    ),
    "compensation": (
        around(user("a"), boundary("b", "a", event("compensate")), "start > a > end; b > end"),
        "b",
        "bpmn.event-not-run",
    ),
    "start by time": (
        process(start(inner=timer("R/P1D", "Cycle")), user("a"), end(), "start > a > end"),
        "start",
        "bpmn.event-not-run",
    ),
    "two events in one": (
        around(
            node("intermediateCatchEvent", "c", timer("P1D") + event("message", "m-hi")),
            "start > c > end",
            extra=message("hi"),
        ),
        "c",
        "bpmn.multiple-events",
    ),
    "error on a person": (
        around(
            user("a"),
            boundary("b", "a", event("error", "E")),
            "start > a > end; b > end",
            extra='<bpmn:error id="E" errorCode="x"/>',
        ),
        "b",
        "bpmn.never-thrown",
    ),
    "error that nobody catches": (
        around(
            user("a"),
            end("bad", event("error", "E")),
            gateway("exclusive", "g", "g-end"),
            "start > a > g > end; g > bad ? x",
            extra='<bpmn:error id="E" errorCode="x"/>',
        ),
        "bad",
        "bpmn.error-not-caught",
    ),
    "timer without a time": (
        around(node("intermediateCatchEvent", "c", event("timer")), "start > c > end"),
        "c",
        "bpmn.timer-empty",
    ),
    "repeating wait": (
        around(node("intermediateCatchEvent", "c", timer("R/P1D", "Cycle")), "start > c > end"),
        "c",
        "bpmn.timer-cycle",
    ),
    "call elsewhere": (
        around(node("callActivity", "c", calledElement="other"), "start > c > end"),
        "c",
        "bpmn.unknown-process",
    ),
    "call of itself": (
        around(node("callActivity", "c", calledElement="proc"), "start > c > end"),
        "proc",
        "bpmn.recursion",
    ),
    "instances of nothing": (
        around(user("a", "<bpmn:multiInstanceLoopCharacteristics/>"), "start > a > end"),
        "a",
        "bpmn.instances",
    ),
    "unusable name": (around(user("a", each("my list")), "start > a > end"), "a", "bpmn.instances"),
    "JavaScript": (
        around(gateway("exclusive", "g", "g-end"), user("a"), "start > g > end; g > a ? x; a > end").replace(
            b"<bpmn:conditionExpression>", b'<bpmn:conditionExpression language="text/javascript">'
        ),
        "g-a",
        "bpmn.language",
    ),
    "Groovy everywhere": (
        around(gateway("exclusive", "g", "g-end"), user("a"), "start > g > end; g > a ? x; a > end").replace(
            b'id="definitions"', b'id="definitions" expressionLanguage="http://groovy.codehaus.org/"'
        ),
        "g-a",
        "bpmn.language",
    ),
    "Python": (
        around(
            gateway("exclusive", "g", "g-end"),
            user("a"),
            "start > g > end; g > a ? __import__('os').popen('id'); a > end",
        ),
        "g-a",
        "bpmn.feel",
    ),
    "unreadable FEEL": (
        around(gateway("exclusive", "g", "g-end"), user("a"), "start > g > end; g > a ? x > ; a > end"),
        "g-a",
        "bpmn.feel",
    ),
    "unreadable time": (
        around(node("intermediateCatchEvent", "c", timer("P5")), "start > c > end"),
        "c",
        "bpmn.timer-value",
    ),
    "empty sub-process": (around(sub("s"), "start > s > end"), "s", "bpmn.empty"),
    "only a picture": (SOUND.replace(b'"true"', b'"false"'), "proc", "bpmn.not-executable"),
    "a process that nothing calls": (
        definitions(
            one_process(start(), user("a"), end(), "start > a > end"),
            one_process(start("s2"), user("b"), end("e2"), "s2 > b > e2", key="q"),
        ),
        "q",
        "bpmn.other-process",
    ),
    "split at a task": (around(user("a"), user("b"), "start > a > end; a > b > end"), "a", "bpmn.implicit-split"),
    "field without a name": (around(user("a", form(field("two words"))), "start > a > end"), "a", "bpmn.field-name"),
    "field twice": (around(user("a", form(field("x"), field("x"))), "start > a > end"), "a", "bpmn.field-name"),
    "field that would hide a count": (
        around(user("a", form(field("loops"))), "start > a > end"),
        "a",
        "bpmn.field-name",
    ),
    "field of no kind": (around(user("a", form(field("x", "colour"))), "start > a > end"), "a", "bpmn.field-type"),
    "group without a label": (
        around(user("a", form(group("", field("x")))), "start > a > end"),
        "a",
        "bpmn.group-label",
    ),
    "group without fields": (
        around(user("a", form(field("x"), group("Leeg"))), "start > a > end"),
        "a",
        "bpmn.group-empty",
    ),
    "group twice": (
        around(user("a", form(group("G", field("x")), group("G", field("y")))), "start > a > end"),
        "a",
        "bpmn.group-twice",
    ),
    "group in a group": (
        around(user("a", form(group("G", field("y"), group("H", field("x"))))), "start > a > end"),
        "a",
        "bpmn.group-empty",
    ),
    "choice without options": (
        around(user("a", form(field("x", "choice"))), "start > a > end"),
        "a",
        "bpmn.field-options",
    ),
}


def test_questions_stand_in_groups_and_beside_them() -> None:
    asked = form(field("first"), group("G", field("a"), field("b")), field("last"))
    xml = around(user("a", asked), "start > a > end")
    assert check(xml, known=KNOWN) == ()
    found = refuse_unsound(xml).start.nodes["a"].form
    assert [one.id for one in found] == ["first", "a", "b", "last"]
    assert [one.group and (one.group.label, one.group.label_en) for one in found] == [
        None, ("G", "G (en)"), ("G", "G (en)"), None
    ]  # fmt: skip


def test_a_fault_in_a_group_names_its_place() -> None:
    with pytest.raises(Invalid) as refused:
        refuse_unsound(around(user("a", form(group("Privacy"), field("x"))), "start > a > end"))
    [fault] = refused.value.faults
    assert fault.field == "a"
    assert "Groep ‘Privacy’ in het formulier van ‘a’" in fault.text()


def test_a_sound_process_has_no_faults() -> None:
    assert check(SOUND, known=KNOWN) == ()
    assert refuse_unsound(SOUND).start.nodes["a"].roles == ("data_steward",)


@pytest.mark.parametrize("name", STRUCTURE)
def test_structure(name: str) -> None:
    xml, element, code = STRUCTURE[name]
    faults = [fault for fault in check(xml) if (fault.element, fault.code) == (element, code)]
    assert faults, found(xml)
    assert faults[0].level == "structure"


@pytest.mark.parametrize("name", EXECUTION)
def test_execution(name: str) -> None:
    xml, element, code = EXECUTION[name]
    faults = [fault for fault in check(xml, known=KNOWN) if (fault.element, fault.code) == (element, code)]
    assert faults, found(xml, KNOWN)
    assert faults[0].level == "execution"


@pytest.mark.parametrize("name", [*STRUCTURE, *EXECUTION])
def test_every_message_is_whole_and_names_its_element(name: str) -> None:
    for fault in check((STRUCTURE | EXECUTION)[name][0], known=KNOWN):
        text = fault.text()
        assert "{" not in text.replace(str(fault.params.get("reason", "")), "")
        assert fault.element in text


def test_all_faults_come_at_once_and_nothing_runs() -> None:
    xml, _, _ = EXECUTION["Python"]
    with pytest.raises(Invalid) as caught:
        refuse_unsound(xml.replace(b'sluis:role="data_steward"', b""))
    assert {fault.field for fault in caught.value.faults} == {"g-a", "a"}


def test_unreadable_feel_says_where() -> None:
    xml, _, _ = EXECUTION["unreadable FEEL"]
    assert any("teken " in fault.text() for fault in check(xml))


def test_a_file_made_to_be_slow_is_not() -> None:
    """1,900 gateways after each other, all with two ways: checked in a walk, not per path."""
    gates = [gateway("exclusive", f"g{n}", f"g{n}-g{n + 1}") for n in range(900)]
    flows = ";".join(f"g{n} > g{n + 1}; g{n} > u{n} ? x; u{n} > g{n + 1}" for n in range(899))
    xml = process(start(), *gates, *(user(f"u{n}") for n in range(899)), end(), f"start > g0; {flows}; g899 > end")
    begun = time.process_time()
    check(xml)
    assert time.process_time() - begun < 60, "per path it would never end"


class TestCommand:
    def run(self, tmp_path: Path, xml: bytes, *flags: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "file.bpmn").write_bytes(xml)
        return subprocess.run(
            [sys.executable, "-m", "sluis", "process", "check", str(tmp_path / "file.bpmn"), *flags],
            capture_output=True, text=True, check=False, env={"PATH": "/usr/bin", "SLUIS_DATA": str(tmp_path / "none")},
        )  # fmt: skip

    def test_sound(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, SOUND, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"file": "file.bpmn", "sound": True, "faults": []}
        assert not (tmp_path / "none").exists(), "it made an installation"

    def test_unsound(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, EXECUTION["script"][0], "--json")
        assert done.returncode == 1
        fault = json.loads(done.stdout)["faults"][0]
        assert (fault["element"], fault["code"]) == ("a", "bpmn.scriptTask")
        assert "scripttaak" in fault["message"]

    def test_for_people(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, STRUCTURE["dead end"][0])
        assert done.returncode == 1
        assert "b: Stap ‘b’ loopt dood" in done.stdout
