"""Ask for data without an account, follow what happens with it, and read what others asked and were answered."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from sluis.foundation.service import ROLES, client_address
from sluis.kernel.errors import Invalid, TooMany
from sluis.kernel.text import N_
from sluis.portal.forms import VisitorForm
from sluis.portal.keyed import keyed
from sluis.process.types import PublicStep
from sluis.requests import service as requests
from sluis.requests.types import Body, Outcome, PublicRequest, Status
from sluis.web import spoken
from sluis.web.formats import day
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Link, Step

SIZE = 25
STATUSES = {
    Status.HANDLED: (N_("In behandeling"), "info"),
    Status.WAITING: (N_("Wacht op de aanvrager"), "warning"),
    Status.ANSWERED: (N_("Beantwoord"), "positive"),
    Status.STOPPED: (N_("Gestopt"), "neutral"),
}
OUTCOMES = {
    Outcome.FOUND: N_("De data stond al online"),
    Outcome.OPEN: N_("De data is open"),
    Outcome.PLANNED: N_("De data komt later open"),
    Outcome.RESTRICTED: N_("De data is beperkt beschikbaar"),
    Outcome.CLOSED: N_("De data blijft gesloten"),
    Outcome.UNDECIDED: N_("Er is nog geen besluit over de data"),
    Outcome.REFERRED: N_("Een andere organisatie heeft de data"),
    Outcome.REFUSED: N_("Het verzoek is afgewezen"),
}


class RequestForm(VisitorForm):
    organisation = forms.ChoiceField(label=gettext_lazy("Aan welke organisatie vraagt u het?"))
    topic = forms.CharField(
        label=gettext_lazy("Welke data zoekt u?"),
        help_text=gettext_lazy("In een paar woorden, zoals: tellingen van fietsers op de Dijkweg."),
        max_length=120,
    )
    question = forms.CharField(
        label=gettext_lazy("Beschrijf de data"),
        help_text=gettext_lazy("Over welk gebied en welke jaren gaat het? In welke vorm wilt u de data?"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4_000,
    )
    purpose = forms.CharField(
        label=gettext_lazy("Waarvoor wilt u de data gebruiken?"),
        help_text=gettext_lazy("U hoeft dit niet te zeggen: de wet vraagt geen reden. Het helpt ons soms wel."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4_000,
        required=False,
    )
    name = forms.CharField(
        label=gettext_lazy("Naam"), help_text=gettext_lazy("Niet openbaar."), max_length=120, required=False
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mailadres"),
        help_text=gettext_lazy("Niet openbaar. Hier sturen wij ons antwoord naartoe."),
        max_length=254,
    )

    def __init__(self, bodies: tuple[Body, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.choices = [(body.slug, spoken.said(body.name, body.name_en)) for body in bodies]
        own = next((body.slug for body in bodies if body.name == settings.SLUIS.organisation), None)
        field.initial = own or (bodies[0].slug if bodies else None)
        if len(bodies) == 1:
            field.widget = forms.HiddenInput()


class ExplanationForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Uw antwoord"), widget=forms.Textarea(attrs={"rows": 6}), max_length=4_000
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    form, status = RequestForm(requests.bodies(), request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            number = requests.ask(
                organisation_slug=given["organisation"],
                **{name: given[name] for name in ("topic", "question", "purpose", "name", "email")},
                language=get_language() or "nl",
                trap=given["website"],
                ip=client_address(request),
            )
        except (Invalid, TooMany) as wrong:
            form.put(wrong)
            status = 429 if isinstance(wrong, TooMany) else status
        else:
            return HttpResponseRedirect(reverse("portal:request", args=[number]) + "?new=1")
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "crumbs": _crumbs(), "days": settings.SLUIS.request_days}
    return render(request, "portal/request_new.html", context, status=status)


@require_safe
def one(request: HttpRequest, number: str) -> HttpResponse:
    """Where a request stands, and its answer."""
    return render(request, "portal/request.html", _of(requests.public_request(number=number)) | _new(request))


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What was asked and answered."""
    found = requests.answered(page=whole_number(request.GET, "page", 1, most=100_000), size=SIZE)
    page = Page(found.rows, found.page, found.size, found.total)
    return render(request, "portal/requests.html", {"rows": [_of(row) for row in found.rows], "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def clarify(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Answer our question, through the link in the mail; nobody else can come here."""
    question = requests.question_for(number=number, token=token)
    form = ExplanationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        requests.clarify(number=number, token=token, text=form.cleaned_data["text"])
        return HttpResponseRedirect(reverse("portal:request", args=[number]) + "?explained=1")
    context = {"form": form, "question": question, "number": number, "crumbs": _crumbs(number)}
    return keyed(request, "portal/request_clarify.html", context, status=422 if form.errors else 200)


def _new(request: HttpRequest) -> dict[str, bool]:
    return {"is_new": "new" in request.GET, "is_explained": "explained" in request.GET}


def _crumbs(number: str = "") -> list[Link]:
    found = [Link("Home", reverse("portal:home")), Link(gettext("Dataverzoeken"), reverse("portal:requests"))]
    return [*found, Link(number, reverse("portal:request", args=[number]))] if number else found


def _of(found: PublicRequest) -> dict[str, Any]:
    status, kind = STATUSES[found.status]
    return {
        "found": found,
        "organisation": spoken.said(found.organisation, found.organisation_en),
        "status": gettext(status),
        "kind": kind,
        "outcome": gettext(OUTCOMES[found.outcome]) if found.outcome else "",
        "steps": [_step(step) for step in found.steps],
        "crumbs": _crumbs(),
    }


def _step(step: PublicStep) -> Step:
    role = gettext(ROLES[step.role].title).lower() if step.role in ROLES else gettext("automatisch")
    note = gettext("{role}, {date}").format(role=role, date=day(step.at)) if step.at else role
    return Step(spoken.said(step.name, step.name_en), "done" if step.at else "current", note)
