"""All faults of a process file at once, each with the element it is about and the way out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sluis.foundation.roles import ROLES
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.process.bpmn import elements, events, expressions, structure
from sluis.process.bpmn.faults import BpmnFault, Level
from sluis.process.bpmn.model import BpmnModel
from sluis.process.bpmn.reading import read


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to name in a process. None: not known here, so any name will do (a file outside an installation).

    `policies`: key of a policy → names of its decisions.
    """

    roles: frozenset[str] = frozenset(ROLES)
    handlers: frozenset[str] | None = None
    completions: frozenset[str] | None = None
    policies: Mapping[str, frozenset[str]] | None = None


def check(xml: bytes, *, known: Known | None = None, file: str = "BPMN") -> tuple[BpmnFault, ...]:
    """What keeps this file from running here; empty when it can. Never raises on a bad file."""
    return examine(xml, known=known, file=file)[1]


def examine(
    xml: bytes, *, known: Known | None = None, file: str = "BPMN"
) -> tuple[BpmnModel | None, tuple[BpmnFault, ...]]:
    model, faults = read(xml, file=file)
    if model is None:
        return None, faults
    order = {key: place for place, key in enumerate((*model.scopes, *model.nodes, *model.flows))}
    found = [*faults, *_faults(model, known or Known())]
    return model, tuple(sorted(found, key=lambda fault: order.get(fault.element, -1)))


def refuse_unsound(xml: bytes, *, known: Known | None = None, file: str = "BPMN") -> BpmnModel:
    """The model of a file without faults; raises Invalid that carries all of them, `field` being the element."""
    model, faults = examine(xml, known=known, file=file)
    if model is None or faults:
        raise Invalid(
            "process.unsound",
            N_("Dit proces kan zo niet draaien. Aantal fouten: {count}."),
            way_out=N_("Herstel de genoemde stappen en lever het bestand opnieuw aan."),
            faults=[fault.as_fault() for fault in faults],
            count=len(faults),
        )
    return model


def _faults(model: BpmnModel, known: Known) -> Iterator[BpmnFault]:
    if not model.start.executable:
        text = N_("Proces ‘{element}’ is alleen een tekening: isExecutable staat uit.")
        way_out = N_("Zet isExecutable op true als het proces moet draaien.")
        yield BpmnFault(model.main, "bpmn.not-executable", text, way_out, Level.EXECUTION)
    running = {scope.id for scope in model.running_scopes()}
    for scope in model.scopes.values():
        if scope.id not in running and not scope.parent:
            text = N_("Proces ‘{element}’ wordt door geen stap aangeroepen en zou dus nooit draaien.")
            way_out = N_("Zet het in een eigen bestand, of roep het aan.")
            yield BpmnFault(scope.id, "bpmn.other-process", text, way_out, Level.EXECUTION)
        yield from structure.faults(model, scope)
    yield from events.faults(model)
    yield from elements.faults(model, known)
    yield from expressions.faults(model)
