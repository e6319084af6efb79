"""What the preparer and the adviser do in a dossier. Each post does one operation and leads back to the dossier."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sluis.desk.forms.dossiers import AdviceForm, ProposalForm, ReasonForm
from sluis.desk.page import attempt, refused, who
from sluis.desk.views.dossiers import blank_forms, page
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
def propose(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    found = release.dossier(by=who(request), dossier_id=dossier_id)
    shown = blank_forms(who(request), found)["proposal_form"]
    columns = shown.fields["quasi_identifiers"].choices if "quasi_identifiers" in shown.fields else ()
    form = ProposalForm(request.POST, columns=columns)

    def propose_and_check() -> None:
        given = form.cleaned_data
        release.propose(
            by=who(request),
            dossier_id=dossier_id,
            outcome=given["outcome"],
            ground=form.said_ground(),
            motivation=given["motivation"],
            planned_date=given["planned_date"],
            quasi_identifiers=given.get("quasi_identifiers", ()),
        )
        release.request_checks(by=who(request), dossier_id=dossier_id)

    done = gettext("Uw voorstel is opgeslagen. De controles zijn begonnen.")
    return settle(request, dossier_id, "proposal_form", form, propose_and_check, done)


@require_POST
def check(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    return _plainly(request, dossier_id, release.request_checks, gettext("De controles zijn begonnen."))


@require_POST
def submit(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    return _plainly(request, dossier_id, release.submit, gettext("Het dossier ligt nu bij de data-eigenaar."))


def _plainly(request: HttpRequest, dossier_id: UUID, operation: Callable[..., Any], done: str) -> HttpResponse:
    """An operation that asks nothing more."""
    form = forms.Form(request.POST)
    return settle(
        request, dossier_id, "plain_form", form, lambda: operation(by=who(request), dossier_id=dossier_id), done
    )


@require_POST
def advise(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    form = AdviceForm(request.POST, prefix="advies")

    def advise_so() -> None:
        given = form.cleaned_data
        agrees = given["agrees"] == "ja"
        release.advise(by=who(request), dossier_id=dossier_id, text=given["text"], agrees=agrees)

    return settle(request, dossier_id, "advice_form", form, advise_so, gettext("Uw advies staat in het dossier."))


@require_POST
def stop(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="stop")

    def stop_it() -> None:
        release.withdraw_dossier(by=who(request), dossier_id=dossier_id, reason=form.cleaned_data["reason"])

    return settle(request, dossier_id, "stop_form", form, stop_it, gettext("Het dossier is gestopt."))
