"""What the data owner does: decide on exactly what lies there, send back, refuse; and withdraw what stands outside."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from sluis.desk.forms.dossiers import DecisionForm, ReasonForm, WithdrawForm
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.tabs import crumbs, tabs_of
from sluis.desk.views.preparing import settle
from sluis.foundation.service import require
from sluis.register import service as register
from sluis.release import service as release


@require_POST
def decide(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """`expected_hash` travels with the form: when the content changed since it was shown, the decision is refused."""
    form = DecisionForm(request.POST, prefix="besluit")

    def decide_so() -> None:
        given = form.cleaned_data
        release.decide(
            by=who(request),
            dossier_id=dossier_id,
            outcome=given["outcome"],
            ground=form.said_ground(),
            motivation=given["motivation"],
            expected_hash=given["expected_hash"],
            planned_date=given["planned_date"],
        )

    done = gettext("Uw besluit staat vast. De publicatie is begonnen.")
    return settle(request, dossier_id, "decision_form", form, decide_so, done)


@require_POST
def send_back(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="terug")

    def send_it_back() -> None:
        release.return_to_preparer(by=who(request), dossier_id=dossier_id, reason=form.cleaned_data["reason"])

    return settle(request, dossier_id, "return_form", form, send_it_back, gettext("Het dossier is teruggestuurd."))


@require_POST
def refuse(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="afwijzen")

    def refuse_it() -> None:
        release.refuse(by=who(request), dossier_id=dossier_id, motivation=form.cleaned_data["reason"])

    return settle(request, dossier_id, "refuse_form", form, refuse_it, gettext("Het dossier is afgewezen."))


@require_POST
def publish(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    form = forms.Form(request.POST)
    done = gettext("De publicatie is opnieuw begonnen.")
    return settle(
        request,
        dossier_id,
        "plain_form",
        form,
        lambda: release.publish(by=who(request), dossier_id=dossier_id),
        done,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset = register.get(by=who(request), dataset_id=dataset_id)
    require(who(request), "dossier.withdraw", dataset.organisation.id, dataset.team_id)
    form = WithdrawForm(request.POST or None)

    def withdraw_it() -> None:
        given = form.cleaned_data
        release.withdraw(by=who(request), dataset_id=dataset_id, reason=given["reason"], ground=given["ground"])

    if request.method == "POST" and form.is_valid() and attempt(form, withdraw_it):
        messages.success(request, gettext("De dataset is ingetrokken. Op het adres staat nu de reden."))
        return redirect("desk:dataset", dataset_id)
    context = {
        "dataset": dataset,
        "form": form,
        "crumbs": crumbs(dataset),
        "tabs": tabs_of(dataset, "dataset", who(request)),
    }
    return show(request, "withdraw", context, status=refused(form) if request.method == "POST" else 200)
