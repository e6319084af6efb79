"""Every expression of a process: in FEEL, and readable. Nothing else is ever evaluated."""

import re
from collections.abc import Iterator

from sluis.kernel.text import N_
from sluis.process import timing
from sluis.process.bpmn.faults import BpmnFault, Level
from sluis.process.bpmn.model import BpmnModel, EventDefinition, Expression
from sluis.process.feel import FeelFault, compile_expression

_LOOKS_WRITTEN_OUT = re.compile(r"R?\d*/?P?-?\d[\dA-Z:./+-]*")
_LITERAL = {"date": timing.moment, "duration": timing.duration, "cycle": timing.cycle}


def is_feel(language: str) -> bool:
    """Nothing said, the word FEEL, or one of the URIs that the versions of DMN gave it."""
    name = language.strip().rstrip("/").lower()
    return (
        not name
        or name == "feel"
        or (name.startswith(("http://www.omg.org/", "https://www.omg.org/")) and name.endswith("/feel"))
    )


def all_expressions(model: BpmnModel) -> Iterator[tuple[str, Expression]]:
    """(element, expression) of everything in the file that the engine would evaluate as FEEL."""
    for flow in model.flows.values():
        if flow.condition:
            yield flow.id, flow.condition
    for node in model.nodes.values():
        for event in node.events:
            if event.expression and literal(event) is None:
                yield node.id, event.expression
        if node.loop:
            yield from ((node.id, found) for found in (node.loop.condition, node.loop.cardinality) if found)


def literal(event: EventDefinition) -> object | None:
    """The moment, duration or cycle that a timer writes out; None when its text is an expression."""
    return _LITERAL[event.form](event.expression.text) if event.form and event.expression else None


def faults(model: BpmnModel) -> Iterator[BpmnFault]:
    yield from _timers(model)
    for element, expression in all_expressions(model):
        language = expression.language or model.language
        if not is_feel(language):
            text = N_("Bij ‘{element}’ staat een expressie in ‘{language}’. Alleen FEEL wordt uitgevoerd.")
            way_out = N_("Schrijf de voorwaarde in FEEL, bijvoorbeeld: aantal > 10.")
            yield BpmnFault(element, "bpmn.language", text, way_out, Level.EXECUTION, {"language": language})
            continue
        try:
            compile_expression(expression.text)
        except FeelFault as error:
            text = N_("De expressie bij ‘{element}’ is geen FEEL (teken {position}): {reason}")
            params = {"position": error.position, "reason": error.detail()}
            yield BpmnFault(element, "bpmn.feel", text, "", Level.EXECUTION, params)


def _timers(model: BpmnModel) -> Iterator[BpmnFault]:
    for node in model.nodes.values():
        for event in node.events:
            if event.kind != "timer":
                continue
            if event.expression is None:
                text = N_("Tijd ‘{element}’ zegt niet wanneer.")
                way_out = N_("Schrijf een datum, een duur zoals P7D, of een herhaling zoals R/P1Y.")
                yield BpmnFault(node.id, "bpmn.timer-empty", text, way_out, Level.EXECUTION)
            elif literal(event) is None and _LOOKS_WRITTEN_OUT.fullmatch(event.expression.text):
                text = N_("De tijd ‘{value}’ bij ‘{element}’ is geen datum, duur of herhaling.")
                way_out = N_("Schrijf bijvoorbeeld 2027-01-31, P7D of R/P1Y.")
                params = {"value": event.expression.text}
                yield BpmnFault(node.id, "bpmn.timer-value", text, way_out, Level.EXECUTION, params)
            elif event.form == "cycle" and (not node.attached_to or node.interrupting):
                text = N_("Herhalende tijd ‘{element}’ kan alleen aan een stap hangen zonder die af te breken.")
                yield BpmnFault(node.id, "bpmn.timer-cycle", text, "", Level.EXECUTION)
