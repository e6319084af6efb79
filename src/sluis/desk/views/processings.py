"""The register of processing: a list, one processing that the privacy officer completes, and the whole as CSV."""

import csv
from collections.abc import Iterable, Iterator
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from sluis.desk import words
from sluis.desk.page import attempt, refused, show, who
from sluis.foundation.service import may
from sluis.governance import service as governance
from sluis.governance.types import FIELDS, ProcessingRecord
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Link

SIZE = 50


class ProcessingForm(forms.Form):
    """One text per field of the register; empty is allowed, and then still missing."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, found: ProcessingRecord, data: object = None) -> None:
        super().__init__(data, initial={**found.values, "version": found.version})
        for field in FIELDS:
            self.fields[field.name] = forms.CharField(
                label=gettext(field.label),
                help_text=gettext(field.help) if field.help else "",
                required=False,
                widget=forms.Textarea({"rows": 2}),
            )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    number, text = whole_number(request.GET, "page", 1), request.GET.get("q", "")[:200]
    found = governance.processings(by=who(request), text=text, page=number, size=SIZE)
    return show(
        request, "processings", {"rows": found.rows, "page": Page(found.rows, number, SIZE, found.total), "q": text}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def processing(request: HttpRequest, processing_id: UUID) -> HttpResponse:
    actor = who(request)
    found = governance.processing(by=actor, processing_id=processing_id)
    form = ProcessingForm(found, request.POST or None)

    def save() -> None:
        given = form.cleaned_data
        governance.describe(by=actor, processing_id=processing_id, values=given, expected_version=int(given["version"]))

    if request.method == "POST" and form.is_valid() and attempt(form, save):
        messages.success(request, gettext("De verwerking is bewaard."))
        return redirect("desk:processing", processing_id)
    context = {
        "item": found,
        "form": form,
        "may_edit": may(actor, "processing.edit", found.organisation_id),
        "rows": [(gettext(field.label), found.values[field.name]) for field in FIELDS],
        "missing": [gettext(field.label) for field in FIELDS if field.name in found.missing],
        "crumbs": [Link(gettext("Verwerkingen"), reverse("desk:processings"))],
    }
    return show(request, "processing", context, status=refused(form) if request.method == "POST" else 200)


@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The register as CSV, for a spreadsheet or for the supervisor."""
    rows = governance.export(by=who(request))
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = 'attachment; filename="register-van-verwerkingen.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _lines(rows: Iterable[ProcessingRecord]) -> Iterator[str]:
    writer = csv.writer(_Line())
    heading = (gettext("Organisatie"), gettext("Verwerking"), gettext("Kenmerk"), *(gettext(f.label) for f in FIELDS))
    yield "\ufeff" + writer.writerow(
        (*heading, gettext("Persoonsgegevens"), gettext("Uitkomst"), gettext("Besloten op"))
    )
    for row in rows:
        cells = (row.organisation, row.title, row.slug, *(row.values[f.name] for f in FIELDS))
        concerned = gettext("ja of onbekend") if row.concerned else gettext("nee")
        outcome = gettext(words.OUTCOMES[row.outcome][0])
        yield writer.writerow((*map(_plain, cells), concerned, outcome, row.decided_at.date().isoformat()))


def _plain(cell: str) -> str:
    """A text that a spreadsheet would take for a formula starts with an apostrophe (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


class _Line:
    """Where a csv writer writes to: its line comes back at once."""

    def write(self, text: str) -> str:
        return text
