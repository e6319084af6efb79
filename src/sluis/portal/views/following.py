"""Get a mail when a promise about a dataset is dropped: ask, confirm through the first mail, and stop.

The form has a page of its own, so that the pages of datasets need no cookie and caches may keep them.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sluis.foundation.service import client_address, mails_go_out
from sluis.kernel.errors import Conflict, Invalid, TooMany, Unavailable
from sluis.portal.forms import VisitorForm
from sluis.portal.keyed import keyed
from sluis.release import public
from sluis.release.types import PublicDatasetRecord
from sluis.requests import service as requests
from sluis.web import spoken
from sluis.web.problem import status_of
from sluis.web.shapes import Link


class FollowForm(VisitorForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mailadres"),
        help_text=gettext_lazy("U krijgt eerst een mail om te bevestigen."),
        max_length=254,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    found = public.dataset(slug)
    form, status = FollowForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            requests.ask_to_follow(
                slug=slug,
                email=form.cleaned_data["email"],
                language=get_language() or "nl",
                trap=form.cleaned_data["website"],
                ip=client_address(request),
            )
        except (Invalid, Conflict, TooMany, Unavailable) as wrong:
            form.put(wrong)
            status = status_of(request, wrong)
        else:
            return HttpResponseRedirect(reverse("portal:follow", args=[slug]) + "?sent=1")
    if form.errors and status == 200:
        status = 422
    context = _about(found) | {
        "form": form,
        "by_mail": mails_go_out(),
        "is_sent": "sent" in request.GET,
        "is_confirmed": "confirmed" in request.GET,
    }
    return render(request, "portal/follow.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Where the first mail leads. Only the button confirms: programs that look at mail open its links."""
    if request.method == "POST":
        slug = requests.follow(token=token).dataset.slug
        return HttpResponseRedirect(reverse("portal:follow", args=[slug]) + "?confirmed=1")
    asked = requests.asked_to_follow(token=token)
    return keyed(request, "portal/follow_confirm.html", _about(asked.dataset) | {"email": asked.email})


@csrf_exempt  # the mail program of the reader posts here, without a cookie (RFC 8058); the address is the key
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    found = requests.followed(token=token)
    if request.method == "POST":
        requests.unfollow(token=token)
        found = None
    return keyed(request, "portal/follow_stop.html", _about(found) if found else {})


def _about(found: PublicDatasetRecord) -> dict[str, Any]:
    title, page = spoken.of(found, "title"), reverse("portal:dataset", args=[found.slug])
    return {
        "dataset": found,
        "title": title,
        "crumbs": [Link("Home", reverse("portal:home")), Link(spoken.stored(title), page)],
    }
