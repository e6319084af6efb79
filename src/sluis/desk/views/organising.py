"""Teams of an organisation, and what groups of its sign-in service give."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sluis.desk.forms.people import GroupForm, TeamForm
from sluis.desk.page import attempt, refused, show, who
from sluis.foundation import service as foundation
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.web.shapes import Link


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """Make, rename or remove a team: `action` says which, for the last two with the team behind it."""
    actor = who(request)
    action, _, subject = request.POST.get("action", "").partition(":")
    organisations = foundation.organisations_for(by=actor, permission="people.manage")
    form = TeamForm(request.POST if action == "make" else None, organisations=organisations)
    deeds: dict[str, Callable[[], Any]] = {
        "rename": lambda: foundation.rename_team(by=actor, team_id=_id(subject), name=request.POST.get("name", "")),
        "remove": lambda: foundation.remove_team(by=actor, team_id=_id(subject)),
    }
    if action == "make" and form.is_valid():
        given = form.cleaned_data
        place, name = UUID(given["organisation"]), given["name"]
        deeds["make"] = lambda: foundation.create_team(by=actor, organisation_id=place, name=name)
    asked = _asked(request, form, action)
    if action in deeds and attempt(asked, deeds[action]):
        messages.success(request, gettext("Opgeslagen."))
        return redirect("desk:teams")
    status = refused(asked) if request.method == "POST" else 200
    shown = {"form": form, "asked": asked, "teams": foundation.teams(by=actor), "crumbs": _crumbs()}
    return show(request, "teams", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: HttpRequest) -> HttpResponse:
    """What a group gives, or no longer."""
    actor = who(request)
    action, _, subject = request.POST.get("action", "").partition(":")
    places = foundation.places(by=actor, permission="people.manage")
    form = GroupForm(request.POST if action == "make" else None, places=places)
    deeds: dict[str, Callable[[], Any]] = {
        "remove": lambda: foundation.unmap_group(by=actor, mapping_id=_id(subject)),
    }
    if action == "make" and form.is_valid():
        deeds["make"] = lambda: foundation.map_group(by=actor, group=form.cleaned_data["group"], **form.where())
    asked = _asked(request, form, action)
    if action in deeds and attempt(asked, deeds[action]):
        messages.success(request, gettext("Opgeslagen. Het telt vanaf de volgende keer dat iemand inlogt."))
        return redirect("desk:groups")
    status = refused(asked) if request.method == "POST" else 200
    shown = {"form": form, "asked": asked, "grants": foundation.group_grants(by=actor), "crumbs": _crumbs()}
    return show(request, "groups", shown, status=status)


def _crumbs() -> list[Link]:
    return [Link(gettext("Personen"), reverse("desk:people"))]


def _asked(request: HttpRequest, form: forms.Form, action: str) -> forms.Form:
    """The form that takes the faults: that of the page, or an empty one for a button beside a line."""
    if action == "make" or request.method != "POST":
        return form
    asked = forms.Form(request.POST)
    asked.is_valid()
    return asked


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("action.unknown", N_("Deze handeling bestaat niet.")) from None
