"""Tell us that something is wrong, without an account; what happens with it is public, what you wrote is not.

The form has a page of its own, so that the pages of datasets need no cookie and caches may keep them.
"""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from sluis.foundation.service import client_address
from sluis.kernel.errors import Gone, Invalid, TooMany
from sluis.kernel.text import Said
from sluis.portal.forms import VisitorForm
from sluis.release import public
from sluis.release import service as release
from sluis.release.types import PublicDatasetRecord
from sluis.web import spoken
from sluis.web.shapes import Link


class FeedbackForm(VisitorForm):
    text = forms.CharField(
        label=gettext_lazy("Wat wilt u melden?"),
        help_text=gettext_lazy("Noem de rij of de kolom als het kan. Schrijf geen gegevens over personen op."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4_000,
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mailadres"),
        help_text=gettext_lazy("Alleen om u te antwoorden."),
        required=False,
    )


def give(request: HttpRequest, slug: str) -> HttpResponse:
    found = _dataset(slug)
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = release.give_feedback(
                slug=slug,
                text=form.cleaned_data["text"],
                email=form.cleaned_data["email"],
                trap=form.cleaned_data["website"],
                ip=client_address(request),
            )
        except (Invalid, TooMany) as wrong:
            form.put(wrong)
        else:
            return HttpResponseRedirect(reverse("portal:feedback-status", args=[made.number]) + "?new=1")
    context = {
        "form": form,
        "dataset": found,
        "title": spoken.of(found, "title"),
        "crumbs": [
            Link("Home", reverse("portal:home")),
            Link(spoken.stored(spoken.of(found, "title")), reverse("portal:dataset", args=[slug])),
        ],
    }
    return render(request, "portal/feedback.html", context, status=422 if form.errors else 200)


def status(request: HttpRequest, number: str) -> HttpResponse:
    """Where a report stands; found by its number only."""
    found = public.public_feedback(number=number)
    context = {"feedback": found, "is_new": "new" in request.GET, "title": _title(found.dataset_slug)}
    return render(request, "portal/feedback_status.html", context)


def _title(slug: str) -> Said:
    return spoken.of(_dataset(slug), "title")


def _dataset(slug: str) -> PublicDatasetRecord:
    """Also a withdrawn one: people may have something to say about that."""
    try:
        return public.dataset(slug)
    except Gone:
        return public.tombstone(slug)
