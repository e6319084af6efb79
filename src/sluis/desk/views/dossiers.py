"""The list of dossiers and the page of one: where it stands, the evidence, and what this reader may do."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sluis.desk import words
from sluis.desk.dossiers import changes_since, checks_of, fields_since, headline, public_url, register_facts, stepper
from sluis.desk.forms.dossiers import AdviceForm, DecisionForm, ProposalForm, ReasonForm, proposal_initial
from sluis.desk.page import show, who
from sluis.kernel.actor import Actor
from sluis.kernel.errors import from_wire
from sluis.lake import service as lake
from sluis.release import service as release
from sluis.release.types import DossierFilter, DossierRecord, Stage
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Choice, Link

SIZE = 25
MOVING = (Stage.CHECKING, Stage.DECIDED)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("stage", "")
    stage = Stage(wanted) if wanted in set(Stage) else None
    number, text = whole_number(request.GET, "page", 1), request.GET.get("q", "")[:200]
    found = release.dossiers(by=who(request), filters=DossierFilter(stage=stage, text=text, page=number, size=SIZE))
    choices = [Choice(key.value, gettext(label), checked=key == stage) for key, (label, _) in words.STAGES.items()]
    context = {
        "rows": found.rows,
        "page": Page(found.rows, number, SIZE, found.total),
        "stages": choices,
        "q": text,
        "filtered": bool(stage or text),
    }
    return show(request, "dossiers", context)


@require_safe
def dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    return page(request, release.dossier(by=who(request), dossier_id=dossier_id))


def page(request: HttpRequest, found: DossierRecord, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The whole dossier; `forms` are those that came back with faults, by name."""
    context = around(request, found) | blank_forms(who(request), found) | forms
    context["faulty"] = next(iter(forms.values()), None)
    return show(request, "dossier", context, status=status)


def around(request: HttpRequest, found: DossierRecord) -> dict[str, Any]:
    """Everything on the page but its forms."""
    return {
        "dossier": found,
        "dataset_url": reverse("desk:dataset", args=[found.dataset_id]),
        "crumbs": [
            Link(gettext("Mijn taken"), reverse("desk:tasks")),
            Link(gettext("Dossiers"), reverse("desk:dossiers")),
        ],
        "headline": headline(found),
        "stepper": stepper(found),
        "checks": checks_of(found, who(request)),
        "content": register_facts(found, who(request)),
        "changes": changes_since(found, who(request)),
        "differences": fields_since(found, who(request)),
        "moving": found.stage in MOVING and found.failure is None,
        "failure": from_wire(found.failure) if found.failure else None,
        "public_url": public_url(found),
    }


def blank_forms(actor: Actor, found: DossierRecord) -> dict[str, Any]:
    """Forms for what this reader may do now."""
    columns = _columns(actor, found) if "propose" in found.may else []
    decision = {
        "outcome": found.proposal.value if found.proposal else None,
        "expected_hash": found.content_sha256,
        **{k: v for k, v in proposal_initial(found).items() if k in ("article", "ground", "planned_date")},
    }
    return {
        "proposal_form": ProposalForm(initial=proposal_initial(found), columns=columns),
        "decision_form": DecisionForm(initial=decision, prefix="besluit"),
        "advice_form": AdviceForm(prefix="advies"),
        "return_form": ReasonForm(prefix="terug"),
        "refuse_form": ReasonForm(prefix="afwijzen"),
        "stop_form": ReasonForm(prefix="stop"),
    }


def _columns(actor: Actor, found: DossierRecord) -> list[tuple[str, str]]:
    newest = lake.latest_ready(by=actor, dataset_id=found.dataset_id)
    columns = (newest.report or {}).get("columns", []) if newest else []
    return [(c["name"], c["title"] or c["name"]) for c in columns if c["type"] != "geometry"]


@require_safe
def progress(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The bar alone, for htmx; when the work is over the page itself is loaded again."""
    found = release.dossier(by=who(request), dossier_id=dossier_id)
    if found.stage in MOVING and found.failure is None:
        return render(request, "desk/parts/dossier_progress.html", {"dossier": found})
    return HttpResponse(headers={"HX-Redirect": reverse("desk:dossier", args=[dossier_id])})
