"""Ways to get the data (distributions and services) and where people ask questions (contacts)."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sluis.desk.forms.fields import FieldsForm, initial_of
from sluis.desk.page import attempt, refused, show, who
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import may, require
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.register.service import Field
from sluis.register.types import DatasetRecord

# A table is attached by the ingest and a file by its hash; here people add what stands elsewhere.
EXTERNAL = ("title", "title_en", "description", "description_en", "access_url", "download_url", "format", "media_type",
            "licence", "rights", "byte_size", "conforms_to", "documentation", "issued", "modified")  # fmt: skip
OF_TABLE = ("title", "title_en", "description", "description_en", "licence", "rights", "documentation")
DISTRIBUTION = tuple(field for field in register.DISTRIBUTION_FIELDS if field.name in EXTERNAL)
TABLE = tuple(field for field in register.DISTRIBUTION_FIELDS if field.name in OF_TABLE)


@require_safe
def index(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    actor = who(request)
    dataset = register.get(by=actor, dataset_id=dataset_id)
    context = {
        "dataset": dataset,
        "contacts": register.contacts(by=actor, organisation_id=dataset.organisation.id),
        "crumbs": crumbs(dataset),
        "tabs": tabs_of(dataset, "parts", who(request)),
        "may_edit": may(actor, "dataset.edit", dataset.organisation.id, dataset.team_id),
    }
    return show(request, "parts", context)


def _editable(request: HttpRequest, dataset_id: UUID) -> DatasetRecord:
    dataset = register.get(by=who(request), dataset_id=dataset_id)
    require(who(request), "dataset.edit", dataset.organisation.id, dataset.team_id)
    return dataset


def _edit(
    request: HttpRequest,
    dataset: DatasetRecord,
    title: str,
    fields: Iterable[Field],
    save: Callable[[FieldsForm], Any],
    part: Any = None,
) -> HttpResponse:
    """One form for all four kinds of parts: fill in, save, back to the list."""
    form = FieldsForm(fields, request.POST or None, initial=initial_of(fields, part) if part else {})
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: save(form)):
        messages.success(request, gettext("Opgeslagen."))
        return redirect("desk:parts", dataset.id)
    context = {
        "dataset": dataset,
        "form": form,
        "heading": gettext(title),
        "part": part,
        "crumbs": crumbs(dataset),
        "tabs": tabs_of(dataset, "parts", who(request)),
    }
    return show(request, "part", context, status=refused(form) if request.method == "POST" else 200)


def _expected(request: HttpRequest, now: int) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else now


def _filled(form: FieldsForm) -> dict[str, Any]:
    return {name: value for name, value in form.given().items() if value}


@require_http_methods(["GET", "HEAD", "POST"])
def new_distribution(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset = _editable(request, dataset_id)

    def save(form: FieldsForm) -> Any:
        return register.add_distribution(by=who(request), dataset_id=dataset_id, kind="external", **_filled(form))

    return _edit(request, dataset, N_("Adres van data elders toevoegen"), DISTRIBUTION, save)


@require_http_methods(["GET", "HEAD", "POST"])
def distribution(request: HttpRequest, dataset_id: UUID, part_id: UUID) -> HttpResponse:
    dataset = _editable(request, dataset_id)
    part = _part(dataset.distributions, part_id)
    fields = DISTRIBUTION if part.kind == "external" else TABLE

    def save(form: FieldsForm) -> Any:
        return register.change_distribution(
            by=who(request),
            dataset_id=dataset_id,
            distribution_id=part_id,
            changes=form.changes(),
            expected_version=_expected(request, dataset.version),
        )

    return _edit(request, dataset, N_("Distributie wijzigen"), fields, save, part)


@require_POST
def drop_distribution(request: HttpRequest, dataset_id: UUID, part_id: UUID) -> HttpResponse:
    dataset = register.get(by=who(request), dataset_id=dataset_id)
    register.remove_distribution(
        by=who(request),
        dataset_id=dataset_id,
        distribution_id=part_id,
        expected_version=_expected(request, dataset.version),
    )
    messages.success(request, gettext("De distributie is weggehaald."))
    return redirect("desk:parts", dataset_id)


@require_http_methods(["GET", "HEAD", "POST"])
def new_service(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset = _editable(request, dataset_id)

    def save(form: FieldsForm) -> Any:
        return register.add_service(by=who(request), dataset_id=dataset_id, **_filled(form))

    return _edit(request, dataset, N_("Dataservice toevoegen"), register.SERVICE_FIELDS, save)


@require_http_methods(["GET", "HEAD", "POST"])
def service(request: HttpRequest, dataset_id: UUID, part_id: UUID) -> HttpResponse:
    dataset = _editable(request, dataset_id)
    part = _part(dataset.services, part_id)

    def save(form: FieldsForm) -> Any:
        return register.change_service(
            by=who(request),
            dataset_id=dataset_id,
            service_id=part_id,
            changes=form.changes(),
            expected_version=_expected(request, dataset.version),
        )

    return _edit(request, dataset, N_("Dataservice wijzigen"), register.SERVICE_FIELDS, save, part)


@require_POST
def drop_service(request: HttpRequest, dataset_id: UUID, part_id: UUID) -> HttpResponse:
    dataset = register.get(by=who(request), dataset_id=dataset_id)
    register.remove_service(
        by=who(request), dataset_id=dataset_id, service_id=part_id, expected_version=_expected(request, dataset.version)
    )
    messages.success(request, gettext("De dataservice is weggehaald."))
    return redirect("desk:parts", dataset_id)


@require_http_methods(["GET", "HEAD", "POST"])
def new_contact(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """A new contact of the organisation, chosen for this dataset at once."""
    dataset = _editable(request, dataset_id)

    def save(form: FieldsForm) -> Any:
        made = register.add_contact(by=who(request), organisation_id=dataset.organisation.id, **form.given())
        return register.change(
            by=who(request),
            dataset_id=dataset_id,
            changes={"contact": str(made.id)},
            expected_version=_expected(request, dataset.version),
        )

    return _edit(request, dataset, N_("Contactpunt toevoegen"), register.CONTACT_FIELDS, save)


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, dataset_id: UUID, part_id: UUID) -> HttpResponse:
    dataset = _editable(request, dataset_id)
    found = register.contacts(by=who(request), organisation_id=dataset.organisation.id)
    part = _part(found, part_id)

    def save(form: FieldsForm) -> Any:
        return register.change_contact(
            by=who(request),
            contact_id=part_id,
            changes=form.changes(),
            expected_version=_expected(request, part.version),
        )

    return _edit(request, dataset, N_("Contactpunt wijzigen"), register.CONTACT_FIELDS, save, part)


def _part(parts: Iterable[Any], part_id: UUID) -> Any:
    found = next((part for part in parts if part.id == part_id), None)
    if found is None:
        raise NotFound("dataset.part-unknown", N_("Dit onderdeel van de dataset bestaat niet."))
    return found
