"""People and their roles, background jobs, and the audit chain."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sluis.desk import words
from sluis.desk.forms.people import GrantForm, NewPersonForm, ResetForm
from sluis.desk.page import attempt, refused, show, who
from sluis.foundation import service as foundation
from sluis.foundation.oidc.flow import offered
from sluis.kernel.errors import NotFound, from_wire
from sluis.kernel.text import N_
from sluis.web.paging import Page, whole_number, with_query
from sluis.web.shapes import Choice, Link

SIZE = 50
JOBS = 25


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    return show(request, "people", {"people": foundation.people(by=who(request)), "groups_too": offered()})


@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    places = foundation.places(by=who(request), permission="people.manage")
    form = NewPersonForm(request.POST or None, places=places)

    def make() -> Any:
        given = form.cleaned_data
        return foundation.create_person(
            by=who(request),
            email=given["email"],
            name=given["name"],
            password=given["password"],
            until_date=given["until_date"],
            **form.where(),
        )

    if request.method == "POST" and form.is_valid() and attempt(form, make):
        messages.success(request, gettext("Het account is gemaakt. Geef het wachtwoord persoonlijk door."))
        return redirect("desk:people")
    context = {"form": form, "crumbs": _crumbs()}
    return show(request, "person_new", context, status=refused(form) if request.method == "POST" else 200)


def _crumbs() -> list[Link]:
    return [Link(gettext("Personen"), reverse("desk:people"))]


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Roles of one person, a new password, or closing the account: `action` says which."""
    found = next((p for p in foundation.people(by=who(request)) if p.id == person_id), None)
    if found is None:
        raise NotFound("person.unknown", N_("Dit account bestaat niet (meer)."))
    places = foundation.places(by=who(request), permission="people.manage")
    action = request.POST.get("action", "")
    grant_form = GrantForm(request.POST if action == "grant" else None, places=places)
    reset_form = ResetForm(request.POST if action == "password" else None)
    deeds = {"grant": (grant_form, _grant), "password": (reset_form, _reset)}
    status = 200
    if action in deeds:
        form, deed = deeds[action]
        if form.is_valid() and attempt(form, lambda: deed(request, person_id, form)):
            messages.success(request, gettext("Opgeslagen."))
            return redirect("desk:person", person_id)
        status = refused(form)
    elif request.method == "POST":
        return _plainly(request, person_id, action)
    context = {"person": found, "grant_form": grant_form, "reset_form": reset_form, "crumbs": _crumbs()}
    return show(request, "person", context, status=status)


def _grant(request: HttpRequest, person_id: UUID, form: GrantForm) -> None:
    foundation.grant(by=who(request), user_id=person_id, until_date=form.cleaned_data["until_date"], **form.where())


def _reset(request: HttpRequest, person_id: UUID, form: ResetForm) -> None:
    foundation.set_password(by=who(request), user_id=person_id, password=form.cleaned_data["password"])


def _plainly(request: HttpRequest, person_id: UUID, action: str) -> HttpResponse:
    if action == "close":
        foundation.close_account(by=who(request), user_id=person_id)
        messages.success(request, gettext("Het account is gesloten."))
    elif action.startswith("revoke:") and action.count(":") == 3:
        _, organisation, role, team = action.split(":")
        try:
            where = {"organisation_id": UUID(organisation), "team_id": UUID(team) if team else None, "role": role}
            foundation.revoke(by=who(request), user_id=person_id, **where)
        except ValueError:
            raise NotFound("role.not-held", N_("Deze persoon heeft deze rol daar niet.")) from None
        messages.success(request, gettext("De rol is weggehaald."))
    else:
        raise NotFound("action.unknown", N_("Deze handeling bestaat niet."))
    if all(p.id != person_id for p in foundation.people(by=who(request))):  # the last role here is gone
        return redirect("desk:people")
    return redirect("desk:person", person_id)


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in words.JOB else ""
    number = whole_number(request.GET, "page", 1)
    found = foundation.jobs(by=who(request), state=state)
    shown = found[(number - 1) * JOBS : number * JOBS]
    rows = [{"job": job, "failure": from_wire(job.failure) if job.failure else None} for job in shown]
    choices = [Choice(key, gettext(label), checked=key == state) for key, (label, _) in words.JOB.items()]
    work = [(item, words.period(item.every)) for item in foundation.recurring_work(by=who(request))]
    page = Page(rows, number, JOBS, len(found))
    context = {
        "rows": rows,
        "page": page,
        "states": choices,
        "backlog": foundation.backlog(),
        "workers": len(foundation.workers()),
    }
    return show(request, "jobs", context | {"work": work})


@require_safe
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = foundation.job(by=who(request), job_id=job_id)
    context = {"job": found, "failure": from_wire(found.failure) if found.failure else None}
    return show(request, "job", context | {"crumbs": [Link(gettext("Achtergrondtaken"), reverse("desk:jobs"))]})


@require_POST
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    foundation.retry_job(by=who(request), job_id=job_id)
    messages.success(request, gettext("De taak staat weer in de rij."))
    return redirect("desk:jobs")


@require_POST
def steer(request: HttpRequest) -> HttpResponse:
    """Pause recurring work, let it go on, or run it now: `action` says which."""
    deeds = {"pause": foundation.pause_work, "resume": foundation.resume_work, "run": foundation.run_work}
    deed = deeds.get(request.POST.get("action", ""))
    if deed is None:
        raise NotFound("action.unknown", N_("Deze handeling bestaat niet."))
    deed(by=who(request), task=request.POST.get("task", ""))
    messages.success(request, gettext("Opgeslagen."))
    return redirect("desk:jobs")


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    wanted = {name: request.GET.get(name, "").strip()[:100] for name in ("action", "subject", "actor_key")}
    before = whole_number(request.GET, "before", 0, least=0)
    lines = foundation.audit_lines(by=who(request), before=before, limit=SIZE, **wanted)
    context = {
        "lines": lines,
        "wanted": wanted,
        "older_url": with_query(request, before=lines[-1].seq) if len(lines) == SIZE else "",
        "verdict": foundation.verify_audit(by=who(request)) if "controleer" in request.GET else None,
    }
    return show(request, "audit", context)
