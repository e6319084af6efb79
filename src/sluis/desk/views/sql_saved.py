"""Kept questions: a list, one that opens with its answer, a form to keep and change, and the way outside."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sluis.desk.page import attempt, refused, show, who
from sluis.desk.views.sql import asking_for
from sluis.foundation.service import may, names_of, organisations_for, organisations_where, require
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound, SluisError
from sluis.lake.query import saving
from sluis.release import public
from sluis.release import service as release
from sluis.web import asking, spoken
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Link

SIZE = 50


class SavedForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Titel"), max_length=200, widget=forms.TextInput(spoken.WRITTEN))
    description = forms.CharField(
        label=_("Wat de vraag laat zien"),
        required=False,
        widget=forms.Textarea(spoken.WRITTEN | {"rows": 3}),
        max_length=2_000,
    )
    sql = forms.CharField(
        label=_("De vraag in SQL"), widget=forms.Textarea({"rows": 8, "spellcheck": "false"}), max_length=asking.LONGEST
    )
    shared = forms.ChoiceField(
        label=_("Wie mag de vraag zien?"),
        widget=forms.RadioSelect,
        choices=[("own", _("alleen ik")), ("organisation", _("iedereen van de organisatie die tabellen mag zien"))],
        help_text=_("Het antwoord volgt altijd uit wat de lezer zelf mag zien."),
    )

    def __init__(self, by: Actor, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        options = [(str(one.id), one.name) for one in organisations_for(by=by, permission="table.view")]
        if not self.initial.get("version") and len(options) > 1:
            self.fields["organisation"] = forms.ChoiceField(label=_("Organisatie"), choices=options)
        # Who works for one team only has no choice: that of the team.
        reached = [key for key, _name in options] or [*organisations_where(by, "table.view", teams_too=True)]
        self.only = str(next(iter(reached), ""))

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("title", "description", "sql", "shared")}

    def organisation(self) -> UUID:
        return UUID(self.cleaned_data.get("organisation") or self.only)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    number = whole_number(request.GET, "page", 1, most=10_000)
    rows, total = saving.saved_page(by=who(request), page=number, size=SIZE)
    names = names_of(row.created_by for row in rows)
    lines = [(row, names.get(row.created_by, "")) for row in rows]
    context = {"lines": lines, "page": Page(rows, number, SIZE, total), "crumbs": _crumbs()[:1]}
    return show(request, "sql_saved", context)


@require_safe
def opened(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """The question with its answer for this reader."""
    by = who(request)
    found = saving.saved(by=by, query_id=query_id)
    more = {
        "saved": found,
        "own": found.created_by == by.key,
        "may_share": may(by, "query.share", found.organisation_id),
        "published": _published(query_id),
        "crumbs": _crumbs(),
    }
    return asking.page(request, asking_for(request, found.sql, **more), sql=found.sql)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    by = require(who(request), "table.view")
    form = SavedForm(by, request.POST or None, initial={"sql": request.GET.get("sql", ""), "shared": "own"})

    def save() -> Any:
        return saving.save(by=who(request), organisation_id=form.organisation(), **form.values())

    if request.method == "POST" and form.is_valid() and (done := attempt(form, save)):
        messages.success(request, gettext("De vraag is bewaard."))
        return redirect("desk:sql-opened", done.outcome.id)
    context = {"form": form, "crumbs": _crumbs()}
    return show(request, "sql_edit", context, status=refused(form) if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, query_id: UUID) -> HttpResponse:
    by = who(request)
    found = saving.saved(by=by, query_id=query_id)
    start = {name: getattr(found, name) for name in ("title", "description", "sql", "shared", "version")}
    form = SavedForm(by, request.POST or None, initial=start)

    def save() -> Any:
        seen = form.cleaned_data["version"] or 0
        return saving.change(by=by, query_id=query_id, expected_version=seen, **form.values())

    if request.method == "POST" and form.is_valid() and attempt(form, save):
        messages.success(request, gettext("De vraag is bewaard."))
        return redirect("desk:sql-opened", query_id)
    context = {"form": form, "saved": found, "crumbs": _crumbs()}
    return show(request, "sql_edit", context, status=refused(form) if request.method == "POST" else 200)


@require_POST
def remove(request: HttpRequest, query_id: UUID) -> HttpResponse:
    saving.remove(by=who(request), query_id=query_id)
    messages.success(request, gettext("De vraag is verwijderd."))
    return redirect("desk:sql-saved")


@require_POST
def share(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """Publish, or take back when the button says so; a refusal stands on the page of the question."""
    by = who(request)
    try:
        if "withdraw" in request.POST:
            release.withdraw_query(by=by, query_id=query_id)
            messages.success(request, gettext("De vraag staat niet meer openbaar."))
        else:
            release.publish_query(by=by, query_id=query_id)
            messages.success(request, gettext("De vraag staat openbaar."))
    except SluisError as error:
        if error.kind in ("not-found", "not-allowed", "not-signed-in"):
            raise
        messages.error(request, spoken.told(error))
    return redirect("desk:sql-opened", query_id)


def _published(query_id: UUID) -> Any:
    try:
        return public.public_query(query_id)
    except NotFound:
        return None


def _crumbs() -> list[Link]:
    return [
        Link(gettext("Vraag in SQL"), reverse("desk:sql")),
        Link(gettext("Bewaarde vragen"), reverse("desk:sql-saved")),
    ]
