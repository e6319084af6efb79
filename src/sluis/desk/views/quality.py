"""Quality over time: how every table stands, and the history of one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sluis.desk import words
from sluis.desk.forms.limits import LimitsForm
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.tabs import crumbs, tabs_of
from sluis.desk.watched import FRESH_BY, charts, row_of, table, told
from sluis.foundation.service import may
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.watching.types import Trouble
from sluis.register import service as register
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Choice

SIZE = 50
ANY = "mis"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every table the reader may see, the worst first."""
    number, chosen = whole_number(request.GET, "page", 1), request.GET.get("toon", "")
    trouble = Trouble(chosen) if chosen in set(Trouble) else None
    rows, total = lake.watches(by=who(request), trouble=trouble, troubled=chosen == ANY, page=number, size=SIZE)
    options = [(ANY, N_("Waar iets mee is"))] + [(one.value, words.TROUBLE[one][0]) for one in Trouble]
    context = {
        "rows": [row_of(row) for row in rows],
        "page": Page(rows, number, SIZE, total),
        "choices": [Choice(value, gettext(label), checked=value == chosen) for value, label in options],
        "filtered": bool(trouble) or chosen == ANY,
    }
    return show(request, "quality", context)


@require_http_methods(["GET", "HEAD", "POST"])
def of_dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The history of one table. `action` of a post: limits or accept."""
    actor = who(request)
    dataset = register.get(by=actor, dataset_id=dataset_id)
    watch = lake.watch_of(by=actor, dataset_id=dataset_id)
    context = {"dataset": dataset, "crumbs": crumbs(dataset), "tabs": tabs_of(dataset, "dataset-quality", actor)}
    if watch is None:
        return show(request, "dataset_quality", context)
    posted = request.method == "POST"
    form = LimitsForm(request.POST if posted and request.POST.get("action") == "limits" else None, watch.limits)
    if posted and _done(request, form, dataset_id):
        messages.success(request, gettext("Opgeslagen."))
        return redirect("desk:dataset-quality", dataset_id)
    found = lake.measures(by=actor, dataset_id=dataset_id)
    context |= row_of(watch) | {
        "form": form,
        "charts": charts(found, watch),
        "table": table(found),
        "fresh_by": gettext(FRESH_BY[watch.fresh_by]) if watch.fresh_by else "",
        "alerts": [
            {"alert": one, "text": told(one, dataset.title)} for one in lake.alerts(by=actor, dataset_id=dataset_id)
        ],
        "acceptable": bool({Trouble.VOLUME, Trouble.DRIFT} & set(watch.troubles)),
        "may_edit": may(actor, "contract.edit", dataset.organisation.id, dataset.team_id),
    }
    return show(request, "dataset_quality", context, status=refused(form) if form.errors else 200)


def _done(request: HttpRequest, form: LimitsForm, dataset_id: UUID) -> bool:
    actor = who(request)
    if not form.is_bound:
        lake.accept_quality(by=actor, dataset_id=dataset_id)
        return True
    return form.is_valid() and attempt(
        form, lambda: lake.set_limits(by=actor, dataset_id=dataset_id, limits=form.limits())
    )
