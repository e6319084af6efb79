"""Reads what stands in a BPMN file (BPMN 2.0, ISO/IEC 19510) and where its diagram (BPMN DI) puts it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from sluis.foundation.safe_xml import XmlCaps, parse
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_, Said, said

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
SLUIS = "{urn:nl:sluis:process:1}"

_CAPS = XmlCaps(total_bytes=10 * 1024 * 1024)
_FARTHEST = 100_000.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Item:
    """One element: `kind` is its BPMN tag, `parent` the id of the sub-process that holds it ('' on the outside)."""

    id: str
    kind: str
    name: str
    name_en: str
    parent: str
    role: str = ""
    source: str = ""
    target: str = ""
    attached_to: str = ""
    events: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()

    def called(self, language: str) -> Said:
        return said(self.name, self.name_en, language)


@dataclass(frozen=True, slots=True)
class Shape:
    item: Item
    box: Box
    label: Box | None
    horizontal: bool = True
    expanded: bool = False
    marker: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    item: Item
    points: tuple[Point, ...]
    label: Box | None


@dataclass(frozen=True, slots=True)
class Picture:
    """`items` are all elements of the file in its own order; shapes and edges are those of its first diagram."""

    name: str
    name_en: str
    items: Mapping[str, Item]
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    places: Mapping[str, Box] = field(default_factory=dict[str, Box])

    def called(self, language: str) -> Said:
        return said(self.name, self.name_en, language)


def read(xml: bytes, *, file: str = "BPMN") -> Picture:
    """Raises Invalid: no BPMN, no diagram, or a place in it that is no number within reason."""
    root = parse(xml, file=file, caps=_CAPS)
    if root.tag != BPMN + "definitions":
        raise Invalid("drawing.not-bpmn", N_("{file} is geen BPMN 2.0-bestand."), file=file)
    items = {item.id: item for item in _items(root, "") if item.id}
    plane = root.find(f"{BPMNDI}BPMNDiagram/{BPMNDI}BPMNPlane")
    if plane is None:
        text = N_("{file} heeft geen tekening: alleen stappen zonder plaats.")
        raise Invalid("drawing.no-diagram", text, way_out=N_("Teken het proces in bpmn.io en sla het op."), file=file)
    shapes = tuple(_shapes(plane, items))
    name, name_en = _names(root)
    return Picture(
        name, name_en, items, shapes, tuple(_edges(plane, items)), {shape.item.id: shape.box for shape in shapes}
    )


def _names(root: Element) -> tuple[str, str]:
    named = [process for process in root.findall(BPMN + "process") if process.get("name")]
    named += [pool for pool in root.iter(BPMN + "participant") if pool.get("name")]
    return (named[0].get("name", ""), named[0].get(SLUIS + "name-en", "")) if named else ("", "")


_HOLDERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})
_NOT_DRAWN = frozenset({"extensionElements", "documentation"})


def _items(element: Element, parent: str) -> Iterator[Item]:
    for child in element:
        if not child.tag.startswith(BPMN) or (kind := child.tag.removeprefix(BPMN)) in _NOT_DRAWN:
            continue
        yield _item(child, kind, parent)
        yield from _items(child, child.get("id", "") if kind in _HOLDERS else parent)


def _item(element: Element, kind: str, parent: str) -> Item:
    source, target = element.get("sourceRef", ""), element.get("targetRef", "")
    if kind in ("dataInputAssociation", "dataOutputAssociation"):
        source = source or (element.findtext(BPMN + "sourceRef") or "")
        target = target or (element.findtext(BPMN + "targetRef") or "")
    text = element.findtext(BPMN + "text") if kind == "textAnnotation" else None
    return Item(
        id=element.get("id", ""),
        kind=kind,
        name=(text or element.get("name", "")).strip(),
        name_en=(element.get(SLUIS + "text-en") or element.get(SLUIS + "name-en", "")).strip(),
        parent=parent,
        role=element.get(SLUIS + "role", ""),
        source=source.rpartition(":")[2],
        target=target.rpartition(":")[2],
        attached_to=element.get("attachedToRef", ""),
        events=tuple(_events(element)),
        flags=frozenset(_flags(element)),
    )


def _events(element: Element) -> Iterator[str]:
    for child in element:
        kind = child.tag.removeprefix(BPMN)
        if kind.endswith("EventDefinition"):
            yield kind.removesuffix("EventDefinition")
        elif kind == "eventDefinitionRef":
            yield "signal"


_TRUE = (
    ("triggeredByEvent", "event-sub"),
    ("isForCompensation", "compensation"),
    ("instantiate", "instantiate"),
    ("parallelMultiple", "parallel"),
    ("isCollection", "collection"),
)
_MARKED = {"standardLoopCharacteristics": "loop", "ioSpecification": "io"}


def _flags(element: Element) -> Iterator[str]:
    yield from (flag for name, flag in _TRUE if element.get(name) == "true")
    if element.get("cancelActivity") == "false" or element.get("isInterrupting") == "false":
        yield "non-interrupting"
    if default := element.get("default"):
        yield "default:" + default
    if element.get("eventGatewayType") == "Parallel":
        yield "parallel"
    yield "direction:" + element.get("associationDirection", "None")
    for child in element:
        kind = child.tag.removeprefix(BPMN)
        if kind == "multiInstanceLoopCharacteristics":
            yield "sequential" if child.get("isSequential") == "true" else "instances"
        elif kind == "conditionExpression":
            yield "conditional"
        elif kind in _MARKED:
            yield _MARKED[kind]


def _shapes(plane: Element, items: Mapping[str, Item]) -> Iterator[Shape]:
    for shape in plane.findall(BPMNDI + "BPMNShape"):
        item, bounds = items.get(_reference(shape)), shape.find(DC + "Bounds")
        if item is None or bounds is None:
            continue
        yield Shape(
            item=item,
            box=_box(bounds, item),
            label=_label(shape, item),
            horizontal=shape.get("isHorizontal", "true") != "false",
            expanded=shape.get("isExpanded") == "true" and item.kind in _HOLDERS | {"callActivity"},
            marker=shape.get("isMarkerVisible") == "true",
        )


def _edges(plane: Element, items: Mapping[str, Item]) -> Iterator[Edge]:
    for edge in plane.findall(BPMNDI + "BPMNEdge"):
        item = items.get(_reference(edge))
        points = tuple((_number(p, "x", item), _number(p, "y", item)) for p in edge.findall(DI + "waypoint"))
        if item is not None and len(points) > 1:
            yield Edge(item, points, _label(edge, item))


def _reference(element: Element) -> str:
    return element.get("bpmnElement", "").rpartition(":")[2]


def _label(element: Element, item: Item) -> Box | None:
    bounds = element.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
    return None if bounds is None else _box(bounds, item)


def _box(bounds: Element, item: Item) -> Box:
    x, y, width, height = (_number(bounds, name, item) for name in ("x", "y", "width", "height"))
    return Box(x, y, max(width, 0.0), max(height, 0.0))


def _number(element: Element, name: str, item: Item | None) -> float:
    try:
        value = float(element.get(name, "0"))
    except ValueError:
        value = math.nan
    if not abs(value) <= _FARTHEST:  # also false for NaN
        text = N_("De plaats van ‘{element}’ in de tekening klopt niet: {name} is ‘{value}’.")
        way_out = N_("Open het bestand in bpmn.io, zet het element op zijn plaats en sla het op.")
        shown = element.get(name, "")[:40]
        raise Invalid("drawing.place", text, way_out=way_out, element=item.id if item else "", name=name, value=shown)
    return value
