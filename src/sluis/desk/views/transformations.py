"""How the table of a dataset is made from others: written, tried out, followed, and drawn from source to release."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sluis.desk import words
from sluis.desk.forms.transformations import TransformationForm
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.runs import failure_of, followed, progress
from sluis.desk.tabs import crumbs, tabs_of
from sluis.desk.transformations import figure_notes, figure_table, first_rows, picture, start_words, way_table
from sluis.foundation.service import may, require
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.steps.text import write_document
from sluis.register import service as register
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Link

VIEW, ADD = "table.view", "table.add"
SIZE, RUNS = 25, 10
RUN = "desk:transformation-run"
DEEDS = {
    "run": (lake.run_transformation, N_("De tabel wordt gemaakt.")),
    "pause": (lake.pause_transformation, N_("De transformatie is gepauzeerd.")),
    "resume": (lake.resume_transformation, N_("De transformatie doet weer mee.")),
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every transformation the reader may see, those that failed first."""
    number = whole_number(request.GET, "page", 1)
    rows, total = lake.transformations(by=who(request), page=number, size=SIZE)
    shown = [{"made": row, "when": start_words(row.start, row.schedule)} for row in rows]
    return show(request, "transformations", {"rows": shown, "page": Page(rows, number, SIZE, total)})


@require_safe
def of_dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """How the table is made, every time that was done, and where each column comes from."""
    actor, context = who(request), _around(request, dataset_id)
    made = lake.transformation_of(by=actor, dataset_id=dataset_id)
    if made:
        number = whole_number(request.GET, "page", 1)
        runs, total = lake.transformation_runs(by=actor, transformation_id=made.id, page=number, size=RUNS)
        context |= {
            "made": made,
            "when": start_words(made.start, made.schedule),
            "definition": _written(made),
            "layer": gettext(words.LAYER[made.layer]),
            "failure": failure_of(made.last) if made.standing == "failed" else None,
            "rows": runs,
            "page": Page(runs, number, RUNS, total),
        }
    return show(request, "transformation", context | _way(request, context["dataset"]))


def _written(made: lake.TransformationRecord) -> str:
    return write_document({"sql": made.sql, "steps": made.steps, "tests": made.tests}) if made.shown else ""


def _way(request: HttpRequest, dataset: Any) -> dict[str, Any]:
    """The way back of a table that is there."""
    if lake.latest_ready(by=who(request), dataset_id=dataset.id) is None:
        return {}
    found = lake.lineage(by=who(request), dataset_id=dataset.id)
    return {
        "picture": picture(found, dataset.slug),
        "way": way_table(found, dataset.slug),
        "unfollowed": found.unfollowed,
        "cut": found.cut,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Write it, try it out as often as one likes, then save."""
    actor = who(request)
    context = _around(request, dataset_id, change=True)
    held = lake.transformation_of(by=actor, dataset_id=dataset_id)
    if held and not held.shown:
        raise NotFound("transformation.unknown", N_("Deze transformatie bestaat niet."))
    form = TransformationForm(request.POST or None, held=held, start="SELECT *\nFROM ")
    status = 200
    if request.method == "POST":
        action = request.POST.get("action", "save")
        if action == "example":
            form = form.with_example()
        elif form.is_valid():
            status = _tried(form, action, {"by": actor, "dataset_id": dataset_id}, context)
            if status == 302:
                messages.success(request, gettext("De transformatie is opgeslagen."))
                return redirect("desk:dataset-transformation", dataset_id)
        else:
            status = 422
    what, when = ("sql", "steps", "example", "tests"), ("layer", "start", "every", "count", "at")
    context |= {"form": form, "made": held, **{n: form[n] for n in what}, "when": [form[n] for n in when]}
    return show(request, "transformation_form", context, status=status)


def _tried(form: TransformationForm, action: str, asked: dict[str, Any], context: dict[str, Any]) -> int:
    """Preview or save; returns the status of the answer, 302 when it was saved."""
    if action != "preview":
        saved = attempt(form, lambda: lake.save_transformation(**asked, **form.given()))
        return 302 if saved else refused(form)
    done = attempt(form, lambda: lake.try_transformation(**asked, **form.definition()))
    if not done:
        return refused(form)
    tried = done.outcome
    context |= {"table": first_rows(tried), "failed": tried.failed} | _figures(tried.figures)
    return 200


@require_POST
def act(request: HttpRequest, transformation_id: UUID) -> HttpResponse:
    deed = DEEDS.get(request.POST.get("action", ""))
    if deed is None:
        raise NotFound("action.unknown", N_("Deze handeling bestaat niet."))
    operation, said = deed
    made = lake.transformation(by=who(request), transformation_id=transformation_id)
    run_id = operation(by=who(request), transformation_id=transformation_id)
    messages.success(request, gettext(said))
    if run_id:
        return redirect("desk:transformation-run", run_id)
    return redirect("desk:dataset-transformation", made.dataset_id)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, transformation_id: UUID) -> HttpResponse:
    """Asks first: the record of its runs goes too."""
    made = lake.transformation(by=who(request), transformation_id=transformation_id)
    context = _around(request, made.dataset_id, change=True) | {"made": made}
    if request.method == "POST":
        lake.remove_transformation(by=who(request), transformation_id=transformation_id)
        messages.success(request, gettext("De transformatie is verwijderd."))
        return redirect("desk:dataset-transformation", made.dataset_id)
    return show(request, "transformation_remove", context)


@require_safe
def run(request: HttpRequest, making_id: UUID) -> HttpResponse:
    actor = who(request)
    found = lake.transformation_run(by=actor, run_id=making_id)
    made = lake.transformation(by=actor, transformation_id=found.transformation_id)
    home = Link(gettext("Transformatie"), reverse("desk:dataset-transformation", args=[made.dataset_id]))
    context = _around(request, made.dataset_id, home) | {
        "made": made,
        "failure": failure_of(found),
        "trigger": gettext(words.RUN_TRIGGER[found.trigger]),
    }
    return show(request, "transformation_run", context | followed(found, RUN) | _figures(found.figures))


@require_safe
def run_progress(request: HttpRequest, making_id: UUID) -> HttpResponse:
    return progress(request, lake.transformation_run(by=who(request), run_id=making_id), RUN)


def _figures(figures: dict[str, Any] | None) -> dict[str, Any]:
    return {"figures": figure_table(figures), "notes": figure_notes(figures)} if figures else {}


def _around(request: HttpRequest, dataset_id: UUID, *more: Link, change: bool = False) -> dict[str, Any]:
    """What every page about the making of one table shows; `change` refuses who may only look."""
    actor = who(request)
    dataset = register.get(by=actor, dataset_id=dataset_id)
    require(actor, ADD if change else VIEW, dataset.organisation.id, dataset.team_id)
    return {
        "dataset": dataset,
        "crumbs": crumbs(dataset, *more),
        "tabs": tabs_of(dataset, "dataset-transformation", actor),
        "may_change": may(actor, ADD, dataset.organisation.id, dataset.team_id),
    }
