"""What the data owner does with what stands outside: let it out earlier, or withdraw it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from sluis.desk.forms.dossiers import WithdrawForm
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import require
from sluis.register import service as register
from sluis.release import service as release


@require_POST
def lift(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """What is planned comes out now."""
    release.lift_embargo(by=who(request), dossier_id=dossier_id)
    messages.success(request, gettext("De data komt nu naar buiten."))
    return redirect("desk:dossier", dossier_id)


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
