"""Flows, messages and associations between the elements."""

from html import escape
from typing import TYPE_CHECKING

from sluis.process.drawing import lines
from sluis.process.drawing.lines import short
from sluis.process.drawing.nodes import lines_of
from sluis.process.drawing.picture import Box, Edge, Picture
from sluis.process.types import StepState

if TYPE_CHECKING:
    from sluis.process.drawing.svg import Look

_PASSED = frozenset({StepState.DONE, StepState.CURRENT})
_DATA = frozenset({"association", "dataInputAssociation", "dataOutputAssociation"})


def way(edge: Edge, picture: Picture, look: "Look") -> str:
    item = edge.item
    kind = "message" if item.kind == "messageFlow" else "data" if item.kind in _DATA else "flow"
    classes = f"sluis-bpmn__way sluis-bpmn__way--{kind}"
    if kind == "flow" and _taken(edge, look):
        classes += " sluis-bpmn--done"
    fault = look.faults.get(item.id, "")
    classes += " sluis-bpmn--fault" if fault else ""
    name = item.called(look.language) or item.id
    title = f"<title>{escape(f'{name}: {fault}')}</title>" if fault else ""
    body = f'<path class="sluis-bpmn__path" d="{lines.rounded(edge.points)}"/>' + _ends(edge, picture, kind)
    return f'<g id="{escape(look.prefix)}-{escape(item.id)}" class="{classes}">{title}{body}{_bang(edge, fault)}</g>'


def _ends(edge: Edge, picture: Picture, kind: str) -> str:
    points = edge.points
    if kind == "message":
        x, y = points[0]
        return (
            f'<circle class="sluis-bpmn__open" cx="{short(x)}" cy="{short(y)}" r="4"/>'
            f'<path class="sluis-bpmn__open" d="{lines.head(points)}"/>'
        )
    if kind == "data":
        pointed = edge.item.kind != "association" or "direction:One" in edge.item.flags
        both = "direction:Both" in edge.item.flags
        ends = [points] * (pointed or both) + [points[::-1]] * both
        return "".join(f'<path class="sluis-bpmn__path" d="{lines.barbs(end)}"/>' for end in ends)
    return f'<path class="sluis-bpmn__head" d="{lines.head(points)}"/>' + _start(edge, picture)


def _start(edge: Edge, picture: Picture) -> str:
    """The stroke of a default flow; the diamond of a conditional flow that leaves an activity."""
    source = picture.items.get(edge.item.source)
    if source is None:
        return ""
    if f"default:{edge.item.id}" in source.flags:
        return f'<path class="sluis-bpmn__path" d="{lines.slash(edge.points)}"/>'
    if "conditional" in edge.item.flags and not source.kind.endswith("Gateway"):
        return f'<path class="sluis-bpmn__open" d="{lines.diamond(edge.points)}"/>'
    return ""


def way_label(edge: Edge, look: "Look") -> str:
    name = edge.item.called(look.language)
    if not name:
        return ""
    x, y = lines.halfway(edge.points)
    return lines_of(name, edge.label or Box(x - 40, y - 18, 80, 14))


def _taken(edge: Edge, look: "Look") -> bool:
    """Passed: as told for the flow itself, else when both its ends were."""
    if edge.item.id in look.states:
        return look.states[edge.item.id] is StepState.DONE
    source, target = look.states.get(edge.item.source), look.states.get(edge.item.target)
    return source is StepState.DONE and target in _PASSED


def _bang(edge: Edge, fault: str) -> str:
    if not fault:
        return ""
    x, y = lines.halfway(edge.points)
    return (
        f'<circle class="sluis-bpmn__warning" cx="{short(x)}" cy="{short(y)}" r="10"/>'
        f'<text class="sluis-bpmn__bang" x="{short(x)}" y="{short(y + 5)}" text-anchor="middle">!</text>'
    )
