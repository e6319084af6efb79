"""Processes and policies on the desk: what holds, a new version (file or editor), what it changes, the decision."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sluis.desk.forms.rules import ENDINGS, NewRuleForm, RuleDecisionForm, VersionForm
from sluis.desk.page import CORRECTABLE, attempt, put, refused, show, who
from sluis.foundation.service import ROLES, holds
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.ids import slugify
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.dmn.compare import Compared, Difference
from sluis.process.rules import words
from sluis.process.rules.changes import Comparison
from sluis.process.types import InForce, Kind, ProposalRecord, ProposalState
from sluis.web.shapes import Link

PLACES = {"processen": Kind.PROCESS, "tabellen": Kind.POLICY}
NAMES = {kind: place for place, kind in PLACES.items()}
STATES = {
    ProposalState.OPEN: (N_("Wacht op een besluit"), "info"),
    ProposalState.APPROVED: (N_("In werking getreden"), "positive"),
    ProposalState.REFUSED: (N_("Afgewezen"), "negative"),
}


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One case or earlier process that comes out otherwise."""

    title: str
    url: str
    entries: tuple[tuple[str, str, str], ...]


def index(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    held = process.all_in_force()
    context = {
        "processes": [_held(one) for one in held if one.kind is Kind.PROCESS],
        "policies": [_held(one) for one in held if one.kind is Kind.POLICY],
        "proposals": [_proposal(one) for one in process.proposals(by=actor)],
        "may_propose": holds(actor, "policy.propose"),
    }
    return show(request, "rules", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A process or policy that is not there yet."""
    form = NewRuleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name = PurePath(getattr(form.cleaned_data.get("file"), "name", "")).name
        kind = next((kind for kind, ending in ENDINGS.items() if name.endswith(f".{ending}")), "")
        key = slugify(name.rpartition(".")[0])
        if kind and key:
            return _compared(request, Kind(kind), key, form)
        form.add_error("file", gettext("Het bestand moet op .bpmn of .dmn eindigen."))
    context = {"form": form, "crumbs": _crumbs()}
    return show(request, "rule_new", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """What holds, and a form for a new version: `action` is compare, or propose what was compared."""
    actor, kind = who(request), _kind(place)
    form = VersionForm(request.POST or None, request.FILES or None, kind=kind.value)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("action") == "propose":
            return _proposed(request, kind, key, form)
        return _compared(request, kind, key, form)
    history = process.in_force(kind, key)
    xml = process.source(history[0].sha256)
    context = _shown(kind, xml) | {
        "rule": _held(history[0]),
        "older": [_held(one) for one in history[1:]],
        "proposals": [_proposal(one) for one in process.proposals(by=actor, kind=kind, key=key)],
        "form": form,
        "may_propose": holds(actor, "policy.propose"),
        "crumbs": _crumbs(),
    }
    return show(request, "rule", context, status=422 if form.errors else 200)


def edit(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """The editor in the browser; without JavaScript the text of the file stands there."""
    kind = _kind(place)
    held = process.in_force(kind, key)[0]
    form = VersionForm(kind=kind.value)
    context = {
        "form": form,
        "rule": _held(held),
        "xml": process.source(held.sha256).decode("utf-8", errors="replace"),
        "editor": ENDINGS[kind.value],
        "crumbs": [*_crumbs(), Link(_held(held)["name"], _held(held)["url"])],
    }
    return show(request, "rule_edit", context)


@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """What a proposal changes; the decision stands on the same page."""
    actor = who(request)
    found = process.proposal(by=actor, proposal_id=proposal_id)
    form = RuleDecisionForm(request.POST or None, initial={"expected": found.definition_sha256})

    def decide() -> None:
        given = form.cleaned_data
        process.decide(
            by=actor,
            proposal_id=proposal_id,
            approve=given["decision"] == "approve",
            answer=given["answer"],
            expected=given["expected"],
        )

    if request.method == "POST" and form.is_valid() and attempt(form, decide):
        messages.success(request, gettext("Uw besluit staat vast."))
        return redirect("desk:rule-proposal", proposal_id=proposal_id)
    xml = process.source(found.definition_sha256)
    context = _shown(found.kind, xml) | {
        "proposal": _proposal(found),
        "form": form,
        "may_decide": found.may_decide,
        "hindrance": gettext(found.hindrance) if found.hindrance else "",
        "comparing": found.state is ProposalState.OPEN and found.task_id is None,
        "crumbs": _crumbs(),
        **_told(actor, process.compare_proposal(by=actor, proposal_id=proposal_id)),
    }
    return show(request, "rule_proposal", context, status=refused(form) if form.errors else 200)


def _compared(request: HttpRequest, kind: Kind, key: str, form: VersionForm) -> HttpResponse:
    """Faults with the drawing, or what changes with a button to propose it. Nothing is stored."""
    actor, given = who(request), form.cleaned_data
    context: dict[str, Any] = {"kind": kind.value, "key": key, "crumbs": _crumbs(), "place": NAMES[kind]}
    try:
        found = process.compare_rule(by=actor, kind=kind, key=key, xml=given["bytes"], cases=given["cases"])
    except CORRECTABLE as error:
        return _refused(request, kind, given["bytes"], error, context)
    carried = VersionForm(kind=kind.value, initial=form.carried())
    context |= _shown(kind, given["bytes"]) | _told(actor, found) | {"form": carried}
    return show(request, "rule_compare", context)


def _refused(request: HttpRequest, kind: Kind, xml: bytes, error: Any, context: dict[str, Any]) -> HttpResponse:
    faults = [(fault.field, fault.text(gettext)) for fault in error.faults]
    told = {element: text for element, text in faults if element}
    drawing = words.picture(xml, told) if kind is Kind.PROCESS else ""
    return show(request, "rule_compare", context | {"error": error, "faults": faults, "drawing": drawing}, status=422)


def _proposed(request: HttpRequest, kind: Kind, key: str, form: VersionForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        made = process.propose(
            by=who(request),
            kind=kind,
            key=key,
            xml=given["bytes"],
            motivation=given["motivation"],
            cases=given["cases"],
        )
    except CORRECTABLE as error:
        put(form, error)
        context = {"kind": kind.value, "key": key, "crumbs": _crumbs(), "place": NAMES[kind]}
        return _refused(request, kind, given["bytes"], error, context)
    messages.success(request, gettext("Voorgesteld. Een data-eigenaar die dit niet voorstelde, besluit erover."))
    return redirect("desk:rule-proposal", proposal_id=made.id)


def _kind(place: str) -> Kind:
    if place not in PLACES:
        raise NotFound("rule.place", N_("Dit adres bestaat niet."))
    return PLACES[place]


def _crumbs() -> list[Link]:
    return [Link(gettext("Beleid"), reverse("desk:rules"))]


def _name(nl: str, en: str) -> str:
    return (en if words.language().startswith("en") else "") or nl


def _held(one: InForce) -> dict[str, Any]:
    place = NAMES[one.kind]
    return {
        "name": _name(one.name, one.name_en),
        "key": one.key,
        "number": one.number,
        "since": one.since,
        "until": one.until,
        "role": gettext(ROLES[one.role].title) if one.role in ROLES else "",
        "url": reverse("desk:rule", args=[place, one.key]),
        "edit_url": reverse("desk:rule-edit", args=[place, one.key]),
        "public_url": reverse("portal:policy-version", args=[place, one.key, one.number]),
        "file_url": reverse("portal:policy-file", args=[place, one.key, one.number, ENDINGS[one.kind.value]]),
        "is_process": one.kind is Kind.PROCESS,
    }


def _proposal(one: ProposalRecord) -> dict[str, Any]:
    label, look = STATES[one.state]
    return {
        "name": _name(one.name, one.name_en),
        "key": one.key,
        "number": one.number,
        "motivation": one.motivation,
        "answer": one.answer,
        "at": one.proposed_at,
        "decided_at": one.decided_at,
        "role": gettext(ROLES[one.decided_role].title) if one.decided_role in ROLES else "",
        "state": gettext(label),
        "look": look,
        "is_open": one.state is ProposalState.OPEN,
        "is_new": not one.base_sha256,
        "url": reverse("desk:rule-proposal", args=[one.id]),
    }


def _shown(kind: Kind, xml: bytes) -> dict[str, Any]:
    """The version itself, as the public page shows it."""
    if kind is Kind.PROCESS:
        return {"drawing": words.picture(xml), "steps": words.steps(xml)}
    return {"tables": words.tables(xml)[1]}


def _told(actor: Actor, found: Comparison) -> dict[str, Any]:
    return {
        "changes": words.changed(found.changes),
        "tested": found.tested,
        "misses": [
            (miss.case.name, miss.entry, words.value(miss.expected), words.value(miss.got))
            for miss in (found.tested.misses if found.tested else ())
        ],
        "cases": _compared_in_words(found.cases, _of_case),
        "earlier": _compared_in_words(found.recorded, lambda one: _of_process(actor, one)),
    }


def _compared_in_words(
    found: Compared | None, titled: Callable[[Difference], tuple[str, str]]
) -> dict[str, Any] | None:
    if found is None:
        return None
    rows: list[Otherwise] = []
    for one in found.differences:
        title, url = titled(one)
        rows.append(Otherwise(title, url, _entries(one)))
    return {"total": found.total, "rows": rows}


def _of_case(one: Difference) -> tuple[str, str]:
    return gettext("Geval {case} ({decision})").format(case=one.id, decision=one.decision), ""


def _of_process(actor: Actor, one: Difference) -> tuple[str, str]:
    try:
        subject = process.instance(by=actor, instance_id=UUID(one.id)).subject
    except NotFound:
        return one.id, ""
    kind, _, rest = subject.partition(":")
    if kind == "dossier":
        return gettext("Dossier {id} ({decision})").format(id=rest[-8:], decision=one.decision), reverse(
            "desk:dossier", args=[rest]
        )
    return f"{subject} ({one.decision})", ""


def _entries(one: Difference) -> tuple[tuple[str, str, str], ...]:
    def part(value: Any, name: str) -> str:
        return words.value(value.get(name) if isinstance(value, dict) else value)

    return tuple((name, part(one.before, name), part(one.after, name)) for name in one.entries)
