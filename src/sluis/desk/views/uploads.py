"""Handing in a file for a dataset, and having the same file read again with corrections."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sluis.desk.forms.corrections import CorrectionForm, column_rows, initial_of, options_of
from sluis.desk.forms.datasets import FileForm
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.receiving import receive
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import require
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.register import service as register
from sluis.web.shapes import Link


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Without JavaScript the file comes with this form; with it, in pieces beforehand, and only its number here."""
    actor = who(request)
    dataset = register.get(by=actor, dataset_id=dataset_id)
    require(actor, "table.add", dataset.organisation.id, dataset.team_id)
    filled = FileForm(request.POST or None, request.FILES or None)
    sent = request.method == "POST" and filled.is_valid()
    if sent and (done := attempt(filled, lambda: _take(request, dataset_id, filled))):
        return redirect("desk:table", done.outcome)
    filled.fields["file"].required = True  # for the reader: with this form or in pieces before it, there must be one
    context = {
        "form": filled,
        "dataset": dataset,
        "crumbs": crumbs(dataset),
        "tabs": tabs_of(dataset, "data", who(request)),
    }
    return show(request, "upload", context, status=refused(filled) if request.method == "POST" else 200)


def _take(request: HttpRequest, dataset_id: UUID, filled: FileForm) -> UUID:
    given = filled.cleaned_data
    if given.get("upload"):
        return lake.finish_upload(by=who(request), upload_id=given["upload"])
    return receive(by=who(request), dataset_id=dataset_id, file=given["file"])


@require_http_methods(["GET", "HEAD", "POST"])
def corrections(request: HttpRequest, version_id: UUID) -> HttpResponse:
    actor = who(request)
    version = lake.table_version(by=actor, table_version_id=version_id)
    dataset = register.get(by=actor, dataset_id=version.dataset_id)
    require(actor, "table.add", dataset.organisation.id, dataset.team_id)
    if version.status not in ("ready", "failed"):
        raise Conflict("table.busy", N_("Dit bestand wordt nog ingelezen. Wacht tot het klaar is."))
    columns = (version.report or {}).get("columns", [])
    posted = request.POST if request.method == "POST" else None
    filled = CorrectionForm(posted, initial=initial_of(version.options))

    def again() -> UUID:
        options = options_of(filled, columns, request.POST, version.options)
        return lake.rerun(by=actor, table_version_id=version_id, options=options)

    if posted is not None and filled.is_valid() and (done := attempt(filled, again)):
        messages.success(request, gettext("Het bestand wordt opnieuw ingelezen."))
        return redirect("desk:table", done.outcome)
    here = Link(
        gettext("Tabel, versie {number}").format(number=version.number), reverse("desk:table", args=[version.id])
    )
    context = {
        "form": filled,
        "version": version,
        "dataset": dataset,
        "columns": column_rows(columns, version.options, posted),
        "crumbs": crumbs(dataset, here),
        "tabs": tabs_of(dataset, "data", who(request)),
    }
    return show(request, "corrections", context, status=refused(filled) if posted is not None else 200)
