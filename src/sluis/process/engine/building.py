"""From our model to the specs that SpiffWorkflow walks. Its own reader of BPMN files is not used."""

from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults as spiff
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition

from sluis.process.bpmn.model import BpmnModel, EventDefinition, Flow, Loop, Node, NodeKind, Scope
from sluis.process.engine import steps
from sluis.process.engine.events import EACH, Coded, Named, Timed


def spec_name(element: str) -> str:
    """XML ids cannot start with ':', so an element never takes the name of a step of SpiffWorkflow's own."""
    return f":{element}"


def build(model: BpmnModel) -> tuple[BpmnProcessSpec, dict[str, BpmnProcessSpec]]:
    """The spec of the main process and those of all that runs inside it, by name."""
    specs = {spec_name(scope.id): _scope(model, scope) for scope in model.running_scopes()}
    return specs[spec_name(model.main)], specs


def _scope(model: BpmnModel, scope: Scope) -> BpmnProcessSpec:
    spec = BpmnProcessSpec(name=spec_name(scope.id))
    outer = {node.id: _step(model, spec, node) for node in scope.nodes.values()}
    entry = dict(outer)
    for node in scope.nodes.values():
        if edges := scope.boundaries[node.id]:
            entry[node.id] = _border(spec, node, outer, edges)
    for node in scope.kinds(NodeKind.START):
        spec.start.connect(outer[node.id])
    for node in scope.kinds(NodeKind.END):
        outer[node.id].connect(spec.end)
    for node in scope.nodes.values():
        for flow in scope.outgoing[node.id]:
            _connect(node, outer[node.id], entry[flow.target], flow)
    return spec


def _connect(node: Node, source: Any, target: Any, flow: Flow) -> None:
    if node.kind in (NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE) and flow.condition:
        maximum = int(flow.maximum) if flow.maximum else None
        source.connect_if(steps.FlowCondition(flow.id, flow.condition.text, maximum), target)
    else:
        source.connect(target)


def _border(spec: BpmnProcessSpec, node: Node, outer: Mapping[str, Any], edges: tuple[Node, ...]) -> Any:
    """A step with events on its border: they and the step start together, and end together."""
    split = BoundaryEventSplit(spec, f"{spec_name(node.id)}.split")
    join = BoundaryEventJoin(spec, f"{spec_name(node.id)}.join", split_task=split.name, cancel=True)
    for one in (outer[node.id], *(outer[edge.id] for edge in edges)):
        split.connect(one)
        one.connect(join)
    return split


def _step(model: BpmnModel, spec: BpmnProcessSpec, node: Node) -> Any:
    if node.loop is None or node.kind not in _REPEATED:
        return _MAKERS[node.kind](model, spec, node, spec_name(node.id))
    inside = _MAKERS[node.kind](model, spec, node, spec_name(node.id) + EACH)
    outside = _repeated(spec, node, inside.name)
    inside._inputs.append(outside.name)
    inside.completed_event.connect(outside.merge_child)
    return outside


def _repeated(spec: BpmnProcessSpec, node: Node, inside: str) -> Any:
    loop = node.loop or Loop("")
    condition = loop.condition.text if loop.condition else None
    name = spec_name(node.id)
    if loop.kind == "standard":
        made: Any = spiff.StandardLoopTask(spec, name, inside, int(loop.maximum), condition, loop.test_before)
    else:
        kind = steps.Sequential if loop.kind == "sequential" else steps.Parallel
        made = kind(
            spec,
            name,
            task_spec=inside,
            data_input=steps.Items(loop.over, loop.cardinality.text if loop.cardinality else ""),
            condition=condition,
        )
        made.item_name, made.into, made.output = loop.item, loop.into, loop.output
    made.bpmn_id = node.id
    return made


def _with_id(made: Any, node: Node) -> Any:
    made.bpmn_id = node.id
    return made


def _plain(kind: Any) -> Callable[..., Any]:
    def make(model: BpmnModel, spec: BpmnProcessSpec, node: Node, name: str) -> Any:
        return _with_id(kind(spec, name), node)

    return make


