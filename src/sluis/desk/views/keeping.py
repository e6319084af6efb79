"""How long the versions of a table are kept: the rule, what would go, and why the others stay."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sluis.desk.forms.keeping import KeepForm
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import may
from sluis.lake import service as lake
from sluis.lake.keeping.types import TEXTS, Fate, Why
from sluis.register import service as register
from sluis.web.shapes import Link

DECIDE = "contract.decide"


@require_http_methods(["GET", "HEAD", "POST"])
def keeping(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """`action` of a post: save the rule, or look what it would do."""
    actor = who(request)
    dataset = register.get(by=actor, dataset_id=dataset_id)
    known = lake.rule_of(by=actor, dataset_id=dataset_id)
    form = KeepForm(request.POST or None, initial={"last": known.rule.last, "days": known.rule.days} if known else {})
    tried = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("action") == "try":
            tried = form.rule()
        elif attempt(form, lambda: _save(request, form, dataset_id)):
            messages.success(request, gettext("De bewaarregel is opgeslagen."))
            return redirect("desk:table-keeping", dataset_id)
    found = lake.fates(by=actor, dataset_id=dataset_id, rule=tried)
    context = {
        "dataset": dataset,
        "crumbs": crumbs(dataset, Link(gettext("Data"), reverse("desk:data", args=[dataset_id]))),
        "tabs": tabs_of(dataset, "data", actor),
        "known": known,
        "form": form,
        "tried": tried,
        "going": sum(fate.goes for fate in found),
        "rows": [{"fate": fate, "why": _reasons(fate, tried or known)} for fate in found],
        "may_decide": may(actor, DECIDE, dataset.organisation.id, dataset.team_id),
    }
    return show(request, "keeping", context, status=refused(form) if form.errors else 200)


def _reasons(fate: Fate, rule: object) -> list[str]:
    """Without a rule everything stays: nothing to say about each version."""
    return [gettext(TEXTS[why]) for why in fate.why if rule or why is not Why.RULE]


def _save(request: HttpRequest, form: KeepForm, dataset_id: UUID) -> None:
    everywhere = form.cleaned_data["everywhere"]
    lake.set_rule(by=who(request), dataset_id=dataset_id, rule=form.rule(), everywhere=everywhere)
