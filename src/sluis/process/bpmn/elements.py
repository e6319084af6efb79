"""What each step needs to run here: a role, a handler, a policy, a form that can be filled in."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sluis.kernel.text import N_
from sluis.process import timing
from sluis.process.bpmn.faults import BpmnFault, Level
from sluis.process.bpmn.model import ACTIVITIES, HUMAN, BpmnModel, Loop, Node, NodeKind
from sluis.process.bpmn.structure import MAX_TIMES
from sluis.process.types import Field

if TYPE_CHECKING:
    from sluis.process.bpmn.checking import Known

FIELD_TYPES = ("yes-no-unknown", "choice", "choices", "text", "long-text", "date", "number", "columns")
RESERVED = frozenset(
    {"loops", "loopCounter", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies"}
)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
_NOT_RUN = {
    NodeKind.SCRIPT: N_("‘{element}’ is een scripttaak; scripts worden nooit uitgevoerd."),
    NodeKind.COMPLEX: N_("‘{element}’ is een complexe gateway; die draait hier niet."),
    NodeKind.TRANSACTION: N_("‘{element}’ is een transactie; die draait hier niet."),
    NodeKind.AD_HOC: N_("‘{element}’ is een ad-hocdeelproces; dat draait hier niet."),
    NodeKind.TASK: N_("‘{element}’ is een taak zonder soort; niemand weet wie hem doet."),
    NodeKind.IMPLICIT_THROW: N_("‘{element}’ is een gebeurtenis zonder plaats; die draait hier niet."),
    NodeKind.SUB_CHOREOGRAPHY: N_("‘{element}’ is choreografie; die draait hier niet."),
    NodeKind.CALL_CHOREOGRAPHY: N_("‘{element}’ is choreografie; die draait hier niet."),
    NodeKind.CHOREOGRAPHY_TASK: N_("‘{element}’ is choreografie; die draait hier niet."),
}
_INSTEAD = {
    NodeKind.SCRIPT: N_("Gebruik een beslistabel (businessRuleTask) of een servicetaak."),
    NodeKind.TASK: N_("Maak er een gebruikerstaak, servicetaak of beslistaak van."),
}


def faults(model: BpmnModel, known: "Known") -> Iterator[BpmnFault]:
    for node in model.nodes.values():
        if node.kind in _NOT_RUN:
            yield _fault(node, f"bpmn.{node.kind.value}", _NOT_RUN[node.kind], _INSTEAD.get(node.kind, ""))
        elif node.kind in HUMAN:
            yield from _human(model, node, known)
        elif node.kind is NodeKind.RULE:
            yield from _rule(node, known)
        elif node.kind is NodeKind.SERVICE or (node.kind is NodeKind.SEND and not node.plain.get("messageRef")):
            yield from _service(node, known)
        elif node.kind is NodeKind.CALL:
            yield from _call(model, node)
        yield from _variants(node)
        yield from _loop(node)
    for scope in model.scopes.values():
        if _calls_itself(model, scope.id):
            text = N_("‘{element}’ roept zichzelf aan; dat houdt nooit op.")
            yield BpmnFault(scope.id, "bpmn.recursion", text, level=Level.EXECUTION)


def _human(model: BpmnModel, node: Node, known: "Known") -> Iterator[BpmnFault]:
    if len(node.roles) != 1:
        text = N_("Taak ‘{element}’ noemt geen rol (of meer dan één): wie doet dit?")
        yield _fault(node, "bpmn.no-role", text, N_("Geef de taak sluis:role met één rol."))
    for role in node.roles:
        if role not in known.roles:
            text = N_("Rol ‘{role}’ van taak ‘{element}’ bestaat niet. Kies uit: {roles}.")
            yield _fault(node, "bpmn.unknown-role", text, role=role, roles=", ".join(sorted(known.roles)))
    if (due := node.given.get("due")) and timing.duration(due) is None:
        text = N_("Termijn ‘{value}’ van taak ‘{element}’ is geen duur.")
        yield _fault(node, "bpmn.due", text, N_("Schrijf bijvoorbeeld P5D voor vijf dagen."), value=due)
    for other in node.four_eyes_with:
        if other not in model.nodes or model.nodes[other].kind not in HUMAN:
            text = N_("Vier ogen: ‘{missing}’, genoemd bij ‘{element}’, is geen taak voor mensen.")
            yield _fault(node, "bpmn.four-eyes", text, missing=other)
    yield from _named(node, "completion", known.completions)
    yield from _form(node)


def _form(node: Node) -> Iterator[BpmnFault]:
    ids = [field.id for field in node.form]
    for field in node.form:
        if not _is_name(field.id) or ids.count(field.id) > 1:
            text = N_("Veld ‘{field}’ van taak ‘{element}’ heeft geen bruikbare of geen eigen naam.")
            yield _fault(node, "bpmn.field-name", text, N_("Gebruik letters, cijfers en _."), field=field.id)
        if field.type not in FIELD_TYPES:
            text = N_("Soort ‘{value}’ van veld ‘{field}’ bij ‘{element}’ bestaat niet. Kies uit: {types}.")
            yield _fault(node, "bpmn.field-type", text, value=field.type, field=field.id, types=", ".join(FIELD_TYPES))
        if not field.label:
            yield _fault(
                node, "bpmn.field-label", N_("Veld ‘{field}’ van ‘{element}’ heeft geen label."), field=field.id
            )
        yield from _options(node, field)
    yield from _groups(node)


def _groups(node: Node) -> Iterator[BpmnFault]:
    """Each group has a title of its own, and questions: one in another group would have none for itself."""
    labels = [group.label for group in node.groups]
    for number, group in enumerate(node.groups, 1):
        if not group.label:
            text = N_("Groep {number} van het formulier van ‘{element}’ heeft geen label.")
            yield _fault(node, "bpmn.group-label", text, N_("Geef sluis:group een label."), number=str(number))
        elif labels.count(group.label) > 1:
            text = N_("Groep ‘{group}’ staat meer dan één keer in het formulier van ‘{element}’.")
            yield _fault(node, "bpmn.group-twice", text, N_("Zet de velden bij elkaar."), group=group.label)
        if not any(field.group == group for field in node.form):
            text = N_("Groep ‘{group}’ in het formulier van ‘{element}’ heeft geen eigen velden.")
            way_out = N_("Zet er velden in, en geen groep in een groep.")
            yield _fault(node, "bpmn.group-empty", text, way_out, group=group.label or str(number))


def _options(node: Node, field: Field) -> Iterator[BpmnFault]:
    values = [option.value for option in field.options]
    needed = field.type in ("choice", "choices")
    if needed and (not values or "" in values or len(set(values)) < len(values)):
        text = N_("Keuzeveld ‘{field}’ van ‘{element}’ heeft geen keuzes, of twee keer dezelfde.")
        yield _fault(node, "bpmn.field-options", text, field=field.id)
    elif values and not needed:
        text = N_("Veld ‘{field}’ van ‘{element}’ heeft keuzes, maar is geen keuzeveld.")
        yield _fault(node, "bpmn.field-options", text, field=field.id)


def _service(node: Node, known: "Known") -> Iterator[BpmnFault]:
    if not node.given.get("handler"):
        text = N_("Servicetaak ‘{element}’ zegt niet wat er moet gebeuren.")
        yield _fault(node, "bpmn.no-handler", text, N_("Geef de taak sluis:handler."))
    yield from _named(node, "handler", known.handlers)
    yield from _result(node)


def _rule(node: Node, known: "Known") -> Iterator[BpmnFault]:
    policy, decision = node.given.get("policy", ""), node.given.get("decision", "")
    if not policy or not decision or not node.given.get("result"):
        text = N_("Beslistaak ‘{element}’ mist sluis:policy, sluis:decision of sluis:result.")
        yield _fault(node, "bpmn.no-policy", text)
    elif known.policies is not None and decision not in known.policies.get(policy, ()):
        text = N_("Beslissing ‘{decision}’ van beleid ‘{policy}’, genoemd bij ‘{element}’, bestaat niet.")
        yield _fault(node, "bpmn.unknown-policy", text, policy=policy, decision=decision)
    yield from _result(node)


def _result(node: Node) -> Iterator[BpmnFault]:
    if (name := node.given.get("result")) and not _is_name(name):
        text = N_("Resultaat ‘{value}’ van ‘{element}’ is geen bruikbare naam.")
        yield _fault(node, "bpmn.result", text, N_("Gebruik letters, cijfers en _."), value=name)


def _named(node: Node, what: str, known: frozenset[str] | None) -> Iterator[BpmnFault]:
    name = node.given.get(what, "")
    if name and known is not None and name not in known:
        text = N_("‘{name}’, genoemd bij ‘{element}’, kent deze installatie niet.")
        yield _fault(node, f"bpmn.unknown-{what}", text, name=name)


def _call(model: BpmnModel, node: Node) -> Iterator[BpmnFault]:
    called = model.scopes.get(node.plain.get("calledElement", ""))
    if called is None or called.parent:
        text = N_("‘{element}’ roept proces ‘{missing}’ aan, dat niet in dit bestand staat.")
        way_out = N_("Zet het aangeroepen proces in hetzelfde bestand.")
        yield _fault(node, "bpmn.unknown-process", text, way_out, missing=node.plain.get("calledElement", ""))


def _calls_itself(model: BpmnModel, scope_id: str) -> bool:
    seen: set[str] = set()
    waiting = [scope_id]
    while waiting:
        scope = model.scopes[waiting.pop()]
        for node in scope.nodes.values():
            inner = model.inner(node)
            if inner and inner.id == scope_id:
                return True
            if inner and inner.id not in seen:
                seen.add(inner.id)
                waiting.append(inner.id)
    return False


def _variants(node: Node) -> Iterator[BpmnFault]:
    """Forms of an element that change what it does, and that do not run here."""
    for attribute in ("triggeredByEvent", "isForCompensation", "instantiate", "parallelMultiple"):
        if node.plain.get(attribute) == "true":
            text = N_("‘{element}’ gebruikt {attribute}; dat draait hier niet.")
            yield _fault(node, f"bpmn.{attribute}", text, attribute=attribute)


def _loop(node: Node) -> Iterator[BpmnFault]:
    loop = node.loop
    if loop is None or node.kind not in ACTIVITIES:
        return
    if loop.kind == "standard":
        if not loop.maximum.isdecimal() or not 1 <= int(loop.maximum) <= MAX_TIMES:
            text = N_("Herhaling van ‘{element}’ heeft geen maximum van 1 tot {limit}: dit kan eindeloos rondgaan.")
            way_out = N_("Zet loopMaximum op een getal.")
            yield BpmnFault(node.id, "bpmn.unbounded-loop", text, way_out, params={"limit": MAX_TIMES})
        return
    yield from _instances(node, loop)


def _instances(node: Node, loop: Loop) -> Iterator[BpmnFault]:
    if bool(loop.over) == bool(loop.cardinality):
        text = N_("‘{element}’ wordt per onderdeel gedaan: noem één lijst, of één aantal.")
        yield _fault(node, "bpmn.instances", text)
    if bool(loop.into) != bool(loop.output):
        text = N_("‘{element}’ verzamelt uitkomsten: noem de lijst en ook wat erin komt.")
        yield _fault(node, "bpmn.instances", text)
    for name in filter(None, (loop.over, loop.item, loop.into, loop.output)):
        if not _is_name(name):
            text = N_("‘{value}’, genoemd bij ‘{element}’, is geen bruikbare naam.")
            yield _fault(node, "bpmn.instances", text, N_("Gebruik letters, cijfers en _."), value=name)


def _is_name(text: str) -> bool:
    return bool(NAME.fullmatch(text)) and text not in RESERVED


def _fault(node: Node, code: str, message: str, way_out: str = "", **params: str) -> BpmnFault:
    return BpmnFault(node.id, code, message, way_out, Level.EXECUTION, params)
