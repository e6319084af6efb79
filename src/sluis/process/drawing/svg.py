"""Draws a picture as SVG text. Looks are in classes, sizes in attributes: no style that a strict policy would block."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from sluis.kernel.text import N_
from sluis.process.drawing.lines import at, short
from sluis.process.drawing.nodes import CONTAINERS, label, node
from sluis.process.drawing.picture import Box, Picture, Shape
from sluis.process.drawing.ways import way, way_label
from sluis.process.types import StepState

MARGIN, ABOVE = 14, 30


@dataclass(frozen=True, slots=True)
class Look:
    """How to draw: where each element stands, what is wrong with which, and in which language.

    `here` are the elements that get "U bent hier"; None means all that are current. `faults` are messages per element.
    `prefix` keeps the ids of two drawings on one page apart.
    """

    states: Mapping[str, StepState] = field(default_factory=dict[str, StepState])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    here: frozenset[str] | None = None
    here_text: str = N_("U bent hier")
    language: str = "nl"
    prefix: str = "stap"
    translate: Callable[[str], str] = str

    def state(self, element: str) -> str:
        return self.states[element].value if element in self.states else ""

    def is_here(self, element: str) -> bool:
        current = self.states.get(element) is StepState.CURRENT
        return current and (self.here is None or element in self.here)


def draw(picture: Picture, look: Look | None = None) -> str:
    """SVG text with role=img and a text alternative; each element is a `<g id="{prefix}-{element id}">`."""
    look = look or Look()
    box = _around(picture)
    containers = sorted((s for s in picture.shapes if _contains(s)), key=lambda s: -s.box.area)
    others = [shape for shape in picture.shapes if not _contains(shape)]
    # Attached events lie on the border of what they are attached to, so they come after it.
    others.sort(key=lambda shape: shape.item.kind == "boundaryEvent")
    parts = [
        _head(picture, look, box),
        *(node(shape, look) for shape in containers),
        *(way(edge, picture, look) for edge in picture.edges if edge.item.kind != "messageFlow"),
        *(node(shape, look) for shape in others),
        *(way(edge, picture, look) for edge in picture.edges if edge.item.kind == "messageFlow"),
        *(way_label(edge, look) for edge in picture.edges),
        *(label(shape, look) for shape in others),
        *_heres(picture, look),
        "</svg>",
    ]
    return "".join(parts)


def _contains(shape: Shape) -> bool:
    return shape.item.kind in CONTAINERS or shape.expanded


def _around(picture: Picture) -> Box:
    boxes = [part for s in picture.shapes for part in (s.box, s.label) if part is not None]
    boxes += [edge.label for edge in picture.edges if edge.label is not None]
    xs = [x for b in boxes for x in (b.x, b.x + b.width)] + [p[0] for e in picture.edges for p in e.points]
    ys = [y for b in boxes for y in (b.y, b.y + b.height)] + [p[1] for e in picture.edges for p in e.points]
    if not xs:
        return Box(0, 0, 1, 1)
    left, top = min(xs) - MARGIN, min(ys) - ABOVE
    return Box(left, top, max(xs) + MARGIN - left, max(ys) + ABOVE - top)


def _head(picture: Picture, look: Look, box: Box) -> str:
    title, told = picture.called(look.language) or look.translate(N_("Proces")), _told(picture, look)
    ids = f"{look.prefix}-title", f"{look.prefix}-desc"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sluis-bpmn" role="img" aria-labelledby="{escape(ids[0])}"'
        f' aria-describedby="{escape(ids[1])}" viewBox="{at((box.x, box.y))} {at((box.width, box.height))}"'
        f' width="{short(box.width)}" height="{short(box.height)}">'
        f'<title id="{escape(ids[0])}">{escape(title)}</title><desc id="{escape(ids[1])}">{escape(told)}</desc>'
    )


_TOLD = (
    (StepState.DONE, N_("Klaar: {steps}.")),
    (StepState.CURRENT, N_("Nu bezig: {steps}.")),
    (StepState.SKIPPED, N_("Overgeslagen: {steps}.")),
    (StepState.AHEAD, N_("Nog niet gestart: {steps}.")),
)


def _told(picture: Picture, look: Look) -> str:
    """The picture in words: the steps by where they stand, and what is wrong."""
    said = [look.translate(N_("Tekening van het proces. Dezelfde stappen staan in de lijst."))]
    for state, text in _TOLD:
        names = [_named(picture, key, look) for key, its in look.states.items() if its is state]
        if kept := ", ".join(name for name in names if name):
            said.append(look.translate(text).format(steps=kept))
    said += [
        look.translate(N_("Fout bij {step}: {fault}")).format(step=_named(picture, key, look) or key, fault=fault)
        for key, fault in look.faults.items()
    ]
    return " ".join(said)


def _named(picture: Picture, key: str, look: Look) -> str:
    item = picture.items.get(key)
    is_step = item is not None and (item.kind.endswith("Task") or item.kind in ("task", "callActivity"))
    return item.called(look.language) if item is not None and is_step else ""


def _heres(picture: Picture, look: Look) -> Iterator[str]:
    seen: Sequence[Shape] = [s for s in picture.shapes if look.is_here(s.item.id) and not _contains(s)]
    for shape in seen:
        text = escape(look.translate(look.here_text))
        x, y = shape.box.middle[0], shape.box.y - 8
        yield f'<text class="sluis-bpmn__here" x="{short(x)}" y="{short(y)}" text-anchor="middle">{text}</text>'
