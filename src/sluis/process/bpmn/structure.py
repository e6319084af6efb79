"""The drawing itself: references, starts and ends, steps nobody reaches or leaves, splits and loops."""

from collections.abc import Iterator

from sluis.kernel.text import N_
from sluis.process.bpmn.faults import BpmnFault, Level
from sluis.process.bpmn.model import ACTIVITIES, BpmnModel, Flow, Node, NodeKind, Scope

MAX_TIMES = 1_000
_CHOOSING = frozenset({NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE})
_SPLITTING = _CHOOSING | {NodeKind.PARALLEL, NodeKind.EVENT_BASED, NodeKind.COMPLEX}
_ASIDE = frozenset({"triggeredByEvent", "isForCompensation"})


def faults(model: BpmnModel, scope: Scope) -> Iterator[BpmnFault]:
    broken = list(_references(scope))
    yield from broken
    if not scope.nodes:
        yield _execution(scope.id, "bpmn.empty", N_("In ‘{element}’ staat geen enkele stap."), N_("Teken de stappen."))
        return
    yield from _edges(scope)
    yield from _splits(scope)
    if not broken:
        yield from _reach(scope)
        yield from _loops(scope)


def _references(scope: Scope) -> Iterator[BpmnFault]:
    for flow in scope.flows.values():
        for end in (flow.source, flow.target):
            if end not in scope.nodes:
                text = N_("Pijl ‘{element}’ hangt aan ‘{missing}’, dat hier niet bestaat.")
                yield BpmnFault(flow.id, "bpmn.broken-reference", text, params={"missing": end})
    for node in scope.nodes.values():
        host = scope.nodes.get(node.attached_to)
        if node.kind is NodeKind.BOUNDARY and (host is None or host.kind not in ACTIVITIES):
            text = N_("Gebeurtenis ‘{element}’ hangt aan ‘{missing}’, dat hier geen taak of deelproces is.")
            yield BpmnFault(node.id, "bpmn.broken-reference", text, params={"missing": node.attached_to})
        default = node.plain.get("default")
        if default and (default not in scope.flows or scope.flows[default].source != node.id):
            text = N_("De standaardpijl ‘{missing}’ van ‘{element}’ vertrekt daar niet.")
            yield BpmnFault(node.id, "bpmn.broken-reference", text, params={"missing": default})


def _edges(scope: Scope) -> Iterator[BpmnFault]:
    """One start without arrows in, at least one end, ends without arrows out."""
    starts = list(scope.kinds(NodeKind.START))
    if len(starts) != 1:
        text = N_("‘{element}’ heeft {count} startgebeurtenissen; het moet er precies één zijn.")
        yield BpmnFault(scope.id, "bpmn.start", text, params={"count": len(starts)})
    if not any(scope.kinds(NodeKind.END)):
        yield BpmnFault(scope.id, "bpmn.no-end", N_("‘{element}’ heeft geen eindgebeurtenis."), N_("Teken een einde."))
    for node in scope.kinds(NodeKind.START, NodeKind.BOUNDARY):
        if scope.incoming[node.id]:
            yield BpmnFault(node.id, "bpmn.arrow-into-start", N_("Naar begin ‘{element}’ mag geen pijl lopen."))
    for node in scope.kinds(NodeKind.END):
        if scope.outgoing[node.id]:
            yield BpmnFault(node.id, "bpmn.arrow-from-end", N_("Van einde ‘{element}’ mag geen pijl vertrekken."))


def _splits(scope: Scope) -> Iterator[BpmnFault]:
    for node in scope.nodes.values():
        leaving = scope.outgoing[node.id]
        if len(leaving) > 1 and node.kind not in _SPLITTING:
            text = N_("Uit ‘{element}’ vertrekken meer pijlen, zonder splitsing.")
            yield _execution(node.id, "bpmn.implicit-split", text, N_("Zet er een gateway achter."))
        if node.kind in _CHOOSING:
            yield from _choice(node, leaving)
        else:
            for flow in leaving:
                if flow.condition:
                    text = N_("Pijl ‘{element}’ heeft een voorwaarde, maar vertrekt niet uit een keuze.")
                    way_out = N_("Laat hem uit een exclusieve of inclusieve gateway vertrekken.")
                    yield _execution(flow.id, "bpmn.stray-condition", text, way_out)
        if node.kind is NodeKind.EVENT_BASED:
            yield from _race(scope, node, leaving)


def _choice(node: Node, leaving: tuple[Flow, ...]) -> Iterator[BpmnFault]:
    default = node.plain.get("default")
    if len(leaving) > 1 and not default:
        text = N_("Keuze ‘{element}’ heeft geen standaardpijl: waarheen als geen voorwaarde waar is?")
        way_out = N_("Kies de pijl die geldt als iets onbekend is; die mag nooit naar ‘open’ leiden.")
        yield BpmnFault(node.id, "bpmn.no-default", text, way_out)
    for flow in leaving:
        if flow.id == default and flow.condition:
            text = N_("Standaardpijl ‘{element}’ heeft een voorwaarde; die telt niet mee.")
            yield BpmnFault(flow.id, "bpmn.default-condition", text, N_("Haal de voorwaarde weg."))
        elif flow.id != default and not flow.condition and len(leaving) > 1:
            text = N_("Pijl ‘{element}’ uit een keuze heeft geen voorwaarde.")
            yield BpmnFault(flow.id, "bpmn.no-condition", text, N_("Schrijf de voorwaarde in FEEL."))


