"""The drawing of a process: everything of the diagram is there, nothing of the file gets out as markup."""

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shared_path

from sluis.foundation.safe_xml import parse
from sluis.kernel.errors import Invalid
from sluis.process.drawing import Look, draw, ordered, read
from sluis.process.drawing.words import width, wrapped
from sluis.process.shipped import shipped
from sluis.process.types import Step, StepState

SVG = "{http://www.w3.org/2000/svg}"
RELEASE = shipped("processes") / "open-data-release.bpmn"
REFERENCE = Path("standards/bpmn-miwg/Reference")

SMALL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:sluis="urn:nl:sluis:process:1"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
<process id="p" name="{name}"><startEvent id="s"/>
<userTask id="t" name="{name}" sluis:name-en="Look" sluis:role="lawyer"/>
<exclusiveGateway id="g"/><endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
<sequenceFlow id="f2" sourceRef="t" targetRef="g"/><sequenceFlow id="back" sourceRef="g" targetRef="t"/>
<sequenceFlow id="f3" sourceRef="g" targetRef="e"/></process>
<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">
<bpmndi:BPMNShape bpmnElement="s"><dc:Bounds x="0" y="22" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape bpmnElement="t"><dc:Bounds x="{x}" y="0" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape bpmnElement="g"><dc:Bounds x="250" y="15" width="50" height="50"/></bpmndi:BPMNShape>
<bpmndi:BPMNEdge bpmnElement="f1"><di:waypoint x="36" y="40"/><di:waypoint x="100" y="40"/></bpmndi:BPMNEdge>
<bpmndi:BPMNEdge bpmnElement="f2"><di:waypoint x="200" y="40"/><di:waypoint x="250" y="40"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"""


def small(*, name: str = "Kijken", x: str = "100") -> bytes:
    return SMALL.format(name=name, x=x).encode()


def groups(svg: str) -> dict[str, Element]:
    return {found: group for group in parse(svg.encode()).iter(SVG + "g") if (found := group.get("id", ""))}


def models() -> list[Path]:
    try:
        folder = shared_path(str(REFERENCE))
    except pytest.skip.Exception:  # then only what we ship
        return []
    return sorted(folder.glob("*.bpmn"))


@pytest.mark.parametrize("file", [*sorted(shipped("processes").glob("*.bpmn")), *models()], ids=lambda path: path.stem)
def test_every_shape_and_edge_of_the_diagram_is_drawn(file: Path) -> None:
    xml = file.read_bytes()
    picture = read(xml, file=file.name)
    drawn = groups(draw(picture))
    shown = set(
        re.findall(rb'<[\w:]*BPMN(?:Shape|Edge)[^>]*bpmnElement="(?:\w+:)?([^"]+)"', xml.split(b"BPMNDiagram>")[0])
    )
    assert len(shown) > 3
    missing = {key.decode() for key in shown} - {key.removeprefix("stap-") for key in drawn}
    assert not {key for key in missing if key in picture.items}


@pytest.mark.parametrize("file", sorted(shipped("processes").glob("*.bpmn")), ids=lambda path: path.stem)
def test_no_looks_stand_inline(file: Path) -> None:
    svg = draw(read(file.read_bytes()), Look(faults={"Start": "fout"}))
    assert not re.search(r"\s(style|on\w+|href|fill|stroke)=|<(style|script|image|use|a)\b|url\(", svg)


def test_states_faults_and_words_are_in_the_drawing() -> None:
    states = {"s": StepState.DONE, "t": StepState.CURRENT, "g": StepState.AHEAD}
    svg = draw(read(small()), Look(states=states, faults={"g": "Geen uitweg"}))
    drawn = groups(svg)
    assert "sluis-bpmn--done" in drawn["stap-s"].get("class", "")
    assert "sluis-bpmn--current" in drawn["stap-t"].get("class", "")
    assert "sluis-bpmn--fault" in drawn["stap-g"].get("class", "")
    assert "sluis-bpmn--done" in drawn["stap-f1"].get("class", "")
    assert "sluis-bpmn--done" not in drawn["stap-f2"].get("class", "")
    root = parse(svg.encode())
    assert root.get("role") == "img"
    told = root.findtext(SVG + "desc") or ""
    assert "Nu bezig: Kijken." in told
    assert "Geen uitweg" in told
    assert svg.count("U bent hier") == 1


def test_not_every_reader_is_where_the_process_is() -> None:
    svg = draw(read(small()), Look(states={"t": StepState.CURRENT}, here=frozenset()))
    assert "U bent hier" not in svg


def test_english_names_are_drawn_for_english_readers() -> None:
    picture = read(small())
    assert "Look" in draw(picture, Look(language="en"))
    assert [step.name for step in ordered(picture, {}, language="en")] == ["Look"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200))
def test_any_name_stays_text(name: str) -> None:
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    svg = draw(read(small(name=escaped)), Look(states={"t": StepState.CURRENT}, faults={"t": name}))
    assert {element.tag.removeprefix(SVG) for element in parse(svg.encode()).iter()} <= {
        "svg", "title", "desc", "g", "rect", "circle", "path", "text", "tspan",
    }  # fmt: skip


@pytest.mark.parametrize("place", ["nan", "inf", "-1e300", "ver weg", "1e9"])
def test_a_place_beyond_reason_is_refused_naming_the_element(place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(small(x=place))
    assert refused.value.params["element"] == "t"


def test_a_file_without_a_drawing_says_so() -> None:
    with pytest.raises(Invalid) as refused:
        read(b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>')
    assert refused.value.code == "drawing.no-diagram"


def test_external_entities_are_refused() -> None:
    with pytest.raises(Invalid):
        read(b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + small())


def test_the_list_follows_the_process_and_not_its_ways_back() -> None:
    names = [step.element for step in ordered(read(RELEASE.read_bytes()), {})]
    numbered = ["Intake", "Scope", "Openness", "Privacy", "TransformPlan", "Regimes", "Licence", "Gate", "Decide"]
    numbered += ["Publish", "Monitor", "Review", "WithdrawNow"]
    assert [name for name in names if name in numbered] == numbered
    assert names.index("OpennessJudge") < names.index("Regimes")


def test_the_list_tells_who_and_when() -> None:
    at = datetime(2026, 11, 3, tzinfo=UTC)
    step = ordered(read(small()), {"t": Step("t", StepState.DONE, at=at, times=2)})[0]
    assert (step.state, step.role, step.at, step.times) == (StepState.DONE, "lawyer", at, 2)
    assert ordered(read(small()), {})[0].state is StepState.AHEAD


def test_inner_steps_stand_below_their_sub_process() -> None:
    steps = {step.element: step for step in ordered(read(RELEASE.read_bytes()), {})}
    assert (steps["Tests"].depth, steps["Privacy"].depth, steps["Monitor"].depth) == (0, 1, 2)


@given(st.text(max_size=120), st.floats(30, 300), st.integers(1, 5))
def test_lines_stay_in_their_room(text: str, room: float, lines: int) -> None:
    found = wrapped(text, room=room, size=12, lines=lines)
    assert len(found) <= lines
    assert all(width(line, 12) <= room for line in found)
