"""Pages with a fixed text."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.web.codes import KIND_OF
from sluis.web.problem import STATUS, TITLES

STEPS = (
    (N_("Beschrijven"), N_("Een datasteward beschrijft de data en leest het bestand in.")),
    (N_("Controleren"), N_("Sluis zoekt naar persoonsgegevens, fouten en wat er nog ontbreekt.")),
    (N_("Voorstel doen"), N_("De datasteward stelt voor: open, beperkt, gesloten of later.")),
    (N_("Adviseren"), N_("Bij twijfel kijkt de privacy officer mee.")),
    (N_("Besluiten"), N_("De data-eigenaar besluit. Dat is altijd iemand anders dan wie het voorstel maakte.")),
    (N_("Publiceren"), N_("De versie gaat online met bestanden, controlegetal en besluit.")),
    (
        N_("Onderhouden"),
        N_("U meldt fouten, wij antwoorden. Klopt data niet, dan trekken wij die in."),
    ),
)
_WORDS = {
    "invalid": N_("Iets in uw vraag klopt niet. Het antwoord noemt wat er niet klopt en hoe het wel kan."),
    "not-signed-in": N_("Voor deze pagina moet u inloggen."),
    "not-allowed": N_("U bent ingelogd, maar u heeft hier geen recht op."),
    "not-found": N_("Er staat niets op dit adres. Controleer het adres of zoek opnieuw."),
    "gone": N_("Dit bestond, maar wij hebben het ingetrokken. Het antwoord zegt waarom."),
    "conflict": N_("Dit kan nu niet, omdat er iets anders eerst moet gebeuren."),
    "stale": N_("Iemand anders heeft dit veranderd nadat u het las. Lees het opnieuw."),
    "too-many": N_("U vraagt te veel in korte tijd. Wacht zo lang als Retry-After zegt."),
    "too-large": N_("U stuurde meer dan in één keer mag. Stuur het in kleinere delen."),
    "unavailable": N_("Wij kunnen dit nu even niet. Probeer het later opnieuw."),
    "server-error": N_("Bij ons ging iets mis. Probeer het over een paar minuten opnieuw."),
}


def _show(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"portal/{name}.html", {"contact_email": settings.SLUIS.contact_email})


def about(request: HttpRequest) -> HttpResponse:
    return _show(request, "about")


def accessibility(request: HttpRequest) -> HttpResponse:
    return _show(request, "accessibility")


def privacy(request: HttpRequest) -> HttpResponse:
    return _show(request, "privacy")


def security(request: HttpRequest) -> HttpResponse:
    return _show(request, "security")


def process(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/process.html", {"steps": STEPS})


def problem(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem type means: its kind, what to do, and beside it all other kinds."""
    if code not in KIND_OF:
        raise NotFound("page.unknown", N_("Deze foutcode bestaat niet."), way_out=N_("Controleer het adres."))
    kinds = [(TITLES[kind], STATUS[kind], text) for kind, text in _WORDS.items()]
    this = kinds[list(_WORDS).index(KIND_OF[code])]
    return render(request, "portal/problem_type.html", {"code": code, "this": this, "kinds": kinds})
