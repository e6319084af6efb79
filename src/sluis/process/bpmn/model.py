"""A process as read from its file: scopes with nodes and flows, events, messages. Frozen after reading."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from sluis.process.types import Field, Group


class NodeKind(StrEnum):
    """The flow nodes of BPMN 2.0, by the name of their element."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    IMPLICIT_THROW = "implicitThrowEvent"
    TASK = "task"
    USER = "userTask"
    MANUAL = "manualTask"
    SERVICE = "serviceTask"
    SEND = "sendTask"
    RECEIVE = "receiveTask"
    RULE = "businessRuleTask"
    SCRIPT = "scriptTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_BASED = "eventBasedGateway"
    COMPLEX = "complexGateway"
    SUB = "subProcess"
    TRANSACTION = "transaction"
    AD_HOC = "adHocSubProcess"
    CALL = "callActivity"
    SUB_CHOREOGRAPHY = "subChoreography"
    CALL_CHOREOGRAPHY = "callChoreography"
    CHOREOGRAPHY_TASK = "choreographyTask"


TASKS = frozenset(
    {
        NodeKind.TASK,
        NodeKind.USER,
        NodeKind.MANUAL,
        NodeKind.SERVICE,
        NodeKind.SEND,
        NodeKind.RECEIVE,
        NodeKind.RULE,
        NodeKind.SCRIPT,
    }
)
SCOPED = frozenset({NodeKind.SUB, NodeKind.TRANSACTION, NodeKind.AD_HOC})
ACTIVITIES = TASKS | SCOPED | {NodeKind.CALL}
GATEWAYS = frozenset(
    {NodeKind.EXCLUSIVE, NodeKind.PARALLEL, NodeKind.INCLUSIVE, NodeKind.EVENT_BASED, NodeKind.COMPLEX}
)
HUMAN = frozenset({NodeKind.USER, NodeKind.MANUAL})
AUTOMATIC = frozenset({NodeKind.SERVICE, NodeKind.SEND})


@dataclass(frozen=True, slots=True)
class Expression:
    """A text with the language it says it is in ('' when it says nothing)."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """`kind`: message, timer, error, escalation, signal, terminate, or one that we do not run.

    `ref` is the id of the message, signal, error or escalation; for a timer `form` is date, duration or cycle.
    """

    kind: str
    ref: str = ""
    form: str = ""
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """`kind`: standard, sequential or parallel. Names of variables for multi-instance; FEEL for the conditions."""

    kind: str
    maximum: str = ""
    condition: Expression | None = None
    test_before: bool = False
    over: str = ""
    item: str = ""
    into: str = ""
    output: str = ""
    cardinality: Expression | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. `maximum` is the text of `sluis:max`: how often it may be taken in one instance."""

    id: str
    scope: str
    source: str
    target: str
    name: str = ""
    condition: Expression | None = None
    maximum: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node. `given` holds its `sluis:` attributes; `plain` the attributes of BPMN itself that matter here."""

    id: str
    kind: NodeKind
    scope: str
    name: str = ""
    name_en: str = ""
    documentation: str = ""
    documentation_en: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    events: tuple[EventDefinition, ...] = ()
    loop: Loop | None = None
    form: tuple[Field, ...] = ()
    groups: tuple[Group, ...] = ()
    """Those of the form in order, also one that holds no field, which is a fault."""

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(self.given.get("role", "").split())

    @property
    def four_eyes_with(self) -> tuple[str, ...]:
        return tuple(self.given.get("four-eyes-with", "").split())

    @property
    def interrupting(self) -> bool:
        return self.plain.get("cancelActivity", "true") != "false"

    @property
    def attached_to(self) -> str:
        return self.plain.get("attachedToRef", "")

    @property
    def event(self) -> EventDefinition | None:
        return self.events[0] if self.events else None


@dataclass(frozen=True)
class Scope:
    """A process or a sub-process: what stands directly in it. `parent` is '' for a process."""

    id: str
    parent: str
    name: str = ""
    name_en: str = ""
    documentation: str = ""
    documentation_en: str = ""
    executable: bool = True
    nodes: Mapping[str, Node] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        return {key: tuple(f for f in self.flows.values() if f.source == key) for key in self.nodes}

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        return {key: tuple(f for f in self.flows.values() if f.target == key) for key in self.nodes}

    @cached_property
    def boundaries(self) -> Mapping[str, tuple[Node, ...]]:
        """Per activity the events on its border."""
        events = [node for node in self.nodes.values() if node.kind is NodeKind.BOUNDARY]
        return {key: tuple(event for event in events if event.attached_to == key) for key in self.nodes}

    def kinds(self, *kinds: NodeKind) -> Iterator[Node]:
        return (node for node in self.nodes.values() if node.kind in kinds)

    def next_of(self, node_id: str, *, forward_only: bool = False) -> Iterator[str]:
        """Where a token at this node can go: along flows (without loops back, if asked) and over its border."""
        for flow in self.outgoing.get(node_id, ()):
            if not (forward_only and flow.maximum):
                yield flow.target
        for event in self.boundaries.get(node_id, ()):
            yield event.id

    def reachable(self, *starts: str, forward_only: bool = False) -> frozenset[str]:
        """The starts and everything a token can get to from them."""
        seen: set[str] = set()
        waiting = [start for start in starts if start in self.nodes]
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting += [key for key in self.next_of(here, forward_only=forward_only) if key in self.nodes]
        return frozenset(seen)


@dataclass(frozen=True)
class BpmnModel:
    """A whole file. `main` is the process that is started: the executable one that no call activity calls."""

    scopes: Mapping[str, Scope]
    main: str
    language: str = ""
    messages: Mapping[str, str] = field(default_factory=dict)
    signals: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    escalations: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    """Ids of elements that are kept with the file and not run (data, lanes, notes): id → element name."""

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        return {node.id: node for scope in self.scopes.values() for node in scope.nodes.values()}

    @cached_property
    def flows(self) -> Mapping[str, Flow]:
        return {flow.id: flow for scope in self.scopes.values() for flow in scope.flows.values()}

    @property
    def start(self) -> Scope:
        return self.scopes[self.main]

    def inner(self, node: Node) -> Scope | None:
        """The scope that runs inside a sub-process or call activity."""
        if node.kind in SCOPED:
            return self.scopes.get(node.id)
        return self.scopes.get(node.plain.get("calledElement", "")) if node.kind is NodeKind.CALL else None

    @cached_property
    def upstream(self) -> Mapping[str, frozenset[str]]:
        """Per inclusive gateway the other nodes from which it can be reached without going back."""
        return {
            node.id: frozenset(
                key for key in scope.nodes if key != node.id and node.id in scope.reachable(key, forward_only=True)
            )
            for scope in self.scopes.values()
            for node in scope.kinds(NodeKind.INCLUSIVE)
        }

    def running_scopes(self) -> tuple[Scope, ...]:
        """The main process and all that runs inside it, outermost first."""
        found: dict[str, Scope] = {}
        waiting = [self.start]
        while waiting:
            scope = waiting.pop(0)
            if scope.id not in found:
                found[scope.id] = scope
                waiting += [inner for node in scope.nodes.values() if (inner := self.inner(node))]
        return tuple(found.values())
