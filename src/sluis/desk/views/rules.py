"""Processes and policies on the desk: what holds, a new version (file or editor), what it changes, the decision."""

from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sluis.desk import rules as shapes
from sluis.desk.forms.rules import ENDINGS, NewRuleForm, RuleDecisionForm, VersionForm
from sluis.desk.page import CORRECTABLE, attempt, put, refused, show, who
from sluis.desk.process_view import given
from sluis.desk.views.tasks import next_url
from sluis.foundation.service import holds, places
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.ids import slugify
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.types import Kind, ProposalState
from sluis.web.shapes import Link


def index(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    every = process.all_in_force()
    context = {
        "processes": [shapes.held(one) for one in every if one.kind is Kind.PROCESS],
        "policies": [shapes.held(one) for one in every if one.kind is Kind.POLICY],
        "proposals": [shapes.proposed(one) for one in process.proposals(by=actor)],
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
    form = VersionForm(request.POST or None, request.FILES or None, kind=kind.value, places=_places(actor))
    if request.method == "POST" and form.is_valid():
        if request.POST.get("action") == "propose":
            return _proposed(request, kind, key, form)
        return _compared(request, kind, key, form)
    history = process.in_force(kind, key)
    xml = process.source(history[0].sha256)
    context = shapes.shown(kind, xml) | {
        "rule": shapes.held(history[0]),
        "older": [shapes.held(one) for one in history[1:]],
        "proposals": [shapes.proposed(one) for one in process.proposals(by=actor, kind=kind, key=key)],
        "form": form,
        "may_propose": holds(actor, "policy.propose"),
        "crumbs": _crumbs(),
    }
    return show(request, "rule", context, status=422 if form.errors else 200)


def edit(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """The editor in the browser; without JavaScript the text of the file stands there."""
    kind = _kind(place)
    now = process.in_force(kind, key)[0]
    form = VersionForm(kind=kind.value)
    context = {
        "form": form,
        "rule": shapes.held(now),
        "xml": process.source(now.sha256).decode("utf-8", errors="replace"),
        "editor": ENDINGS[kind.value],
        "crumbs": [*_crumbs(), Link(shapes.held(now)["name"], shapes.held(now)["url"])],
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
    context = shapes.shown(found.kind, xml) | {
        "proposal": shapes.proposed(found),
        "form": form,
        "may_decide": found.may_decide,
        "hindrance": gettext(found.hindrance) if found.hindrance else "",
        "comparing": found.state is ProposalState.OPEN and found.task_id is None and not found.returned,
        "earlier": given(process.answered(by=actor, instance_id=found.instance_id)),
        "task_url": next_url(actor, found.instance_id),
        "crumbs": _crumbs(),
        **shapes.told(actor, process.compare_proposal(by=actor, proposal_id=proposal_id)),
    }
    return show(request, "rule_proposal", context, status=refused(form) if form.errors else 200)


def _compared(request: HttpRequest, kind: Kind, key: str, form: VersionForm, unplaced: str = "") -> HttpResponse:
    """Faults with the drawing, or what changes, with a button to propose it. Stores nothing.

    `unplaced`: why it could not be proposed yet.
    """
    actor, given = who(request), form.cleaned_data
    context = _about(kind, key)
    try:
        found = process.compare_rule(by=actor, kind=kind, key=key, xml=given["bytes"], cases=given["cases"])
    except CORRECTABLE as error:
        return _refused(request, kind, given["bytes"], error, context)
    carried = VersionForm(form.carried(), kind=kind.value, places=_places(actor))
    if unplaced:
        carried.add_error("organisation", unplaced)
    context |= shapes.shown(kind, given["bytes"]) | shapes.told(actor, found) | {"form": carried}
    return show(request, "rule_compare", context, status=422 if unplaced else 200)


def _refused(request: HttpRequest, kind: Kind, xml: bytes, error: Any, context: dict[str, Any]) -> HttpResponse:
    faults = [(fault.field, fault.text(gettext)) for fault in error.faults]
    context |= {"error": error, "faults": faults} | shapes.faulty(kind, xml, faults)
    return show(request, "rule_compare", context, status=422)


def _proposed(request: HttpRequest, kind: Kind, key: str, form: VersionForm) -> HttpResponse:
    given = form.cleaned_data
    chosen = given.get("organisation")
    if "organisation" in form.fields and not chosen:
        return _compared(request, kind, key, form, gettext("Kies voor welke organisatie u dit voorstelt."))
    try:
        made = process.propose(
            by=who(request),
            kind=kind,
            key=key,
            xml=given["bytes"],
            motivation=given["motivation"],
            cases=given["cases"],
            organisation_id=UUID(chosen) if chosen else None,
        )
    except CORRECTABLE as error:
        put(form, error)
        context = _about(kind, key)
        return _refused(request, kind, given["bytes"], error, context)
    messages.success(request, gettext("Voorgesteld. Een data-eigenaar die dit niet voorstelde, besluit erover."))
    return redirect("desk:rule-proposal", proposal_id=made.id)


def _places(actor: Actor) -> list[tuple[str, str]]:
    """Whole organisations for which this person may propose."""
    found = places(by=actor, permission="policy.propose")
    return [(str(one.organisation_id), one.title) for one in found if one.team_id is None]


def _about(kind: Kind, key: str) -> dict[str, Any]:
    now = next((one for one in process.all_in_force() if (one.kind, one.key) == (kind, key)), None)
    name = shapes.held(now)["name"] if now else key
    return {"kind": kind.value, "key": key, "name": name, "crumbs": _crumbs(), "place": shapes.NAMES[kind]}


def _kind(place: str) -> Kind:
    if place not in shapes.PLACES:
        raise NotFound("rule.place", N_("Dit adres bestaat niet."))
    return shapes.PLACES[place]


def _crumbs() -> list[Link]:
    return [Link(gettext("Beleid"), reverse("desk:rules"))]
