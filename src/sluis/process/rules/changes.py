"""What a new version changes: steps and ways of a process, decisions and rules of a policy, and what comes out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sluis.kernel.text import N_
from sluis.process.bpmn import BpmnModel
from sluis.process.bpmn import read as read_process
from sluis.process.bpmn.model import Flow, Node
from sluis.process.dmn import Model
from sluis.process.dmn import read as read_policy
from sluis.process.dmn.cases import Case, Tested, read_cases, run_cases
from sluis.process.dmn.compare import Compared, Recorded, compare
from sluis.process.rules.sheets import Labels, PolicySheets, Row, Sheet, Text, sheets
from sluis.process.types import Field, Kind

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
WORDS = {
    ("step", ADDED): N_("Stap ‘{name}’ komt erbij"),
    ("step", REMOVED): N_("Stap ‘{name}’ vervalt"),
    ("step", CHANGED): N_("Stap ‘{name}’ wordt anders"),
    ("flow", ADDED): N_("De weg {name} komt erbij"),
    ("flow", REMOVED): N_("De weg {name} vervalt"),
    ("flow", CHANGED): N_("De weg {name} wordt anders"),
    ("decision", ADDED): N_("Tabel ‘{name}’ komt erbij"),
    ("decision", REMOVED): N_("Tabel ‘{name}’ vervalt"),
    ("decision", CHANGED): N_("Tabel ‘{name}’ wordt anders"),
    ("rule", ADDED): N_("Regel {number} van ‘{name}’ komt erbij"),
    ("rule", REMOVED): N_("Regel {number} van ‘{name}’ vervalt"),
    ("rule", CHANGED): N_("Regel {number} van ‘{name}’ wordt anders"),
    ("text", CHANGED): N_("Alleen de tekst of de tekening wordt anders"),
}
ASPECTS = {
    "name": N_("naam"),
    "kind": N_("soort"),
    "documentation": N_("uitleg"),
    "role": N_("rol"),
    "due": N_("termijn"),
    "four-eyes-with": N_("vier ogen met"),
    "form": N_("vragen"),
    "handler": N_("wat Sluis doet"),
    "policy": N_("beleid"),
    "decision": N_("beslissing"),
    "completion": N_("wat bij afronden gebeurt"),
    "public": N_("openbaar"),
    "events": N_("gebeurtenis"),
    "loop": N_("herhaling"),
    "condition": N_("voorwaarde"),
    "maximum": N_("hoogstens"),
    "way": N_("van en naar"),
    "hit_policy": N_("welke regel telt"),
    "text": N_("uitdrukking"),
    "explanation": N_("uitleg"),
    "source": N_("bron"),
    "columns": N_("kolommen"),
}


_NOTHING = Text("")


@dataclass(frozen=True, slots=True)
class Aspect:
    """What is different about one thing. `name` is one of ASPECTS, else `label` is the column of the table."""

    name: str
    before: str
    after: str
    label: Text = _NOTHING
    labels: Labels = field(default_factory=dict[str, Text])


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: step, flow, decision, rule or text. `number` is that of a rule (in the new version, if it is there)."""

    what: str
    deed: str
    element: str
    name: Text
    number: int = 0
    aspects: tuple[Aspect, ...] = ()

    @property
    def message(self) -> str:
        """A source text with places for `name` and `number`."""
        return WORDS[self.what, self.deed]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`cases`: which of the table of cases come out otherwise; `tested`: whether they are as that table expects.

    `recorded`: which earlier decisions of running and ended processes would be otherwise. `read_as`: the new policy.
    """

    changes: tuple[Change, ...]
    cases: Compared | None = None
    tested: Tested | None = None
    recorded: Compared | None = None
    read_as: PolicySheets | None = None


def changes(kind: Kind, old: bytes, new: bytes) -> tuple[Change, ...]:
    """In words what is different; both files are sound ones."""
    if old == new:
        return ()
    found = _of_process(_process(old), _process(new)) if kind is Kind.PROCESS else _of_policy(old, new)
    return tuple(found) or (Change("text", CHANGED, "", _NOTHING),)


def comparison(
    kind: Kind, old: bytes | None, new: bytes, *, cases: bytes = b"", recorded: Iterable[Recorded] = ()
) -> Comparison:
    """Everything that a decider wants to see; `old` is None for a rule that is new. Raises Invalid for bad cases."""
    changed = changes(kind, old, new) if old is not None else ()
    if kind is Kind.PROCESS:
        return Comparison(changed)
    after = read_policy(new)
    rows = _answerable(after, read_cases(cases)) if cases else ()
    tested = run_cases(after, rows) if rows else None
    if old is None:
        return Comparison(changed, None, tested, read_as=sheets(new))
    before = read_policy(old)
    both = set(before.decisions) & set(after.decisions)
    tried = [Recorded(case.name, case.decision, case.inputs) for case in rows if case.decision in both]
    earlier = [one for one in recorded if one.decision in both]
    return Comparison(
        changed,
        compare(before, after, tried) if tried else None,
        tested,
        compare(before, after, earlier) if earlier else None,
        sheets(new),
    )


def _answerable(model: Model, rows: tuple[Case, ...]) -> tuple[Case, ...]:
    return tuple(case for case in rows if case.decision in model.decisions)


def _process(xml: bytes) -> BpmnModel:
    model, _ = read_process(xml)
    if model is None:
        raise ValueError("a stored process is one that can be read")
    return model


def _of_process(old: BpmnModel, new: BpmnModel) -> Iterator[Change]:
    for key, node in new.nodes.items():
        if key not in old.nodes:
            yield Change("step", ADDED, key, _name(node))
        elif aspects := tuple(_different(_node(old.nodes[key]), _node(node))):
            yield Change("step", CHANGED, key, _name(node), aspects=aspects)
    for key, node in old.nodes.items():
        if key not in new.nodes:
            yield Change("step", REMOVED, key, _name(node))
    for key in [*new.flows, *(key for key in old.flows if key not in new.flows)]:
        before, after = old.flows.get(key), new.flows.get(key)
        name = _way(after, new) if after else _way(before, old) if before else _NOTHING
        if before is None or after is None:
            yield Change("flow", ADDED if before is None else REMOVED, key, name)
        elif aspects := tuple(_different(_flow(before, old), _flow(after, new))):
            yield Change("flow", CHANGED, key, name, aspects=aspects)


def _name(node: Node) -> Text:
    return Text(node.name or node.id, node.name_en)


def _question(one: Field) -> str:
    within = f"{one.group.label}: " if one.group else ""
    return f"{within}{one.label}{' *' if one.required else ''} ({one.type})"


def _node(node: Node) -> Mapping[str, str]:
    given = {name: node.given.get(name, "") for name in ASPECTS if name in node.given}
    form = "; ".join(_question(one) for one in node.form)
    events = "; ".join(f"{e.kind} {e.ref}{e.expression.text if e.expression else ''}".strip() for e in node.events)
    loop = node.loop
    told = {
        "kind": node.kind.value,
        "name": node.name,
        "documentation": node.documentation,
        "form": form,
        "events": events,
        "loop": f"{loop.kind} {loop.over}{loop.maximum}".strip() if loop else "",
    }
    return given | told


def _flow(flow: Flow, model: BpmnModel) -> Mapping[str, str]:
    return {
        "name": flow.name,
        "condition": flow.condition.text if flow.condition else "",
        "maximum": flow.maximum,
        "way": _way(flow, model).nl,
    }


def _way(flow: Flow, model: BpmnModel) -> Text:
    ends = [_name(model.nodes[key]) for key in (flow.source, flow.target)]
    return Text(" → ".join(f"‘{end.nl}’" for end in ends), " → ".join(f"‘{end.said('en')}’" for end in ends))


def _of_policy(old: bytes, new: bytes) -> Iterator[Change]:
    before = {sheet.id: sheet for sheet in sheets(old).decisions}
    after = {sheet.id: sheet for sheet in sheets(new).decisions}
    for key in [*after, *(key for key in before if key not in after)]:
        if key not in before:
            yield Change("decision", ADDED, key, after[key].label)
        elif key not in after:
            yield Change("decision", REMOVED, key, before[key].label)
        else:
            yield from _of_sheet(before[key], after[key])


def _of_sheet(old: Sheet, new: Sheet) -> Iterator[Change]:
    if aspects := tuple(_different(_sheet(old), _sheet(new))):
        yield Change("decision", CHANGED, new.id, new.label, aspects=aspects)
    before = {row.id: row for row in old.rows}
    after = {row.id: row for row in new.rows}
    for row in new.rows:
        if row.id not in before:
            yield Change("rule", ADDED, row.id, new.label, row.number, (Aspect("explanation", "", row.explanation.nl),))
        elif aspects := tuple(_of_row(new, before[row.id], row)):
            yield Change("rule", CHANGED, row.id, new.label, row.number, aspects)
    for row in old.rows:
        if row.id not in after:
            gone = (Aspect("explanation", row.explanation.nl, ""),)
            yield Change("rule", REMOVED, row.id, new.label, row.number, gone)


def _sheet(sheet: Sheet) -> Mapping[str, str]:
    columns = ", ".join(column.label.nl for column in (*sheet.inputs, *sheet.outputs))
    told = {"name": sheet.name, "documentation": sheet.documentation.nl, "columns": columns}
    return told | {"hit_policy": sheet.hit_policy, "text": sheet.text}


def _of_row(sheet: Sheet, old: Row, new: Row) -> Iterator[Aspect]:
    columns = (*sheet.inputs, *sheet.outputs)
    cells = zip(columns, (*old.inputs, *old.outputs), (*new.inputs, *new.outputs), strict=False)
    for column, before, after in cells:
        if before != after:
            yield Aspect("", before, after, column.label, column.labels)
    yield from _different(
        {"explanation": old.explanation.nl, "source": old.source.nl},
        {"explanation": new.explanation.nl, "source": new.source.nl},
    )


def _different(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Aspect]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name, "") != new.get(name, ""):
            yield Aspect(name, old.get(name, ""), new.get(name, ""))
