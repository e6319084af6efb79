"""Sources: where data comes in from by itself, set up, tried out and followed."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sluis.desk import words
from sluis.desk.forms.sources import SourceForm
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.runs import failure_of, followed, lines, progress
from sluis.desk.sources import facts_of, schedule_words, table_of
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import holds, may, require
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Link
from sluis.web.spoken import stored

MANAGE = "source.manage"
SIZE, RUNS = 25, 10
RUN = "desk:source-run"
DEEDS = {
    "run": (lake.run_now, N_("De bron wordt opgehaald.")),
    "retry": (lake.retry_source, N_("De bron wordt opgehaald en doet weer mee.")),
    "pause": (lake.pause_source, N_("De bron is gepauzeerd.")),
    "resume": (lake.resume_source, N_("De bron doet weer mee.")),
}

_EXAMPLE = """\
curl -X POST {address} \\
  -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/json' \\
  -d '{{"station": "brug-3", "waterstand_cm": 81}}'"""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every source the reader may see, those that need somebody first."""
    number = whole_number(request.GET, "page", 1)
    rows, total = lake.sources(by=who(request), page=number, size=SIZE)
    context = {"rows": _rows(rows), "page": Page(rows, number, SIZE, total), "everywhere": True}
    return show(request, "sources", context | {"may_view": holds(who(request), "dataset.view")})


@require_safe
def of_dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    context = _around(request, dataset_id)
    rows = lake.sources_of(by=who(request), dataset_id=dataset_id)
    return show(request, "dataset_sources", context | {"rows": _rows(rows)})


@require_safe
def choose(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    context = _around(request, dataset_id, manage=True)
    kinds = [
        {"name": item.name, "title": gettext(item.title), "about": gettext(item.about)}
        for item in lake.connectors().values()
    ]
    return show(request, "source_choose", context | {"kinds": sorted(kinds, key=lambda kind: kind["title"])})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, dataset_id: UUID, connector: str) -> HttpResponse:
    context = _around(request, dataset_id, manage=True)
    form = SourceForm(lake.connector(connector), request.POST or None)

    def save() -> UUID:
        return lake.create_source(by=who(request), dataset_id=dataset_id, connector_name=connector, **form.given())

    return _filled(request, form, context, save)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, source_id: UUID) -> HttpResponse:
    found = lake.source(by=who(request), source_id=source_id)
    context = _around(request, found.dataset_id, manage=True) | {"source": found}
    form = SourceForm(lake.connector(found.connector), request.POST or None, source=found)

    def save() -> UUID:
        lake.change_source(by=who(request), source_id=source_id, **form.given())
        return source_id

    return _filled(request, form, context, save)


def _filled(request: HttpRequest, form: SourceForm, context: dict[str, Any], save: Any) -> HttpResponse:
    """One form for new and changed sources: try it out as often as one likes, then save."""
    source = context.get("source")
    asked = {
        "by": who(request),
        "dataset_id": context["dataset"].id,
        "connector_name": form.connector.name,
        "source_id": source.id if source else None,
    }
    action, status = request.POST.get("action", "save"), 200
    if request.method == "POST":
        if not form.is_valid():
            status = 422
        elif action in ("check", "preview"):
            status = _tried(form, action, asked, context)
        elif done := attempt(form, save):
            messages.success(request, gettext("De bron is opgeslagen."))
            return redirect("desk:source", done.outcome)
        else:
            status = refused(form)
    context |= {
        "form": form,
        "own": [form[n] for n in form.own],
        "reading": [form[n] for n in form.reading],
        "read_so": any(form[n].value() or form[n].errors for n in form.reading),
        "when": [form[n] for n in form.fields if n not in (*form.own, *form.reading)],
    }
    context |= {"kind": gettext(form.connector.title), "about": gettext(form.connector.about)}
    return show(request, "source_form", context, status=status)


def _tried(form: SourceForm, action: str, asked: dict[str, Any], context: dict[str, Any]) -> int:
    """Check or preview; returns the status of the answer."""
    tried = asked | {"config": form.config(), "mode": form.cleaned_data["mode"]}

    def shown() -> dict[str, Any]:
        if action == "check":
            return {"told": lines(lake.check_source(**tried))}
        found = lake.preview_source(**tried, options=form.options())
        return {"told": lines(found.told), "table": table_of(found)}

    done = attempt(form, shown)
    context |= done.outcome if done else {}
    return 200 if done else refused(form)


