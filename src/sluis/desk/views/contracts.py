"""The agreements on the data of a dataset: read, draft (form or text), try, put in force, end."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sluis.desk.contracts import dropped, readable, why_not
from sluis.desk.forms.contracts import ContractCellsForm, ContractTextForm
from sluis.desk.page import attempt, refusal, refused, show, who
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import may, require
from sluis.kernel.errors import Conflict, NotFound
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.contracts import editing, reading, version, yaml_text
from sluis.lake.contracts.agreed import place_of
from sluis.lake.contracts.types import Change, ContractStatus
from sluis.lake.service import ContractRecord
from sluis.register import service as register
from sluis.register.types import DatasetRecord
from sluis.requests import service as requests
from sluis.web import spoken
from sluis.web.shapes import Link

EDIT, DECIDE = "contract.edit", "contract.decide"


@require_http_methods(["GET", "HEAD", "POST"])
def contract(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """What is agreed and how it stands. `action` of a post: propose, try, in-force, drop, check or retire."""
    dataset = register.get(by=who(request), dataset_id=dataset_id)
    form, tried = forms.Form(request.POST or None), None
    if request.method == "POST":
        form.is_valid()
        action = _ACTIONS.get(request.POST.get("action", ""))
        if action is None:
            raise NotFound("route.unknown", N_("Deze pagina bestaat niet."))
        if done := attempt(form, lambda: action(request, dataset)):
            tried = done.outcome
            if tried is None:
                return redirect("desk:contract", dataset_id)
    status = refused(form) if form.errors else 200
    return show(request, "contract", _page(request, dataset, tried) | {"form": form}, status=status)


def _page(request: HttpRequest, dataset: DatasetRecord, tried: Any) -> dict[str, Any]:
    actor = who(request)
    every = lake.contracts(by=actor, dataset_id=dataset.id)
    held = next((one for one in every if one.status is ContractStatus.IN_FORCE), None)
    draft = next((one for one in every if one.status is ContractStatus.DRAFT), None)
    outcomes = lake.contract_outcomes(by=actor, dataset_id=dataset.id)
    newest = lake.latest_ready(by=actor, dataset_id=dataset.id)
    now = next((one for one in outcomes if newest and one.table_version_id == newest.id), None)
    home = dataset.organisation.id, dataset.team_id
    context: dict[str, Any] = {
        "dataset": dataset,
        "crumbs": crumbs(dataset),
        "tabs": tabs_of(dataset, "contract", actor),
        "versions": every,
        "held": held,
        "draft": draft,
        "newest": newest,
        "outcome": now,
        "why_not": why_not(now.failure if now else None),
        "may_edit": may(actor, EDIT, *home),
        "may_decide": may(actor, DECIDE, *home),
        "tried": tried,
        "tried_rules": readable(_read(draft, dataset), tried.outcomes) if draft and tried else None,
    }
    if held:
        context["held_rules"] = readable(_read(held, dataset), now.outcomes if now else ())
    if draft:
        read = _read(draft, dataset)
        context["draft_rules"] = readable(read)
        context["dropped"] = dropped(_read(held, dataset), read) if held else []
    context["followers"] = requests.followers(slug=dataset.slug)
    return context


def _read(found: ContractRecord, dataset: DatasetRecord) -> reading.Read:
    return reading.read(found.text, dataset.slug)


def _propose(request: HttpRequest, dataset: DatasetRecord) -> None:
    text = lake.propose_contract(by=who(request), dataset_id=dataset.id)
    lake.save_contract(by=who(request), dataset_id=dataset.id, text=text, expected="")
    messages.success(request, gettext("Dit is een voorstel uit de data. Pas het aan en laat het controleren."))


def _try(request: HttpRequest, dataset: DatasetRecord) -> Any:
    newest = lake.latest_ready(by=who(request), dataset_id=dataset.id)
    if newest is None:
        raise Conflict("contract.no-table-yet", N_("Er is nog geen ingelezen tabel om te controleren."))
    return lake.try_contract(by=who(request), contract_id=_chosen(request), table_version_id=newest.id)


def _put_in_force(request: HttpRequest, dataset: DatasetRecord) -> None:
    made = lake.put_in_force(
        by=who(request), contract_id=_chosen(request), sha256=request.POST.get("expected", "")[:64]
    )
    messages.success(request, gettext("Versie {version} is in werking.").format(version=made.version))


def _drop(request: HttpRequest, dataset: DatasetRecord) -> None:
    lake.drop_draft(by=who(request), contract_id=_chosen(request))
    messages.success(request, gettext("Het concept is weg."))


def _check(request: HttpRequest, dataset: DatasetRecord) -> None:
    newest = lake.latest_ready(by=who(request), dataset_id=dataset.id)
    if newest is not None:
        lake.check_now(by=who(request), table_version_id=newest.id)
        messages.success(request, gettext("De nieuwste versie is opnieuw gecontroleerd."))


def _retire(request: HttpRequest, dataset: DatasetRecord) -> None:
    lake.retire_contract(by=who(request), contract_id=_chosen(request))
    messages.success(request, gettext("De afspraken zijn beëindigd."))


def _chosen(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("contract", ""))
    except ValueError as error:
        raise NotFound("contract.unknown", N_("Dit contract bestaat niet.")) from error


_ACTIONS = {
    "propose": _propose, "try": _try, "in-force": _put_in_force, "drop": _drop, "check": _check, "retire": _retire,
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The whole contract as YAML."""
    dataset = _editable(request, dataset_id)
    base, draft = _base(request, dataset)
    initial = {"text": base.text if base else "", "expected": draft.sha256 if draft else ""}
    form = ContractTextForm(request.POST or None, initial=initial)

    def save() -> ContractRecord:
        given = form.cleaned_data
        return lake.save_contract(
            by=who(request), dataset_id=dataset_id, text=given["text"], expected=given["expected"]
        )

    if request.method == "POST" and form.is_valid() and attempt(form, save):
        messages.success(request, gettext("Het concept is opgeslagen."))
        return redirect("desk:contract", dataset_id)
    error = refusal(form)
    faults = [spoken.told(fault) for fault in error.faults] if error else []
    context = _around(request, dataset) | {"form": form, "faults": faults}
    return show(request, "contract_text", context, status=refused(form) if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The usual promises per column; the rest of the contract stays as it is."""
    dataset = _editable(request, dataset_id)
    base, draft = _base(request, dataset)
    if base is None:
        return redirect("desk:contract", dataset_id)
    read = _read(base, dataset)
    content, place = read.document.content, place_of(read.document, dataset.slug)
    rows, age = editing.rows_of(content, place), editing.age_of(content)
    initial = {"version": _next_version(base, draft), "expected": draft.sha256 if draft else ""}
    form = ContractCellsForm(request.POST or None, rows=rows, age=age, initial=initial)

    def save() -> ContractRecord:
        made = editing.edited(content, place, form.cleaned_data["version"], form.cells(), form.chosen_age())
        expected = form.cleaned_data["expected"]
        return lake.save_contract(by=who(request), dataset_id=dataset_id, text=yaml_text.write(made), expected=expected)

    if request.method == "POST" and form.is_valid() and attempt(form, save):
        messages.success(request, gettext("Het concept is opgeslagen."))
        return redirect("desk:contract", dataset_id)
    context = _around(request, dataset) | {"form": form, "rows": form.shown_rows()}
    return show(request, "contract_edit", context, status=refused(form) if form.errors else 200)


def _next_version(base: ContractRecord, draft: ContractRecord | None) -> str:
    known = version.number(base.version)
    if draft is not None or known is None:
        return base.version
    return version.shown(version.least(known, Change.COMPATIBLE))


def _base(request: HttpRequest, dataset: DatasetRecord) -> tuple[ContractRecord | None, ContractRecord | None]:
    """What an edit begins with (the draft, else what is in force), and the draft."""
    every = lake.contracts(by=who(request), dataset_id=dataset.id)
    draft = next((one for one in every if one.status is ContractStatus.DRAFT), None)
    held = next((one for one in every if one.status is ContractStatus.IN_FORCE), None)
    return draft or held, draft


def _editable(request: HttpRequest, dataset_id: UUID) -> DatasetRecord:
    dataset = register.get(by=who(request), dataset_id=dataset_id)
    require(who(request), EDIT, dataset.organisation.id, dataset.team_id)
    return dataset


def _around(request: HttpRequest, dataset: DatasetRecord) -> dict[str, Any]:
    here = Link(gettext("Afspraken"), reverse("desk:contract", args=[dataset.id]))
    return {
        "dataset": dataset,
        "crumbs": crumbs(dataset, here),
        "tabs": tabs_of(dataset, "contract", who(request)),
    }


@require_safe
def file(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """One version as its file."""
    found = lake.contract(by=who(request), contract_id=contract_id)
    response = HttpResponse(found.text, content_type="application/yaml; charset=utf-8")
    slug = register.get(by=who(request), dataset_id=found.dataset_id).slug
    response["Content-Disposition"] = f'attachment; filename="{slug}-{found.number}.odcs.yaml"'
    return response
