"""Opening and stopping a dossier, asking for a change. Each post does one operation and leads back to the dossier."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sluis.desk.forms.dossiers import ReasonForm
from sluis.desk.page import attempt, refused, who
from sluis.desk.views.dossiers import page
from sluis.kernel.errors import Conflict
from sluis.release import service as release


def settle(
    request: HttpRequest, dossier_id: UUID, name: str, form: forms.Form, operation: Callable[[], Any], done: str
) -> HttpResponse:
    """Do it and go back, or show the dossier with this form and what was wrong with it."""
    if form.is_valid() and attempt(form, operation):
        messages.success(request, done)
        return redirect("desk:dossier", dossier_id)
    found = release.dossier(by=who(request), dossier_id=dossier_id)
    return page(request, found, status=refused(form), **{name: form})


@require_POST
def start(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """A new dossier; when one is open already, that one."""
    try:
        made = release.open_dossier(by=who(request), dataset_id=dataset_id)
    except Conflict:
        known = release.dossier_of(by=who(request), dataset_id=dataset_id)
        if known is None:
            raise
        return redirect("desk:dossier", known.id)
    messages.success(request, gettext("Het dossier is geopend."))
    return redirect("desk:dossier", made.id)


@require_POST
def stop(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="stop")

    def stop_it() -> None:
        release.stop(by=who(request), dossier_id=dossier_id, reason=form.cleaned_data["reason"])

    return settle(request, dossier_id, "stop_form", form, stop_it, gettext("Het dossier is gestopt."))


@require_POST
def request_change(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """What stands outside must change or end: the data owner gets a task."""
    form = ReasonForm(request.POST, prefix="change")

    def ask() -> None:
        found = release.dossier(by=who(request), dossier_id=dossier_id)
        release.request_change(by=who(request), dataset_id=found.dataset_id, reason=form.cleaned_data["reason"])

    return settle(
        request, dossier_id, "change_form", form, ask, gettext("De data-eigenaar beoordeelt wat er moet gebeuren.")
    )
