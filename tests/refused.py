"""Files that Sluis refuses, each made from one that came with it by one mistake."""

from typing import NamedTuple

from sluis.process.shipped import shipped

PROCESS = (shipped("processes") / "regel-wijzigen.bpmn").read_text(encoding="utf-8")
POLICY = (shipped("policies") / "review.dmn").read_text(encoding="utf-8")
TOO_LARGE = 10 * 1024 * 1024 + 1


class Bad(NamedTuple):
    """`element` is what the message must name; '' when the whole file is refused before anything can be named."""

    mistake: str
    kind: str
    text: str
    element: str


def _with(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, (text.count(old), old)
    return text.replace(old, new)


def _without_flow(name: str, source: str, target: str) -> str:
    line = f'    <bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"/>\n'
    text = _with(PROCESS, line, "")
    for end in ("incoming", "outgoing"):
        text = _with(text, f"      <bpmn:{end}>{name}</bpmn:{end}>\n", "")
    start = text.index(f'      <bpmndi:BPMNEdge id="{name}_di"')
    stop = text.index("</bpmndi:BPMNEdge>\n", start) + len("</bpmndi:BPMNEdge>\n")
    return text[:start] + text[stop:]


def _scripted() -> str:
    text = _with(PROCESS, '<bpmn:serviceTask id="Compare"', '<bpmn:scriptTask id="Compare" scriptFormat="python"')
    return _with(text, "</bpmn:serviceTask>", "<bpmn:script>import os</bpmn:script></bpmn:scriptTask>")


def _rule(number: int) -> str:
    start = POLICY.index(f'<rule id="ReviewInterval_{number}">')
    return POLICY[start : POLICY.index("</rule>", start) + len("</rule>")]


_BACK = 'sourceRef="Decided" targetRef="EndRefused"'
_AGAIN = _BACK.replace("EndRefused", "Proposed")
_LOOP = "Flow_Decided_EndRefused"
_ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
_IN1 = '<inputEntry id="ReviewInterval_2_in1"><text>"no"</text></inputEntry>'

BAD = (
    Bad("dead end", "process", _without_flow("Flow_Advise_EndAdvised", "Advise", "EndAdvised"), "Advise"),
    Bad("unreachable step", "process", _without_flow("Flow_Split_Advise", "Split", "Advise"), "Advise"),
    Bad("missing role", "process", _with(PROCESS, ' sluis:role="data_owner"', ""), "Decide"),
    Bad("unbounded loop", "process", _with(PROCESS, _BACK, _AGAIN), _LOOP),
    Bad("script", "process", _scripted(), "Compare"),
    Bad("external entity", "process", _with(PROCESS, "<bpmn:definitions ", f"{_ENTITY}<bpmn:definitions "), ""),
    Bad("10 MB", "process", PROCESS + f"<!--{'x' * TOO_LARGE}-->", ""),
    Bad("gap", "policy", _with(POLICY, _rule(3), ""), "ReviewInterval_table"),
    Bad("overlap", "policy", _with(POLICY, _IN1, _IN1.replace('"no"', '"no","yes"')), "ReviewInterval_2"),
    Bad("wrong type", "policy", _with(POLICY, _IN1, _IN1.replace('"no"', "12")), "ReviewInterval_2_in1"),
    Bad("external entity", "policy", _with(POLICY, "<definitions ", f"{_ENTITY}<definitions "), "definitions"),
    Bad("10 MB", "policy", POLICY + f"<!--{'x' * TOO_LARGE}-->", "definitions"),
)
