"""The list of dossiers and the page of one: where it stands, the evidence, and what this reader may do."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from sluis.desk import words
from sluis.desk.dossiers import changes_since, evidence_of, fields_since, public_url, register_facts
from sluis.desk.forms.dossiers import ReasonForm
from sluis.desk.inbox import task_rows
from sluis.desk.page import delay_of, show, who
from sluis.desk.process_view import drawn
from sluis.foundation.service import may
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import from_wire
from sluis.process import service as process
from sluis.register import service as register
from sluis.register.types import Availability
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
    context = around(request, found) | blank_forms() | forms
    context["faulty"] = next(iter(forms.values()), None)
    return show(request, "dossier", context, status=status)


def around(request: HttpRequest, found: DossierRecord) -> dict[str, Any]:
    """Everything on the page but its forms."""
    actor = who(request)
    instance = process.instance(by=SYSTEM, instance_id=found.instance_id) if found.instance_id else None
    return {
        "dossier": found,
        "dataset_url": reverse("desk:dataset", args=[found.dataset_id]),
        "crumbs": [
            Link(gettext("Mijn taken"), reverse("desk:tasks")),
            Link(gettext("Dossiers"), reverse("desk:dossiers")),
        ],
        "place": drawn(SYSTEM, instance) if instance else None,
        "process_url": reverse("desk:process", args=[found.instance_id]) if instance else "",
        "tasks": task_rows(found.tasks, actor, {one.key: one for one in process.all_current("process")}),
        "evidence": evidence_of(found),
        "content": register_facts(found, actor),
        "changes": changes_since(found, actor),
        "differences": fields_since(found, actor),
        "moving": found.stage in MOVING and found.failure is None,
        "delay": _delay(found),
        "failure": from_wire(found.failure) if found.failure else None,
        "public_url": public_url(found),
        "may_lift": found.planned_date and found.stage is Stage.PUBLISHED and _may_lift(actor, found),
    }


def _delay(found: DossierRecord) -> str:
    steps = process.waiting_steps(by=SYSTEM, instance_id=found.instance_id) if found.instance_id else ()
    return delay_of(*steps)


def _may_lift(actor: Actor, found: DossierRecord) -> bool:
    record = register.get(by=actor, dataset_id=found.dataset_id)
    planned = record.availability is Availability.PLANNED
    return planned and may(actor, "dossier.decide", record.organisation.id, record.team_id)


def blank_forms() -> dict[str, Any]:
    return {"stop_form": ReasonForm(prefix="stop"), "change_form": ReasonForm(prefix="change")}


@require_safe
def progress(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The bar alone, for htmx; when the work is over the page itself is loaded again."""
    found = release.dossier(by=who(request), dossier_id=dossier_id)
    if found.stage in MOVING and found.failure is None:
        return render(request, "desk/parts/dossier_progress.html", {"dossier": found, "delay": _delay(found)})
    return HttpResponse(headers={"HX-Redirect": reverse("desk:dossier", args=[dossier_id])})


@require_GET
def record(request: HttpRequest, dossier_id: UUID) -> StreamingHttpResponse:
    """The record for the archive, as it is made."""
    made = release.export_dossier(by=who(request), dossier_id=dossier_id)
    response = StreamingHttpResponse(made.chunks, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, made.name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response
