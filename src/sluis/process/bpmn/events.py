"""Which events run here, whether what they refer to exists, and whether an error has somebody who catches it."""

from collections.abc import Iterator, Mapping

from sluis.kernel.text import N_
from sluis.process.bpmn.faults import BpmnFault, Level
from sluis.process.bpmn.model import AUTOMATIC, SCOPED, BpmnModel, EventDefinition, Node, NodeKind, Scope

_RUN = {
    NodeKind.START: {"message"},
    NodeKind.END: {"message", "signal", "error", "escalation", "terminate"},
    NodeKind.CATCH: {"message", "signal", "timer"},
    NodeKind.THROW: {"message", "signal", "escalation"},
    NodeKind.BOUNDARY: {"message", "signal", "timer", "error", "escalation"},
}
_NEEDS_ONE = (NodeKind.CATCH, NodeKind.BOUNDARY)
_INNER = SCOPED | {NodeKind.CALL}
_WAY_OUT = N_("Gebruik een gebeurtenis die hier wel draait; zie docs/reference/process-files.md.")


def faults(model: BpmnModel) -> Iterator[BpmnFault]:
    for node in model.nodes.values():
        if node.kind in _RUN:
            yield from _kinds(model, node)
        for event in node.events:
            yield from _reference(model, node, event)
        if node.kind is NodeKind.BOUNDARY:
            yield from _boundary(model, node)
        if node.kind is NodeKind.RECEIVE:
            yield from _reference(model, node, EventDefinition("message", ref=node.plain.get("messageRef", "")))
        if node.kind is NodeKind.END and node.event and node.event.kind == "error":
            yield from _uncaught(model, node, node.event)


def _kinds(model: BpmnModel, node: Node) -> Iterator[BpmnFault]:
    if len(node.events) > 1:
        text = N_("Gebeurtenis ‘{element}’ wacht op meer dan één ding; dat draait hier niet.")
        yield _not_run(node, "bpmn.multiple-events", text)
    if not node.events and node.kind in _NEEDS_ONE:
        text = N_("Gebeurtenis ‘{element}’ zegt niet waarop ze wacht.")
        yield _not_run(node, "bpmn.event-empty", text, N_("Kies een bericht, tijd of signaal."))
    for event in node.events:
        inside = node.kind is NodeKind.START and node.scope != model.main
        if event.kind not in _RUN[node.kind] or inside:
            text = N_("Een ‘{kind}’-gebeurtenis draait op de plaats van ‘{element}’ niet.")
            yield _not_run(node, "bpmn.event-not-run", text, kind=event.kind)


def _boundary(model: BpmnModel, node: Node) -> Iterator[BpmnFault]:
    host, event = model.nodes.get(node.attached_to), node.event
    if host is None or event is None:
        return
    if event.kind == "error" and not node.interrupting:
        yield _not_run(node, "bpmn.error-not-interrupting", N_("Fout ‘{element}’ moet de stap afbreken."))
    able = _INNER | AUTOMATIC if event.kind == "error" else _INNER
    if event.kind in ("error", "escalation") and host.kind not in able:
        text = N_("Aan stap ‘{host}’ kan geen ‘{kind}’ ontstaan, dus ‘{element}’ gebeurt nooit.")
        yield _not_run(node, "bpmn.never-thrown", text, host=host.id, kind=event.kind)


def _reference(model: BpmnModel, node: Node, event: EventDefinition) -> Iterator[BpmnFault]:
    known: Mapping[str, Mapping[str, str]] = {
        "message": model.messages,
        "signal": model.signals,
        "error": model.errors,
        "escalation": model.escalations,
    }
    if event.kind not in known:
        return
    if event.ref and event.ref not in known[event.kind]:
        text = N_("‘{element}’ verwijst naar ‘{missing}’, dat niet bestaat.")
        yield BpmnFault(node.id, "bpmn.broken-reference", text, params={"missing": event.ref})
    elif event.ref and not known[event.kind][event.ref]:
        text = N_("‘{missing}’, waar ‘{element}’ naar verwijst, heeft geen naam of code.")
        yield _not_run(node, "bpmn.no-name", text, N_("Geef het een naam of code."), missing=event.ref)
    elif not event.ref and not (node.kind is NodeKind.BOUNDARY and event.kind in ("error", "escalation")):
        text = N_("‘{element}’ noemt geen bericht, signaal, fout of escalatie.")
        yield _not_run(node, f"bpmn.no-{event.kind}", text, N_("Kies er een."))


def _uncaught(model: BpmnModel, node: Node, event: EventDefinition) -> Iterator[BpmnFault]:
    if not _caught(model, model.scopes[node.scope], model.errors.get(event.ref, ""), frozenset()):
        text = N_("Fout ‘{element}’ wordt door niets om het deelproces opgevangen.")
        way_out = N_("Hang een foutgebeurtenis aan het deelproces, of gebruik een gewoon einde.")
        yield _not_run(node, "bpmn.error-not-caught", text, way_out)


def _caught(model: BpmnModel, scope: Scope, code: str, seen: frozenset[str]) -> bool:
    """True when, wherever this scope runs, something around it catches the error."""
    hosts = [node for node in model.nodes.values() if node.id not in seen and model.inner(node) is scope]
    return bool(hosts) and all(
        _catches(model, host, code) or _caught(model, model.scopes[host.scope], code, seen | {host.id})
        for host in hosts
    )


def _catches(model: BpmnModel, host: Node, code: str) -> bool:
    events = [edge.event for edge in model.scopes[host.scope].boundaries[host.id]]
    return any(e and e.kind == "error" and (not e.ref or model.errors.get(e.ref) == code) for e in events)


def _not_run(node: Node, code: str, message: str, way_out: str = _WAY_OUT, **params: str) -> BpmnFault:
    return BpmnFault(node.id, code, message, way_out, Level.EXECUTION, params)