def _race(scope: Scope, node: Node, leaving: tuple[Flow, ...]) -> Iterator[BpmnFault]:
    targets = [scope.nodes[flow.target] for flow in leaving if flow.target in scope.nodes]
    wrong = [
        t.id for t in targets if t.kind not in (NodeKind.CATCH, NodeKind.RECEIVE) or len(scope.incoming[t.id]) != 1
    ]
    if len(leaving) < 2 or wrong:
        text = N_("Na wachtpunt ‘{element}’ moeten twee of meer eigen wachtgebeurtenissen staan.")
        yield BpmnFault(node.id, "bpmn.event-gateway", text)


def _reach(scope: Scope) -> Iterator[BpmnFault]:
    """Dead ends, steps no token gets to, and steps from which no end can be reached."""
    aside = {node.id for node in scope.nodes.values() if any(node.plain.get(key) == "true" for key in _ASIDE)}
    reached = scope.reachable(*(node.id for node in scope.kinds(NodeKind.START)))
    ends = {node.id for node in scope.kinds(NodeKind.END)}
    for node in scope.nodes.values():
        if node.id in aside:
            continue
        if node.id not in reached and any(scope.kinds(NodeKind.START)):
            text = N_("Stap ‘{element}’ is niet te bereiken vanaf het begin.")
            yield BpmnFault(node.id, "bpmn.unreachable", text, N_("Teken een pijl ernaartoe, of haal de stap weg."))
        if node.kind is not NodeKind.END and not scope.outgoing[node.id]:
            text = N_("Stap ‘{element}’ loopt dood: er vertrekt geen pijl.")
            yield BpmnFault(node.id, "bpmn.dead-end", text, N_("Teken een pijl naar de volgende stap of een einde."))
        elif ends and not ends & scope.reachable(node.id):
            text = N_("Vanaf stap ‘{element}’ is geen einde te bereiken.")
            yield BpmnFault(node.id, "bpmn.no-way-out", text, N_("Teken een weg naar een einde."))


def _loops(scope: Scope) -> Iterator[BpmnFault]:
    for flow in _going_back(scope):
        text = N_("Pijl ‘{element}’ gaat terug zonder maximum: dit kan eindeloos rondgaan.")
        way_out = N_("Geef de pijl sluis:max en laat hem uit een keuze vertrekken.")
        yield BpmnFault(flow.id, "bpmn.unbounded-loop", text, way_out)
    for flow in scope.flows.values():
        if flow.maximum:
            yield from _maximum(scope, flow)


def _maximum(scope: Scope, flow: Flow) -> Iterator[BpmnFault]:
    if not flow.maximum.isdecimal() or not 1 <= int(flow.maximum) <= MAX_TIMES:
        text = N_("Het maximum ‘{value}’ van pijl ‘{element}’ is geen getal van 1 tot {limit}.")
        yield BpmnFault(flow.id, "bpmn.maximum", text, params={"value": flow.maximum, "limit": MAX_TIMES})
    source = scope.nodes[flow.source]
    if source.kind not in _CHOOSING or source.plain.get("default") == flow.id or not flow.condition:
        text = N_("Pijl ‘{element}’ heeft een maximum, maar geen uitweg als dat bereikt is.")
        way_out = N_("Laat hem met een voorwaarde uit een keuze vertrekken die een andere standaardpijl heeft.")
        yield BpmnFault(flow.id, "bpmn.maximum-way-out", text, way_out)


def _going_back(scope: Scope) -> Iterator[Flow]:
    """The flows without a maximum that close a circle (the back edges of a walk from the start)."""
    state: dict[str, int] = {}  # 1: on the way, 2: done
    for root in scope.nodes:
        if root in state:
            continue
        state[root] = 1
        path = [(root, _steps(scope, root))]
        while path:
            here, steps = path[-1]
            target, flow = next(steps, ("", None))
            if not target:
                state[here] = 2
                path.pop()
            elif state.get(target) == 1:
                if flow:
                    yield flow
            elif target not in state:
                state[target] = 1
                path.append((target, _steps(scope, target)))


def _steps(scope: Scope, node_id: str) -> Iterator[tuple[str, Flow | None]]:
    for flow in scope.outgoing[node_id]:
        if not flow.maximum:
            yield flow.target, flow
    for event in scope.boundaries[node_id]:
        yield event.id, None


def _execution(element: str, code: str, message: str, way_out: str) -> BpmnFault:
    return BpmnFault(element, code, message, way_out, Level.EXECUTION)
