"""What visitors reported, and the answer that everybody will read."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from sluis.desk.page import attempt, refused, show, who
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.release import service as release
from sluis.release.types import FeedbackRecord
from sluis.web.paging import whole_number
from sluis.web.shapes import Link

SIZE = 50


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Uw antwoord"),
        max_length=4_000,
        help_text=_("Iedereen leest dit antwoord. Noem geen namen van mensen."),
        widget=forms.Textarea({"rows": 5}),
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    number = whole_number(request.GET, "page", 1)
    rows = release.feedback_for(by=who(request), page=number, size=SIZE)
    context = {"rows": rows, "number": number, "more": len(rows) == SIZE}
    return show(request, "feedback", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, feedback_id: UUID) -> HttpResponse:
    found = _find(request, feedback_id)
    form = AnswerForm(request.POST or None)

    def answer_it() -> None:
        release.answer_feedback(by=who(request), feedback_id=feedback_id, text=form.cleaned_data["text"])

    if request.method == "POST" and form.is_valid() and attempt(form, answer_it):
        messages.success(request, gettext("Uw antwoord staat bij de dataset."))
        return redirect("desk:feedback")
    context = {"item": found, "form": form, "crumbs": [Link(gettext("Meldingen"), reverse("desk:feedback"))]}
    return show(request, "feedback_answer", context, status=refused(form) if request.method == "POST" else 200)


def _find(request: HttpRequest, feedback_id: UUID) -> FeedbackRecord:
    page = 1
    while rows := release.feedback_for(by=who(request), page=page, size=200):
        for row in rows:
            if row.id == feedback_id:
                return row
        page += 1
    raise NotFound("feedback.unknown", N_("Er is geen melding met dit nummer."))
