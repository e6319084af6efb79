"""Processes that run: start one, see where it stands, stop it, and try a step that failed again."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sluis.desk.access import open_to
from sluis.desk.forms.tasks import StartForm, StopForm
from sluis.desk.page import CORRECTABLE, attempt, delay_of, refused, show, who
from sluis.desk.process_view import drawn, given, happened, role_title, steps_named
from sluis.desk.subjects import beside, starts_elsewhere
from sluis.desk.views.tasks import next_url
from sluis.foundation.service import holds, may, places
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound, from_wire
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.types import (
    DefinitionRecord,
    InstanceFilter,
    InstanceRecord,
    InstanceState,
    TaskFilter,
    TaskRecord,
)
from sluis.web import spoken
from sluis.web.paging import Page, whole_number, with_query
from sluis.web.shapes import Choice, Link

SIZE = 25
VIEWS = {"": N_("Van mij"), "team": N_("Van het team"), "vast": N_("Vastgelopen")}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    actor, query = who(request), request.GET
    shown = query.get("toon", "") if query.get("toon", "") in VIEWS else ""
    wanted = InstanceFilter(
        key=query.get("proces", "")[:80],
        text=query.get("q", "").strip()[:200],
        mine=not shown,
        state=InstanceState.STUCK if shown == "vast" else _state(query.get("staat", "")),
        page=whole_number(query, "page", 1),
        size=SIZE,
    )
    found = process.instances(by=actor, filters=wanted)
    known = {one.key: one for one in process.all_current("process")}
    context = {
        "rows": [{"instance": row, "process": _name(known, row)} for row in found.rows],
        "page": Page(found.rows, wanted.page, SIZE, found.total),
        "tabs": [
            Link(
                gettext(label), with_query(request, toon=key or None, page=None), current="page" if key == shown else ""
            )
            for key, label in VIEWS.items()
        ],
        "shown": shown,
        "q": wanted.text,
        "processes": [
            Choice(key, spoken.said(one.name, one.name_en), checked=key == wanted.key) for key, one in known.items()
        ],
        "filtered": bool(wanted.key or wanted.text),
        "may_start": holds(actor, "process.work"),
    }
    return show(request, "processes", context)


def _state(text: str) -> InstanceState | None:
    return InstanceState(text) if text in set(InstanceState) else None


def _name(known: dict[str, DefinitionRecord], row: InstanceRecord) -> str:
    found = known.get(row.key)
    return spoken.said(found.name, found.name_en) if found else row.key


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which process to start."""
    rows = []
    for one in process.all_current("process"):
        model = process.model(one.sha256)
        elsewhere = starts_elsewhere(one.key)
        url = reverse(elsewhere[0]) if elsewhere else reverse("desk:process-new", args=[one.key])
        if not open_to(who(request), url):
            continue
        rows.append(
            {
                "name": spoken.said(one.name, one.name_en),
                "text": spoken.said(model.start.documentation, model.start.documentation_en),
                "url": url,
                "note": gettext(elsewhere[1]) if elsewhere else "",
            }
        )
    return show(request, "process_choose", {"rows": rows, "crumbs": _crumbs()})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, key: str) -> HttpResponse:
    actor = who(request)
    current = process.current("process", key)
    if starts_elsewhere(key):
        raise NotFound("process.elsewhere", N_("Dit proces begint u ergens anders."))
    where = {place.key: place for place in places(by=actor, permission="process.work")}
    form = StartForm([(place.key, place.title) for place in where.values()], request.POST or None)

    def begin() -> InstanceRecord:
        place = where[form.cleaned_data["place"]]
        return process.start(
            by=actor,
            key=key,
            subject=f"{key}:{uuid4()}",
            organisation_id=place.organisation_id,
            team_id=place.team_id,
            title=form.cleaned_data["title"],
        )

    if request.method == "POST" and form.is_valid() and (done := attempt(form, begin)):
        made = done.outcome
        messages.success(request, gettext("Het proces is gestart."))
        return redirect(next_url(actor, made.id) or reverse("desk:process", args=[made.id]))
    model = process.model(current.sha256)
    context = {
        "name": spoken.said(current.name, current.name_en),
        "text": spoken.said(model.start.documentation, model.start.documentation_en),
        "form": form,
        "crumbs": [*_crumbs(), Link(gettext("Nieuw proces"), reverse("desk:process-choose"))],
    }
    return show(request, "process_new", context, status=refused(form) if request.method == "POST" else 200)


def _crumbs() -> list[Link]:
    return [Link(gettext("Processen"), reverse("desk:processes"))]


@require_safe
def instance(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    return _page(request, instance_id)


def _page(
    request: HttpRequest, instance_id: UUID, *, status: int = 200, stop_form: StopForm | None = None
) -> HttpResponse:
    actor = who(request)
    found = process.instance(by=actor, instance_id=instance_id)
    around = beside(actor, found)
    current = process.definition(found.definition_sha256)
    is_alive = found.state in (InstanceState.RUNNING, InstanceState.STUCK)
    manages = is_alive and may(actor, "process.manage", found.organisation_id, found.team_id)
    context = {
        "instance": found,
        "process": spoken.said(current.name, current.name_en),
        "number": current.number,
        "subject": around.title or found.title or spoken.said(current.name, current.name_en),
        "beside": around,
        "place": drawn(actor, found),
        "open": [_open(task) for task in _tasks(actor, found)],
        "earlier": given(process.answered(by=actor, instance_id=instance_id)),
        "trail": happened(found, process.trail(by=actor, instance_id=instance_id)),
        "failure": from_wire(found.failure) if found.failure else None,
        "delay": delay_of(*process.waiting_steps(by=actor, instance_id=instance_id)),
        "failed_step": steps_named(found).get(str((found.failure or {}).get("element", "")), ""),
        "may_manage": manages,
        "stop_form": stop_form or StopForm(),
        "faulty": stop_form,
        "crumbs": _crumbs(),
    }
    return show(request, "process", context, status=status)


def _tasks(actor: Actor, found: InstanceRecord) -> tuple[TaskRecord, ...]:
    return process.tasks(by=actor, filters=TaskFilter(view="team", instance_id=found.id, size=100)).rows


def _open(task: TaskRecord) -> dict[str, Any]:
    return {
        "title": spoken.said(task.title, task.title_en),
        "role": role_title(task.role),
        "due": task.due_at,
        "url": reverse("desk:task", args=[task.id]),
    }


@require_POST
def stop(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    form = StopForm(request.POST)

    def end() -> None:
        process.cancel(by=who(request), instance_id=instance_id, reason=form.cleaned_data["reason"])

    if form.is_valid() and attempt(form, end):
        messages.success(request, gettext("Het proces is gestopt."))
        return redirect("desk:process", instance_id=instance_id)
    return _page(request, instance_id, status=refused(form), stop_form=form)


@require_POST
def retry(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    try:
        process.retry(by=who(request), instance_id=instance_id)
        messages.success(request, gettext("Sluis probeert de stap opnieuw."))
    except CORRECTABLE as error:
        messages.error(request, spoken.told(error))
    return redirect("desk:process", instance_id=instance_id)
