"""What happens after a step: read from the model with what is known now, per choice where a choice decides.

A forecast, not a promise: what others still have to answer counts as unknown, as it does for the engine itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sluis.kernel.errors import SluisError
from sluis.process.bpmn.model import HUMAN, BpmnModel, Field, Flow, Node, NodeKind, Scope
from sluis.process.feel import FeelFault, compile_expression
from sluis.process.types import Ahead, Outlook

_PASSED = frozenset({NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE, NodeKind.PARALLEL, NodeKind.EVENT_BASED, NodeKind.THROW})
_CHOICES = ("choice", "yes-no-unknown")


def outlook(model: BpmnModel, element: str, variables: Mapping[str, Any]) -> Outlook:
    """Where the process goes when this step is done."""
    node = model.nodes[element]
    blank = {field.id: None for field in node.form}
    return _forecast(model, node, {**variables, **blank}, node.form)


def _forecast(model: BpmnModel, node: Node, scope: Mapping[str, Any], fields: Sequence[Field]) -> Outlook:
    """The first of these fields whose values lead to different places decides; for each of them the others may too."""
    for field in fields:
        scopes = {value: {**scope, field.id: value} for value in _values(field)}
        if len({_after(model, node, one) for one in scopes.values()}) > 1:
            others = [one for one in fields if one is not field]
            by_choice = {value: _forecast(model, node, one, others) for value, one in scopes.items()}
            return Outlook(decided_by=field.id, by_choice=by_choice)
    return Outlook(always=_after(model, node, scope))


def _values(field: Field) -> tuple[str, ...]:
    if field.type == "yes-no-unknown":
        return ("yes", "no", "unknown")
    return tuple(option.value for option in field.options) if field.type in _CHOICES else ()


def _after(model: BpmnModel, node: Node, scope: Mapping[str, Any]) -> tuple[Ahead, ...]:
    return tuple(dict.fromkeys(_onward(model, node, scope, set())))


def _onward(model: BpmnModel, node: Node, variables: Mapping[str, Any], seen: set[str]) -> Iterator[Ahead]:
    scope = model.scopes[node.scope]
    for flow in _taken(scope, node, variables):
        target = scope.nodes[flow.target]
        if target.id in seen:
            continue
        seen.add(target.id)
        if target.kind in _PASSED or not (target.name or target.kind is NodeKind.END):
            yield from _onward(model, target, variables, seen)
        elif target.kind is NodeKind.END and scope.parent:
            yield from _out(model, scope, variables, seen)
        else:
            yield _ahead(target)


def _out(model: BpmnModel, scope: Scope, variables: Mapping[str, Any], seen: set[str]) -> Iterator[Ahead]:
    """The end of a sub-process: what follows it, or what it waits for when others are at it too."""
    host = next((node for node in model.nodes.values() if model.inner(node) is scope), None)
    if host is None:
        return
    if host.loop is not None:
        yield Ahead(host.id, host.name, host.name_en, "together")
    else:
        yield from _onward(model, host, variables, seen)


def _ahead(node: Node) -> Ahead:
    if node.kind is NodeKind.END:
        return Ahead(node.id, node.name, node.name_en, "end")
    return Ahead(node.id, node.name, node.name_en, "task" if node.kind in HUMAN else "step", node.roles[:1])


def _taken(scope: Scope, node: Node, variables: Mapping[str, Any]) -> tuple[Flow, ...]:
    flows = scope.outgoing.get(node.id, ())
    if node.kind not in (NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE):
        return flows
    default = node.plain.get("default", "")
    true = tuple(f for f in flows if f.condition and f.id != default and _is_true(f.condition.text, variables))
    if not true:
        return tuple(flow for flow in flows if flow.id == default or not flow.condition)
    return true[:1] if node.kind is NodeKind.EXCLUSIVE else true


def _is_true(expression: str, variables: Mapping[str, Any]) -> bool:
    try:
        return compile_expression(expression).evaluate({"loops": {}, **variables}) is True
    except (SluisError, FeelFault):
        return False