def _event(kind: Any) -> Callable[..., Any]:
    def make(model: BpmnModel, spec: BpmnProcessSpec, node: Node, name: str) -> Any:
        return _with_id(kind(spec, name, event_definition=_definition(model, node)), node)

    return make


def _start(model: BpmnModel, spec: BpmnProcessSpec, node: Node, name: str) -> Any:
    """Whoever starts the process has the message in hand: nothing is waited for."""
    return _with_id(spiff.StartEvent(spec, name, event_definition=NoneEventDefinition()), node)


def _boundary(model: BpmnModel, spec: BpmnProcessSpec, node: Node, name: str) -> Any:
    made = steps.Boundary(spec, name, event_definition=_definition(model, node), cancel_activity=node.interrupting)
    return _with_id(made, node)


def _send(model: BpmnModel, spec: BpmnProcessSpec, node: Node, name: str) -> Any:
    if node.given.get("handler"):
        return _with_id(steps.Outside(spec, name), node)
    message = Named("message", model.messages[node.plain["messageRef"]])
    return _with_id(spiff.IntermediateThrowEvent(spec, name, event_definition=message), node)


def _receive(model: BpmnModel, spec: BpmnProcessSpec, node: Node, name: str) -> Any:
    message = Named("message", model.messages[node.plain["messageRef"]])
    return _with_id(spiff.IntermediateCatchEvent(spec, name, event_definition=message), node)


def _race(model: BpmnModel, spec: BpmnProcessSpec, node: Node, name: str) -> Any:
    return _with_id(steps.Race(spec, name, event_definition=MultipleEventDefinition()), node)


def _inner(model: BpmnModel, spec: BpmnProcessSpec, node: Node, name: str) -> Any:
    if node.kind is NodeKind.CALL:
        return _with_id(steps.Call(spec, name, subworkflow_spec=spec_name(node.plain["calledElement"])), node)
    return _with_id(steps.Sub(spec, name, subworkflow_spec=spec_name(node.id)), node)


def _definition(model: BpmnModel, node: Node) -> Any:
    event = node.event
    if event is None:
        return NoneEventDefinition()
    return _DEFINITIONS[event.kind](model, node, event)


_DEFINITIONS: dict[str, Callable[[BpmnModel, Node, EventDefinition], Any]] = {
    "message": lambda model, _, event: Named("message", model.messages[event.ref]),
    "signal": lambda model, _, event: Named("signal", model.signals[event.ref]),
    "error": lambda model, _, event: Coded("error", model.errors.get(event.ref, "")),
    "escalation": lambda model, _, event: Coded("escalation", model.escalations.get(event.ref, "")),
    "terminate": lambda *_: TerminateEventDefinition(),
    "timer": lambda _, node, __: Timed(name=node.id, expression=""),
}
_MAKERS: dict[NodeKind, Callable[..., Any]] = {
    NodeKind.START: _start,
    NodeKind.END: _event(spiff.EndEvent),
    NodeKind.CATCH: _event(spiff.IntermediateCatchEvent),
    NodeKind.THROW: _event(spiff.IntermediateThrowEvent),
    NodeKind.BOUNDARY: _boundary,
    NodeKind.USER: _plain(steps.Outside),
    NodeKind.MANUAL: _plain(steps.Outside),
    NodeKind.SERVICE: _plain(steps.Outside),
    NodeKind.SEND: _send,
    NodeKind.RECEIVE: _receive,
    NodeKind.RULE: _plain(steps.Rule),
    NodeKind.EXCLUSIVE: _plain(spiff.ExclusiveGateway),
    NodeKind.INCLUSIVE: _plain(steps.Inclusive),
    NodeKind.PARALLEL: _plain(steps.Together),
    NodeKind.EVENT_BASED: _race,
    NodeKind.SUB: _inner,
    NodeKind.CALL: _inner,
}
_REPEATED = frozenset(
    {NodeKind.USER, NodeKind.MANUAL, NodeKind.SERVICE, NodeKind.SEND, NodeKind.RECEIVE, NodeKind.RULE}
    | {NodeKind.SUB, NodeKind.CALL}
)
