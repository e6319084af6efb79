"""What needs what in a model: references, cycles, and the names in use."""

from dataclasses import fields
from typing import Any

from sluis.kernel.text import N_
from sluis.process.dmn import elements as e
from sluis.process.dmn.faults import ModelFault
from sluis.process.feel.scanner import needs_learning


def needs(element: e.Element) -> tuple[str, ...]:
    """Ids of what an element uses directly."""
    if isinstance(element, e.Decision):
        return (*element.needs, *element.knowledge)
    if isinstance(element, e.Knowledge):
        return element.knowledge
    return (*element.outputs, *element.inputs) if isinstance(element, e.Service) else ()


def needed_ids(definitions: e.Definitions, element: e.Element) -> list[str]:
    """The ids of an element and of everything it needs, itself first."""
    found: dict[str, None] = {}
    waiting = [element.id]
    while waiting:
        one = waiting.pop()
        if one not in found and one in definitions.elements:
            found[one] = None
            waiting += needs(definitions.elements[one])
    return [*found]


def walk(box: e.Box) -> list[e.Box]:
    """The box and every box within it."""
    found, waiting = list[e.Box](), [box]
    while waiting:
        found.append(waiting.pop())
        waiting.extend(inner_boxes(found[-1]))
    return found


def inner_boxes(box: e.Box) -> list[e.Box]:
    """The boxes that stand directly in a box."""
    return [one for part in fields(box) for one in _boxes_in(getattr(box, part.name))]


def _boxes_in(value: Any) -> list[e.Box]:
    if isinstance(value, e.Box):
        return [value]
    return [box for item in value for box in _boxes_in(item)] if isinstance(value, tuple) else []


def box_of(element: e.Element) -> e.Box | None:
    if isinstance(element, e.Decision):
        return element.box
    return element.function if isinstance(element, e.Knowledge) else None


def inner_ids(element: e.Element) -> set[str]:
    """The ids of an element and of all that stands inside it."""
    found = {element.id, element.name, element.variable.id}
    box = box_of(element)
    for one in walk(box) if box else ():
        found.add(one.id)
        if isinstance(one, e.TableBox):
            found |= {part.id for part in (*one.inputs, *one.outputs, *one.rules)}
            found |= {id_ for rule in one.rules for id_ in (*rule.cell_ids, *rule.output_ids)}
        elif isinstance(one, e.ContextBox):
            found |= {variable.id for variable, _ in one.entries}
    return found


def known_names(definitions: e.Definitions) -> frozenset[str]:
    """The names with signs or keywords in them that a text of the model may use: of elements, entries, components."""
    found = {element.variable.name for element in definitions.elements.values()}
    for element in definitions.elements.values():
        box = box_of(element)
        for one in walk(box) if box else ():
            found |= _names_of(one)
    waiting = list(definitions.types.values())
    while waiting:
        item = waiting.pop()
        found |= {part.name for part in item.components}
        waiting.extend(item.components)
    return frozenset(name for name in found if needs_learning(name))


def _names_of(box: e.Box) -> set[str]:
    match box:
        case e.FunctionBox(parameters=parameters):
            return {one.name for one in parameters}
        case e.ContextBox(entries=entries):
            return {variable.name for variable, _ in entries}
        case e.RelationBox(columns=columns):
            return {*columns}
        case e.TableBox(outputs=outputs):
            return {one.name for one in outputs}
        case e.ForBox(name=name) | e.QuantifiedBox(name=name):
            return {name}
        case _:
            return set()


def structure_faults(definitions: e.Definitions) -> list[ModelFault]:
    """References to what is not there, and elements that need themselves."""
    found: list[ModelFault] = []
    for element in definitions.elements.values():
        for one in needs(element):
            if one not in definitions.elements:
                message = N_("{name} verwijst naar {target}, maar dat is er niet.")
                found.append(ModelFault(element.id, "dmn.no-target", message, {"name": element.name, "target": one}))
    for one in _in_cycles(definitions):
        name = definitions.elements[one].name
        message = N_("{name} heeft zichzelf nodig, direct of via een andere beslissing.")
        found.append(ModelFault(one, "dmn.cycle", message, {"name": name}))
    return found


def _in_cycles(definitions: e.Definitions) -> list[str]:
    """What is left after taking away, again and again, whatever needs nothing that is left (Kahn)."""
    left = {
        id_: {one for one in needs(element) if one in definitions.elements}
        for id_, element in definitions.elements.items()
    }
    users: dict[str, list[str]] = {id_: [] for id_ in left}
    for id_, wanted in left.items():
        for one in wanted:
            users[one].append(id_)
    free = [id_ for id_, wanted in left.items() if not wanted]
    while free:
        done = free.pop()
        del left[done]
        for user in users[done]:
            left[user].discard(done)
            if not left[user]:
                free.append(user)
    return [*left]
