"""Processes, policies and proposals as pages of the desk show them, and what stands beside a task about a proposal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from sluis.desk.forms.rules import ENDINGS
from sluis.desk.process_view import role_title
from sluis.desk.subjects import Beside, Blocker, Fact, subject
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Invalid, NotFound
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.dmn.cases import Miss
from sluis.process.dmn.compare import Compared, Difference
from sluis.process.rules import words
from sluis.process.rules.changes import Comparison
from sluis.process.rules.sheets import Labels, PolicySheets
from sluis.process.types import InForce, InstanceRecord, Kind, ProposalRecord, ProposalState, TaskRecord
from sluis.web import spoken
from sluis.web.formats import moment

PLACES = {"processen": Kind.PROCESS, "tabellen": Kind.POLICY}
NAMES = {kind: place for place, kind in PLACES.items()}
STATES = {
    ProposalState.OPEN: (N_("Wacht op een besluit"), "info"),
    ProposalState.APPROVED: (N_("In werking getreden"), "positive"),
    ProposalState.REFUSED: (N_("Afgewezen"), "negative"),
    ProposalState.STOPPED: (N_("Gestopt"), "negative"),
}


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One case or earlier process that comes out otherwise."""

    title: str
    url: str
    entries: tuple[tuple[str, str, str], ...]


@subject("rule")
def beside(actor: Actor, instance: InstanceRecord, task: TaskRecord | None) -> Beside:
    """What a proposal changes; who decides sends back the hash of the version that stands here."""
    found = process.proposal_of(by=actor, instance_id=instance.id)
    if found is None:
        return Beside(title=instance.title)
    shown = proposed(found)
    place = reverse("desk:rule", args=[NAMES[found.kind], found.key])
    again = Blocker(
        gettext("Een voorstel houdt zijn bestand. Stel een nieuwe versie voor, dan vervalt dit voorstel."),
        place,
        gettext("Naar ‘{name}’").format(name=shown["name"]),
    )
    facts = (
        Fact(gettext("Voorstel"), gettext("{name}, versie {number}").format(**shown), shown["url"]),
        Fact(gettext("Voorgesteld op"), moment(found.proposed_at)),
        Fact(gettext("Wat nu geldt"), shown["name"], place),
    )
    return Beside(
        title=shown["name"],
        url=shown["url"],
        facts=facts if found.base_sha256 else facts[:-1],
        expected=found.definition_sha256,
        blockers=(again,) if task and found.returned else (),
        template="desk/parts/rule_evidence.html",
        data=told(actor, process.compare_proposal(by=actor, proposal_id=found.id)) if task else None,
    )


def held(one: InForce) -> dict[str, Any]:
    place = NAMES[one.kind]
    return {
        "name": spoken.said(one.name, one.name_en),
        "key": one.key,
        "number": one.number,
        "since": one.since,
        "until": one.until,
        "role": role_title(one.role),
        "url": reverse("desk:rule", args=[place, one.key]),
        "edit_url": reverse("desk:rule-edit", args=[place, one.key]),
        "public_url": reverse("portal:policy-version", args=[place, one.key, one.number]),
        "file_url": reverse("portal:policy-file", args=[place, one.key, one.number, ENDINGS[one.kind.value]]),
        "is_process": one.kind is Kind.PROCESS,
    }


def proposed(one: ProposalRecord) -> dict[str, Any]:
    label, look = (N_("Teruggestuurd"), "warning") if one.returned else STATES[one.state]
    return {
        "name": spoken.said(one.name, one.name_en),
        "key": one.key,
        "number": one.number,
        "motivation": one.motivation,
        "answer": one.answer,
        "at": one.proposed_at,
        "decided_at": one.decided_at,
        "role": role_title(one.decided_role),
        "state": gettext(label),
        "look": look,
        "is_open": one.state is ProposalState.OPEN,
        "returned": one.returned,
        "process_url": reverse("desk:process", args=[one.instance_id]),
        "is_new": not one.base_sha256,
        "url": reverse("desk:rule-proposal", args=[one.id]),
    }


def faulty(kind: Kind, xml: bytes, faults: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A refused file with its faults where they are; nothing when it cannot be drawn or read at all."""
    found = [(element, text) for element, text in faults if element]
    if kind is Kind.PROCESS:
        return {"drawing": words.picture(xml, found) if found else ""}
    try:
        tables = words.tables(xml, found)[1]
    except Invalid:
        return {}
    return {"tables": [table for table in tables if table.faults or any(rule.faults for rule in table.rules)]}


def shown(kind: Kind, xml: bytes) -> dict[str, Any]:
    """The version itself, as the public page shows it."""
    if kind is Kind.PROCESS:
        return {"drawing": words.picture(xml), "steps": words.steps(xml)}
    return {"tables": words.tables(xml)[1]}


def told(actor: Actor, found: Comparison) -> dict[str, Any]:
    read_as = found.read_as
    return {
        "changes": words.changed(found.changes),
        "tested": found.tested,
        "misses": [_miss(miss, read_as) for miss in (found.tested.misses if found.tested else ())],
        "cases": _compared_in_words(found.cases, read_as, _of_case),
        "recorded": _compared_in_words(found.recorded, read_as, lambda one: _of_process(actor, one)),
    }


def _miss(miss: Miss, read_as: PolicySheets | None) -> tuple[str, str, str, str]:
    label, labels = words.result(read_as, miss.case.decision, miss.entry)
    return miss.case.name, label, words.value(miss.expected, labels), words.value(miss.got, labels)


def _compared_in_words(
    found: Compared | None, read_as: PolicySheets | None, titled: Callable[[Difference], tuple[str, str]]
) -> dict[str, Any] | None:
    if found is None:
        return None
    rows: list[Otherwise] = []
    for one in found.differences:
        title, url = titled(one)
        table = read_as.decision(one.decision) if read_as else None
        name = table.label.said(words.language()) if table else one.decision
        rows.append(Otherwise(f"{title} ({name})", url, _entries(one, read_as)))
    return {"total": found.total, "rows": rows}


def _of_case(one: Difference) -> tuple[str, str]:
    return gettext("Geval {case}").format(case=one.id), ""


def _of_process(actor: Actor, one: Difference) -> tuple[str, str]:
    try:
        found = process.instance(by=actor, instance_id=UUID(one.id))
    except NotFound:
        return one.id, ""
    kind, _, rest = found.subject.partition(":")
    dossier = kind == "dossier"
    url = reverse("desk:dossier", args=[rest]) if dossier else reverse("desk:process", args=[found.id])
    return found.title or found.subject, url


def _entries(one: Difference, read_as: PolicySheets | None) -> tuple[tuple[str, str, str], ...]:
    return tuple(_entry(one, name, *words.result(read_as, one.decision, name)) for name in one.entries)


def _entry(one: Difference, name: str, label: str, labels: Labels) -> tuple[str, str, str]:
    def part(value: Any) -> str:
        return words.value(value.get(name) if isinstance(value, dict) else value, labels)

    return label, part(one.before), part(one.after)
