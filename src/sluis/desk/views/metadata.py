"""Describing a dataset: the form that looks ahead while somebody types, and what its columns mean."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from sluis.desk.forms.fields import FieldsForm, in_words, initial_of
from sluis.desk.forms.metadata import layout_of
from sluis.desk.page import attempt, refusal, refused, show, who
from sluis.desk.quality import quality_of
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import require
from sluis.kernel.errors import Invalid, Stale
from sluis.lake import service as lake
from sluis.register import service as register
from sluis.register.types import DatasetRecord
from sluis.web import spoken
from sluis.web.fields import faults_of

FIELDS = register.DATASET_FIELDS
NAMES = {field.name: field for field in FIELDS}


def _form(request: HttpRequest, dataset: DatasetRecord) -> FieldsForm:
    contacts = register.contacts(by=who(request), organisation_id=dataset.organisation.id)
    return FieldsForm(FIELDS, request.POST or None, initial=initial_of(FIELDS, dataset), contacts=contacts)


def _editable(request: HttpRequest, dataset_id: UUID) -> DatasetRecord:
    dataset = register.get(by=who(request), dataset_id=dataset_id)
    require(who(request), "dataset.edit", dataset.organisation.id, dataset.team_id)
    return dataset


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset = _editable(request, dataset_id)
    form = _form(request, dataset)
    if request.method != "POST":
        return _page(request, dataset, form, dataset, 200)
    if request.POST.get("action") == "check":  # the button for readers without JavaScript
        ahead = _ahead(request, dataset, form)
        return _page(request, dataset, form, ahead, 200, checked=True)
    expected = _version(request)
    if form.is_valid() and attempt(form, lambda: _save(request, dataset, form, expected)):
        messages.success(request, gettext("De beschrijving is opgeslagen."))
        return redirect("desk:metadata", dataset_id)
    conflict = _conflict(dataset, form) if isinstance(refusal(form), Stale) else None
    ahead = _ahead(request, dataset, form) if not form.errors else dataset
    return _page(request, dataset, form, ahead, refused(form), conflict=conflict)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _save(request: HttpRequest, dataset: DatasetRecord, form: FieldsForm, expected: int) -> DatasetRecord:
    changes = form.changes()
    if not changes and expected == dataset.version:
        return dataset
    return register.change(by=who(request), dataset_id=dataset.id, changes=changes, expected_version=expected)


def _conflict(dataset: DatasetRecord, form: FieldsForm) -> list[dict[str, str]]:
    """Per field that differs: what the reader has, and what stands there now."""
    given = form.given()
    return [
        {
            "label": gettext(NAMES[name].label),
            "mine": in_words(NAMES[name], given[name]),
            "now": in_words(NAMES[name], getattr(dataset, name)),
        }
        for name in form.changes()
    ]


def _ahead(request: HttpRequest, dataset: DatasetRecord, form: FieldsForm) -> DatasetRecord:
    """The record as it would be; what is wrong lands in the form and is left out."""
    form.is_valid()
    changes = {name: value for name, value in form.changes().items() if name not in form.errors}
    try:
        return register.preview(by=who(request), dataset_id=dataset.id, changes=changes)
    except Invalid as error:
        for fault in error.faults:
            changes.pop(fault.field, None)
            target = fault.field if fault.field in form.fields else None
            form.add_error(target, spoken.told(fault))
    return register.preview(by=who(request), dataset_id=dataset.id, changes=changes)


@require_POST
def check(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """What is missing and the score, while somebody types: validates, saves nothing."""
    dataset = _editable(request, dataset_id)
    form = _form(request, dataset)
    ahead = _ahead(request, dataset, form)
    context = quality_of(ahead) | {"dataset": dataset, "faults": faults_of(form)}
    context |= {"may_edit": True, "is_update": True}
    return render(request, "desk/parts/gaps.html", context)


def _page(
    request: HttpRequest, dataset: DatasetRecord, form: FieldsForm, ahead: DatasetRecord, status: int, **more: Any
) -> HttpResponse:
    quality = quality_of(ahead)
    context = {
        "dataset": dataset,
        "form": form,
        "may_edit": True,
        "crumbs": crumbs(dataset),
        "tabs": tabs_of(dataset, "metadata", who(request)),
        **layout_of(form, {gap.field for gap in quality["required"]}),
        **quality,
        **more,
    }
    return show(request, "metadata", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """What each column means; the names come from the newest table and from what was described before."""
    dataset = _editable(request, dataset_id)
    rows = _column_rows(request, dataset)
    form = _Posted(request.POST or None)
    if request.method == "POST" and attempt(form, lambda: _save_columns(request, dataset, rows)):
        messages.success(request, gettext("De betekenis van de kolommen is opgeslagen."))
        return redirect("desk:columns", dataset_id)
    context = {
        "dataset": dataset,
        "rows": rows,
        "form": form,
        "crumbs": crumbs(dataset),
        "tabs": tabs_of(dataset, "columns", who(request)),
    }
    return show(request, "columns", context, status=refused(form) if request.method == "POST" else 200)


class _Posted(FieldsForm):
    """Holds the faults of the table of columns; its cells are read by name."""

    def __init__(self, data: Any) -> None:
        super().__init__((), data)
        self.is_valid()


CELLS = ("title", "title_en", "meaning", "meaning_en", "unit", "code_list")


def _column_rows(request: HttpRequest, dataset: DatasetRecord) -> list[dict[str, str]]:
    known = {column.name: column for column in dataset.columns}
    newest = lake.latest_ready(by=who(request), dataset_id=dataset.id)
    found = {c["name"]: c["title"] for c in (newest.report or {}).get("columns", [])} if newest else {}
    rows: list[dict[str, str]] = []
    for name in [*found, *(name for name in known if name not in found)]:
        kept = known.get(name)
        row = {"name": name, "gone": "" if name in found or not found else "ja"}
        for cell in CELLS:
            stored = getattr(kept, cell) if kept else found.get(name, "") if cell == "title" else ""
            row[cell] = request.POST.get(f"{cell}-{name}", stored)
        rows.append(row)
    return rows


def _save_columns(request: HttpRequest, dataset: DatasetRecord, rows: list[dict[str, str]]) -> DatasetRecord:
    cells = [{"name": row["name"], **{cell: row[cell].strip() for cell in CELLS}} for row in rows]
    return register.document_columns(
        by=who(request), dataset_id=dataset.id, columns=cells, expected_version=_version(request)
    )
