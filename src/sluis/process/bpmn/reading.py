"""From bytes to a model. Refuses what is not XML, not BPMN or dangerous; whether it can run is for `checking`.

BPMN 2.0.2 (OMG formal/2013-12-09). Nothing outside the file is fetched and nothing in it is executed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from sluis.foundation.safe_xml import XmlCaps, parse
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.process.bpmn.faults import BpmnFault
from sluis.process.bpmn.model import (
    SCOPED,
    BpmnModel,
    EventDefinition,
    Expression,
    Flow,
    Loop,
    Node,
    NodeKind,
    Scope,
)
from sluis.process.types import Field, Group, Option

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SLUIS = "{urn:nl:sluis:process:1}"
CAPS = XmlCaps(total_bytes=10 * 1024 * 1024, depth=100)
MAX_NODES = 2_000
_KINDS = {kind.value: kind for kind in NodeKind}
_FIELD, _GROUP = f"{SLUIS}field", f"{SLUIS}group"
_PLAIN = (
    "default",
    "attachedToRef",
    "cancelActivity",
    "calledElement",
    "messageRef",
    "triggeredByEvent",
    "instantiate",
    "parallelMultiple",
    "isInterrupting",
    "isForCompensation",
)
_GLOBALS = {
    "message": ("messages", "name"),
    "signal": ("signals", "name"),
    "error": ("errors", "errorCode"),
    "escalation": ("escalations", "escalationCode"),
}


@dataclass
class _Found:
    """What the walk gathers, before it is frozen."""

    scopes: dict[str, tuple[Element, str]] = field(default_factory=dict)
    nodes: dict[str, dict[str, Node]] = field(default_factory=dict)
    flows: dict[str, dict[str, Flow]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    faults: list[BpmnFault] = field(default_factory=list)


def read(xml: bytes, *, file: str = "BPMN") -> tuple[BpmnModel | None, tuple[BpmnFault, ...]]:
    """The model and what was wrong in reading it; no model when the file is not one at all."""
    try:
        root = parse(xml, file=file, caps=CAPS)
    except Invalid as error:
        return None, (BpmnFault("", error.code, error.message, error.way_out, params=error.params),)
    if root.tag != BPMN + "definitions":
        text = N_("Dit is geen BPMN 2.0-bestand: het eerste element is ‘{tag}’.")
        return None, (BpmnFault("", "bpmn.not-bpmn", text, params={"tag": _short(root)}),)
    return _model(root)


def _model(root: Element) -> tuple[BpmnModel | None, tuple[BpmnFault, ...]]:
    found = _Found()
    processes = [element for element in root if element.tag == BPMN + "process"]
    for process in processes:
        _walk(process, "", found)
    if not found.scopes:
        return None, (*found.faults, BpmnFault("", "bpmn.no-process", N_("Er staat geen proces in het bestand.")))
    if sum(map(len, found.nodes.values())) > MAX_NODES:
        text = N_("Het proces heeft meer dan {limit} stappen.")
        return None, (BpmnFault("", "bpmn.too-many", text, params={"limit": MAX_NODES}),)
    scopes = {key: _scope(key, element, parent, found) for key, (element, parent) in found.scopes.items()}
    named: dict[str, dict[str, str]] = {kind: {} for kind, _ in _GLOBALS.values()}
    for element in root:
        if (name := _short(element)) in _GLOBALS:
            kind, value = _GLOBALS[name]
            named[kind][element.get("id", "")] = element.get(value) or element.get("name") or ""
    model = BpmnModel(
        scopes=scopes,
        main=_main(scopes),
        language=root.get("expressionLanguage", ""),
        others=_others(processes, scopes),
        **named,
    )
    return model, tuple(found.faults)


def _others(processes: list[Element], scopes: Mapping[str, Scope]) -> dict[str, str]:
    """What stands in the processes beside steps and flows."""
    taken = {*scopes, *(key for scope in scopes.values() for key in (*scope.nodes, *scope.flows))}
    parts = (part for process in processes for part in process.iter() if part.tag.startswith(BPMN))
    return {key: _short(part) for part in parts if (key := part.get("id")) and key not in taken}


def _main(scopes: Mapping[str, Scope]) -> str:
    called = {node.plain.get("calledElement") for scope in scopes.values() for node in scope.kinds(NodeKind.CALL)}
    processes = [scope for scope in scopes.values() if not scope.parent]
    free = [scope for scope in processes if scope.id not in called] or processes
    running = [scope for scope in free if scope.executable] or free
    return running[0].id


def _walk(element: Element, parent: str, found: _Found) -> None:
    """Take in a process or sub-process and all that stands in it."""
    key = _id(element, found)
    found.scopes[key] = (element, parent)
    found.nodes[key], found.flows[key] = {}, {}
    for child in element:
        name = _short(child)
        if name in _KINDS:
            node = _node(child, _KINDS[name], key, found)
            found.nodes[key][node.id] = node
            if node.kind in SCOPED:
                _walk_inner(child, node.id, key, found)
        elif name == "sequenceFlow":
            flow = _flow(child, key, found)
            found.flows[key][flow.id] = flow


def _walk_inner(element: Element, key: str, parent: str, found: _Found) -> None:
    found.ids.discard(key)  # the node and its scope are one element
    _walk(element, parent, found)


def _id(element: Element, found: _Found) -> str:
    """The id; a fault for one that is missing or was used before."""
    key = element.get("id", "")
    if not key:
        text = N_("Een element ‘{tag}’ heeft geen id.")
        way_out = N_("Geef elk element een eigen id.")
        key = f"?{len(found.ids)}"
        found.faults.append(BpmnFault("", "bpmn.no-id", text, way_out, params={"tag": _short(element)}))
    elif key in found.ids:
        text = N_("Het id ‘{element}’ komt meer dan één keer voor.")
        found.faults.append(BpmnFault(key, "bpmn.double-id", text, N_("Geef elk element een eigen id.")))
    found.ids.add(key)
    return key


def _node(element: Element, kind: NodeKind, scope: str, found: _Found) -> Node:
    key = _id(element, found)
    text, text_en = _documentation(element)
    return Node(
        id=key,
        kind=kind,
        scope=scope,
        name=element.get("name", ""),
        name_en=element.get(SLUIS + "name-en", ""),
        documentation=text,
        documentation_en=text_en,
        given={k.removeprefix(SLUIS): v for k, v in element.attrib.items() if k.startswith(SLUIS)},
        plain={k: v for k in _PLAIN if (v := element.get(k)) is not None},
        events=tuple(_events(element)),
        loop=_loop(element),
        form=tuple(_fields(element)),
        groups=tuple(_group(one) for form in _forms(element) for one in form.iter(_GROUP)),
    )


def _flow(element: Element, scope: str, found: _Found) -> Flow:
    return Flow(
        id=_id(element, found),
        scope=scope,
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        name=element.get("name", ""),
        condition=_expression(element.find(BPMN + "conditionExpression")),
        maximum=element.get(SLUIS + "max", ""),
    )


def _scope(key: str, element: Element, parent: str, found: _Found) -> Scope:
    text, text_en = _documentation(element)
    return Scope(
        id=key,
        parent=parent,
        name=element.get("name", ""),
        name_en=element.get(SLUIS + "name-en", ""),
        documentation=text,
        documentation_en=text_en,
        executable=element.get("isExecutable", "true") == "true",
        nodes=found.nodes[key],
        flows=found.flows[key],
    )


def _documentation(element: Element) -> tuple[str, str]:
    own = element.find(BPMN + "documentation")
    english = element.find(f"{BPMN}extensionElements/{SLUIS}documentation-en")
    return _text(own), _text(english)


def _events(element: Element) -> Iterator[EventDefinition]:
    for child in element:
        name = _short(child)
        if name == "eventDefinitionRef":
            yield EventDefinition("reference", ref=_text(child))
        elif name.endswith("EventDefinition"):
            kind = name.removesuffix("EventDefinition")
            yield _timer(child) if kind == "timer" else EventDefinition(kind, ref=child.get(f"{kind}Ref", ""))


def _timer(element: Element) -> EventDefinition:
    for form, tag in (("date", "timeDate"), ("duration", "timeDuration"), ("cycle", "timeCycle")):
        if (found := element.find(BPMN + tag)) is not None:
            return EventDefinition("timer", form=form, expression=_expression(found))
    return EventDefinition("timer")


def _loop(element: Element) -> Loop | None:
    if (loop := element.find(BPMN + "standardLoopCharacteristics")) is not None:
        return Loop(
            "standard",
            maximum=loop.get("loopMaximum", ""),
            condition=_expression(loop.find(BPMN + "loopCondition")),
            test_before=loop.get("testBefore") == "true",
        )
    loop = element.find(BPMN + "multiInstanceLoopCharacteristics")
    if loop is None:
        return None
    item, output = loop.find(BPMN + "inputDataItem"), loop.find(BPMN + "outputDataItem")
    return Loop(
        "sequential" if loop.get("isSequential") == "true" else "parallel",
        condition=_expression(loop.find(BPMN + "completionCondition")),
        over=_text(loop.find(BPMN + "loopDataInputRef")),
        item=_name(item),
        into=_text(loop.find(BPMN + "loopDataOutputRef")),
        output=_name(output),
        cardinality=_expression(loop.find(BPMN + "loopCardinality")),
    )


def _name(item: Element | None) -> str:
    return "" if item is None else item.get("name") or item.get("id", "")


def _forms(element: Element) -> Iterator[Element]:
    return element.iterfind(f"{BPMN}extensionElements/{SLUIS}form")


def _group(element: Element) -> Group:
    return Group(element.get("label", ""), element.get("label-en", ""))


def _grouped(form: Element, group: Group | None = None) -> Iterator[tuple[Group | None, Element]]:
    """The fields in the order of the file, each with the group that it stands in; a group holds no other group."""
    for one in form:
        if one.tag == _FIELD:
            yield group, one
        elif one.tag == _GROUP and group is None:
            yield from _grouped(one, _group(one))


def _fields(element: Element) -> Iterator[Field]:
    for group, given in (one for form in _forms(element) for one in _grouped(form)):
        options = tuple(
            Option(one.get("value", ""), one.get("label", ""), one.get("label-en", ""))
            for one in given.findall(SLUIS + "option")
        )
        yield Field(
            id=given.get("id", ""),
            type=given.get("type", ""),
            label=given.get("label", ""),
            label_en=given.get("label-en", ""),
            help=given.get("help", ""),
            help_en=given.get("help-en", ""),
            required=given.get("required") == "true",
            options=options,
            group=group,
        )


def _expression(element: Element | None) -> Expression | None:
    text = _text(element)
    return Expression(text, element.get("language", "")) if element is not None and text else None


def _text(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _short(element: Element) -> str:
    """The element's name within BPMN; with its namespace when it is from elsewhere."""
    return element.tag.removeprefix(BPMN)
