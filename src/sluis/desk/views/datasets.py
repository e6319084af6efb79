"""The list of datasets, a new one, and the page that says how one stands."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sluis.desk import words
from sluis.desk.forms.datasets import NewDatasetForm, TeamOfDatasetForm
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.quality import quality_of
from sluis.desk.receiving import receive, title_of
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import Place, holds, may, organisations_for, places, require
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.register import service as register
from sluis.register.types import DatasetRecord
from sluis.release import service as release
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Choice

SIZE = 25
FILTERS = {"publication": words.PUBLICATION, "openness": words.OPENNESS, "availability": words.AVAILABILITY}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    chosen = {name: value for name, known in FILTERS.items() if (value := request.GET.get(name, "")) in known}
    organisation = _uuid(request.GET.get("organisation", ""))
    number = whole_number(request.GET, "page", 1)
    text = request.GET.get("q", "")[:200]
    found = register.visible_to(by=actor, text=text, organisation_id=organisation, page=number, size=SIZE, **chosen)
    return show(
        request,
        "datasets",
        {
            "rows": found.rows,
            "page": Page(found.rows, number, SIZE, found.total),
            "q": text,
            "filters": [_filter(name, chosen.get(name, "")) for name in FILTERS],
            "organisations": organisations_for(by=actor, permission="dataset.view"),
            "organisation": organisation,
            "filtered": bool(chosen or text or organisation),
            "may_add": holds(actor, "dataset.edit"),
        },
    )


FILTER_TITLES = {
    "publication": N_("Publicatie"),
    "openness": N_("Openheid"),
    "availability": N_("Beschikbaarheid"),
}


def _filter(name: str, chosen: str) -> dict[str, Any]:
    choices = [Choice(key, gettext(label), checked=key == chosen) for key, (label, _) in FILTERS[name].items()]
    return {"name": name, "title": gettext(FILTER_TITLES[name]), "choices": choices}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    form = NewDatasetForm(request.POST or None, request.FILES or None, actor=actor)
    if request.method == "POST" and form.is_valid() and (done := attempt(form, lambda: _make(request, form))):
        return done.outcome
    status = refused(form) if request.method == "POST" else 200
    return show(request, "dataset_new", {"form": form}, status=status)


def _make(request: HttpRequest, form: NewDatasetForm) -> HttpResponse:
    actor, given = who(request), form.cleaned_data
    if given["upload"]:
        return redirect("desk:table", lake.finish_upload(by=actor, upload_id=given["upload"]))
    file = given["file"]
    title = given["title"] or title_of(file.name)
    place = form.places[given["organisation"]]
    made = register.create(by=actor, organisation_id=place.organisation_id, team_id=place.team_id, title=title)
    if file is None:
        messages.success(request, gettext("De dataset is gemaakt. Beschrijf hem of lever de data aan."))
        return redirect("desk:dataset", made.id)
    return redirect("desk:table", receive(by=actor, dataset_id=made.id, file=file))


@require_safe
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    actor = who(request)
    record = register.get(by=actor, dataset_id=dataset_id)
    return show(request, "dataset", {**_around(actor, record), **_standing(actor, record)})


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    actor = who(request)
    record = register.get(by=actor, dataset_id=dataset_id)
    require(actor, "dataset.edit", record.organisation.id, record.team_id)
    here = f"{record.organisation.id}:{record.team_id}" if record.team_id else str(record.organisation.id)
    form = TeamOfDatasetForm(
        request.POST or None, actor=actor, organisation_id=record.organisation.id, initial={"place": here}
    )

    def move() -> Any:
        chosen = form.places[form.cleaned_data["place"]]
        return register.move_to_team(by=actor, dataset_id=dataset_id, team_id=chosen.team_id)

    if request.method == "POST" and form.is_valid() and attempt(form, move):
        messages.success(request, gettext("Opgeslagen."))
        return redirect("desk:dataset", dataset_id)
    status = refused(form) if request.method == "POST" else 200
    return show(request, "dataset_team", {"form": form, "dataset": record, "crumbs": crumbs(record)}, status=status)


def _around(actor: Any, record: DatasetRecord) -> dict[str, Any]:
    return {
        "dataset": record,
        "crumbs": crumbs(),
        "tabs": tabs_of(record, "dataset", actor),
        "may_edit": may(actor, "dataset.edit", record.organisation.id, record.team_id),
        "has_teams": len(_places(actor, record)) > 1,
        "may_add": may(actor, "table.add", record.organisation.id, record.team_id),
        "may_prepare": may(actor, "dossier.prepare", record.organisation.id, record.team_id),
        "may_withdraw": may(actor, "dossier.withdraw", record.organisation.id, record.team_id),
    }


def _places(actor: Any, record: DatasetRecord) -> list[Place]:
    """Where its editor could put it."""
    return [p for p in places(by=actor, permission="dataset.edit") if p.organisation_id == record.organisation.id]


def _standing(actor: Any, record: DatasetRecord) -> dict[str, Any]:
    versions = lake.versions(by=actor, dataset_id=record.id)
    return {
        **quality_of(record),
        "versions": versions,
        "newest": versions[0] if versions else None,
        "dossier": release.dossier_of(by=actor, dataset_id=record.id),
    }