@require_safe
def source(request: HttpRequest, source_id: UUID) -> HttpResponse:
    found = lake.source(by=who(request), source_id=source_id)
    number = whole_number(request.GET, "page", 1)
    rows, total = lake.source_runs(by=who(request), source_id=source_id, page=number, size=RUNS)
    context = _around(request, found.dataset_id) | {
        "source": found,
        "facts": facts_of(found, lake.connector(found.connector)),
        "rows": rows,
        "page": Page(rows, number, RUNS, total),
        "failure": failure_of(found.last),
        "schedule": schedule_words(found.schedule),
    }
    if found.receives:
        context |= _brought(request, found)
    return show(request, "source", context)


@require_POST
def act(request: HttpRequest, source_id: UUID) -> HttpResponse:
    deed = DEEDS.get(request.POST.get("action", ""))
    if deed is None:
        raise NotFound("action.unknown", N_("Deze handeling bestaat niet."))
    operation, said = deed
    made = operation(by=who(request), source_id=source_id)
    messages.success(request, gettext(said))
    return redirect("desk:source-run", made) if made else redirect("desk:source", source_id)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Asks first: the record of its runs goes too."""
    found = lake.source(by=who(request), source_id=source_id)
    context = _around(request, found.dataset_id, manage=True) | {"source": found}
    if request.method == "POST":
        lake.remove_source(by=who(request), source_id=source_id)
        messages.success(request, gettext("De bron is verwijderd."))
        return redirect("desk:dataset-sources", found.dataset_id)
    return show(request, "source_remove", context)


@require_http_methods(["GET", "HEAD", "POST"])
def key(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Make a key for the sender; the page that answers is the only place that ever shows it."""
    found = lake.source(by=who(request), source_id=source_id)
    context = _around(request, found.dataset_id, manage=True) | {"source": found} | _brought(request, found)
    if request.method == "POST":
        made = lake.new_push_key(by=who(request), source_id=source_id)
        context |= {"key": made, "example": _EXAMPLE.format(address=context["push_address"], key=made)}
    return show(request, "source_key", context)


@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Asks first: what waits is nowhere else."""
    found = lake.source(by=who(request), source_id=source_id)
    context = _around(request, found.dataset_id, manage=True) | {"source": found} | _brought(request, found)
    if request.method == "POST":
        rows = lake.forget_waiting(by=who(request), source_id=source_id)
        messages.success(request, gettext("Weggegooid: {count} rijen.").format(count=rows))
        return redirect("desk:source", source_id)
    return show(request, "source_forget", context)


@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    found = lake.source_run(by=who(request), run_id=run_id)
    source = lake.source(by=who(request), source_id=found.source_id)
    here = Link(stored(source.title), reverse("desk:source", args=[source.id]))
    context = _around(request, source.dataset_id, here) | {
        "source": source,
        "failure": failure_of(found),
        "trigger": gettext(words.TRIGGER[found.trigger]),
    }
    return show(request, "source_run", context | followed(found, RUN))


@require_safe
def run_progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    return progress(request, lake.source_run(by=who(request), run_id=run_id), RUN)


def _around(request: HttpRequest, dataset_id: UUID, *more: Link, manage: bool = False) -> dict[str, Any]:
    """What every page about the sources of one dataset shows; `manage` refuses who may only look."""
    actor = who(request)
    dataset = lake.dataset_of(by=actor, dataset_id=dataset_id)
    if manage:
        require(actor, MANAGE, dataset.organisation.id, dataset.team_id)
    known = [link for link in crumbs(dataset) if may(actor, "dataset.view", dataset.organisation.id, dataset.team_id)]
    home = Link(gettext("Bronnen"), reverse("desk:dataset-sources", args=[dataset.id]))
    return {
        "dataset": dataset,
        "crumbs": [*known, home, *more],
        "tabs": tabs_of(dataset, "dataset-sources", actor),
        "may_manage": may(actor, MANAGE, dataset.organisation.id, dataset.team_id),
    }


def _brought(request: HttpRequest, found: lake.SourceRecord) -> dict[str, Any]:
    """What waits at a source of messages and, where senders bring them, where to and since when they have a key."""
    asked = {"by": who(request), "source_id": found.id}
    shown: dict[str, Any] = {"waiting": lake.waiting_at(**asked)}
    if found.connector == lake.PUSHED:
        address = settings.SLUIS.url + reverse("push", args=[found.id])
        shown |= {"push_address": address, "key_made_at": lake.key_made_at(**asked)}
    return shown


def _rows(found: Any) -> list[dict[str, Any]]:
    return [{"source": row, "schedule": schedule_words(row.schedule)} for row in found]
