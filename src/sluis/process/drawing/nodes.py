"""Boxes, circles and diamonds with their signs and names."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from sluis.process.drawing import marks
from sluis.process.drawing.lines import at, short
from sluis.process.drawing.picture import Box, Item, Point, Shape
from sluis.process.drawing.words import width, wrapped

if TYPE_CHECKING:
    from sluis.process.drawing.svg import Look

TEXT, SMALL, LINE = 13.0, 12.0, 15.0
LANES = frozenset({"participant", "lane"})
CONTAINERS = LANES | {"group"}
_EVENTS = {"startEvent": "start", "endEvent": "end", "boundaryEvent": "between"}
_BAND = 30


def node(shape: Shape, look: "Look") -> str:
    """One element with its state; the name of an event, gateway or data stands apart (`label`)."""
    item = shape.item
    classes = ["sluis-bpmn__node", f"sluis-bpmn__node--{_family(shape)}"]
    if state := look.state(item.id):
        classes.append(f"sluis-bpmn--{state}")
    if item.id in look.faults:
        classes.append("sluis-bpmn--fault")
    name = escape(item.called(look.language) or item.id)
    title = f"{name}: {escape(look.faults[item.id])}" if item.id in look.faults else name
    extras = _tick(shape, state) + (_warning(shape.box) if item.id in look.faults else "")
    return (
        f'<g id="{escape(look.prefix)}-{escape(item.id)}" class="{" ".join(classes)}"><title>{title}</title>'
        f"{_body(shape, look)}{extras}</g>"
    )


def label(shape: Shape, look: "Look") -> str:
    """The name beside an event, gateway or data object."""
    name = shape.item.called(look.language)
    if not name or _family(shape) not in ("event", "gateway", "data"):
        return ""
    box = shape.label or Box(shape.box.middle[0] - 45, shape.box.y + shape.box.height + 4, 90, 0)
    return lines_of(name, box, state=look.state(shape.item.id))


def lines_of(name: str, box: Box, *, state: str = "") -> str:
    """Text in and if needed below `box`, around its middle."""
    room = max(box.width + 6, 64)
    found = wrapped(name, room=room, size=SMALL, lines=5)
    extra = f" sluis-bpmn--{state}" if state else ""
    return _text(found, (box.middle[0], box.y + SMALL - 2), f"sluis-bpmn__label{extra}")


def _family(shape: Shape) -> str:
    kind = shape.item.kind
    if kind in LANES:
        return "lane"
    if kind.endswith("Event"):
        return "event"
    if kind.endswith("Gateway"):
        return "gateway"
    if kind.startswith("data"):
        return "data"
    if kind in ("textAnnotation", "group"):
        return "note"
    return "container" if shape.expanded else "task"


def _body(shape: Shape, look: "Look") -> str:
    draw = {
        "lane": _lane,
        "event": _event,
        "gateway": _gateway,
        "data": _data,
        "note": _note,
        "container": _activity,
        "task": _activity,
    }[_family(shape)]
    return draw(shape, shape.item.called(look.language))


def _rect(box: Box, kind: str = "shape", *, radius: float = 0, inset: float = 0) -> str:
    return (
        f'<rect class="sluis-bpmn__{kind}" x="{short(box.x + inset)}" y="{short(box.y + inset)}"'
        f' width="{short(max(box.width - 2 * inset, 0))}" height="{short(max(box.height - 2 * inset, 0))}"'
        f' rx="{short(radius)}"/>'
    )


def _sign(sign: marks.Sign, middle: Point, scale: float = 1) -> str:
    resize = "" if scale == 1 else f" scale({short(scale)})"
    return "".join(
        f'<path class="sluis-bpmn__{kind}" d="{path}" transform="translate({at(middle)}){resize}"/>'
        for kind, path in sign
    )


def _text(found: Sequence[str], first: Point, kind: str, anchor: str = "middle", turn: str = "") -> str:
    x, y = first
    spans = "".join(
        f'<tspan x="{short(x)}" y="{short(y + i * LINE)}">{escape(line)}</tspan>' for i, line in enumerate(found)
    )
    return f'<text class="{kind}" text-anchor="{anchor}"{turn}>{spans}</text>' if found else ""


def _centred(name: str, box: Box, *, size: float = TEXT) -> str:
    found = wrapped(name, room=box.width, size=size, lines=max(int(box.height // LINE), 1))
    x, y = box.middle
    return _text(found, (x, y - (len(found) - 1) * LINE / 2 + size * 0.35), "sluis-bpmn__name")


def _lane(shape: Shape, name: str) -> str:
    box = shape.box
    if not shape.horizontal:
        band = Box(box.x, box.y, box.width, _BAND)
        return _rect(box) + _centred(name, band)
    wide = max(box.height - 10, 0)
    x, y = box.x + _BAND / 2, box.middle[1]
    found = wrapped(name, room=wide, size=TEXT, lines=1 if width(name, TEXT) <= wide else 2)
    turn = f' transform="rotate(-90 {at((x, y))})"'
    first = (x, y + TEXT * 0.35 - (len(found) - 1) * LINE / 2)
    line = f"M{at((box.x + _BAND, box.y))}V{short(box.y + box.height)}"
    rule = f'<path class="sluis-bpmn__line" d="{line}"/>' if shape.item.kind == "participant" else ""
    if shape.item.kind == "participant" and box.height < 80 and width(name, TEXT) > wide:
        return _rect(box) + _centred(name, box)  # a closed pool: its name lies
    return _rect(box) + rule + _text(found, first, "sluis-bpmn__name", turn=turn)


def _event(shape: Shape, _name: str) -> str:
    item, box = shape.item, shape.box
    kind = _EVENTS.get(item.kind, "between")
    broken = " sluis-bpmn__shape--broken" if "non-interrupting" in item.flags else ""
    x, y = box.middle
    radius = min(box.width, box.height) / 2
    rings = [("shape" + f" sluis-bpmn__shape--{kind}{broken}", radius)]
    if kind == "between":
        rings.append(("ring" + broken, radius - 3))
    drawn = "".join(
        f'<circle class="sluis-bpmn__{look}" cx="{short(x)}" cy="{short(y)}" r="{short(max(r, 0))}"/>'
        for look, r in rings
    )
    throws = item.kind in ("endEvent", "intermediateThrowEvent")
    return drawn + _sign(marks.event(_trigger(item), throws=throws), (x, y), radius / 18 * (0.95 if throws else 0.9))


def _trigger(item: Item) -> str:
    if len(item.events) > 1:
        return "parallel" if "parallel" in item.flags else "multiple"
    return item.events[0] if item.events else ""


def _gateway(shape: Shape, _name: str) -> str:
    item, box = shape.item, shape.box
    x, y = box.middle
    path = f"M{at((x, box.y))}L{at((box.x + box.width, y))}L{at((x, box.y + box.height))}L{at((box.x, y))}z"
    sign: marks.Sign = marks.GATEWAYS.get(item.kind, ())
    if item.kind == "exclusiveGateway" and not shape.marker:
        sign = ()
    if item.kind == "eventBasedGateway":
        sign = marks.event_gateway(instantiates="instantiate" in item.flags, parallel="parallel" in item.flags)
    return f'<path class="sluis-bpmn__shape" d="{path}"/>' + _sign(sign, (x, y), min(box.width, box.height) / 50)


def _activity(shape: Shape, name: str) -> str:
    item, box = shape.item, shape.box
    extra = " sluis-bpmn__shape--call" if item.kind == "callActivity" else ""
    extra += " sluis-bpmn__shape--dotted" if "event-sub" in item.flags else ""
    drawn = _rect(box, "shape" + extra, radius=8)
    if item.kind == "transaction":
        drawn += _rect(box, "ring", radius=6, inset=4)
    if item.kind in marks.TASKS:
        drawn += _sign(marks.TASKS[item.kind], (box.x + 14, box.y + 13), 0.85)
    drawn += _below(shape)
    if shape.expanded:
        found = wrapped(name, room=box.width - 30, size=TEXT, lines=1)
        return drawn + _text(found, (box.x + 12, box.y + 19), "sluis-bpmn__name sluis-bpmn__name--title", "start")
    top = 12 if item.kind in marks.TASKS and box.height >= 60 else 0
    return drawn + _centred(name, Box(box.x + 5, box.y + top / 2, box.width - 10, box.height - top / 2 - 4))


def _below(shape: Shape) -> str:
    item, box = shape.item, shape.box
    found = [flag for flag in ("loop", "instances", "sequential", "compensation") if flag in item.flags]
    if item.kind == "adHocSubProcess":
        found.append("ad-hoc")
    if item.kind in ("subProcess", "transaction", "adHocSubProcess", "callActivity") and not shape.expanded:
        found += ["collapsed"] if item.kind != "callActivity" else []
    left = box.middle[0] - (len(found) - 1) * 10
    y = box.y + box.height - 11
    return "".join(_sign(marks.BELOW[flag], (left + i * 20, y)) for i, flag in enumerate(found))


def _data(shape: Shape, _name: str) -> str:
    box, corner = shape.box, 10.0
    right, bottom = box.x + box.width, box.y + box.height
    if shape.item.kind.startswith("dataStore"):
        rx, ry, lid = box.width / 2, min(box.height / 6, 8.0), box.y + min(box.height / 6, 8.0)
        curve = f"A{short(rx)} {short(ry)} 0 0 "
        body = (
            f"M{at((box.x, lid))}{curve}1 {at((right, lid))}V{short(bottom - ry)}{curve}1 {at((box.x, bottom - ry))}z"
        )
        rings = "".join(f"M{at((box.x, lid + d))}{curve}0 {at((right, lid + d))}" for d in (0, 5, 10))
        return f'<path class="sluis-bpmn__shape" d="{body}"/><path class="sluis-bpmn__line" d="{rings}"/>'
    sheet = (
        f"M{at((box.x, box.y))}H{short(right - corner)}L{at((right, box.y + corner))}V{short(bottom)}H{short(box.x)}z"
    )
    fold = f"M{at((right - corner, box.y))}V{short(box.y + corner)}H{short(right)}"
    drawn = f'<path class="sluis-bpmn__shape" d="{sheet}"/><path class="sluis-bpmn__line" d="{fold}"/>'
    if "collection" in shape.item.flags:
        drawn += _sign(marks.BELOW["instances"], (box.middle[0], bottom - 9))
    if shape.item.kind in ("dataInput", "dataOutput"):
        kind = "line" if shape.item.kind == "dataInput" else "solid"
        drawn += _sign(((kind, "M-7 -2.5H1V-6L7 0L1 6V2.5H-7z"),), (box.x + 12, box.y + 12))
    return drawn


def _note(shape: Shape, name: str) -> str:
    box = shape.box
    if shape.item.kind == "group":
        return _rect(box, "group", radius=10)
    bracket = f"M{at((box.x + 12, box.y))}H{short(box.x)}V{short(box.y + box.height)}H{short(box.x + 12)}"
    found = wrapped(name, room=max(box.width - 8, 40), size=SMALL, lines=max(int(box.height // LINE), 1))
    text = _text(found, (box.x + 7, box.y + LINE), "sluis-bpmn__label", "start")
    return f'<path class="sluis-bpmn__line" d="{bracket}"/>{text}'


def _tick(shape: Shape, state: str) -> str:
    if state != "done" or _family(shape) not in ("task", "container"):
        return ""
    x, y = shape.box.x + shape.box.width - 14, shape.box.y + 13
    return f'<path class="sluis-bpmn__tick" d="M-5 0L-1.5 4L5 -4.5" transform="translate({at((x, y))})"/>'


def _warning(box: Box) -> str:
    x, y = box.x + box.width, box.y
    return (
        f'<circle class="sluis-bpmn__warning" cx="{short(x)}" cy="{short(y)}" r="10"/>'
        f'<text class="sluis-bpmn__bang" x="{short(x)}" y="{short(y + 5)}" text-anchor="middle">!</text>'
    )
