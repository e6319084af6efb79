"""The forms linked data comes in: by extension, or by Accept header."""

from django.http import HttpRequest, HttpResponse

from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.register.dcat import JSON_LD
from sluis.web.negotiation import HTML, preferred

FORMS = {"ttl": "text/turtle", "jsonld": JSON_LD, "rdf": "application/rdf+xml", "nt": "application/n-triples"}


def asked(request: HttpRequest, extension: str, *, page: bool = False) -> str:
    """Extension of the form asked for, or `html` where there is a page too; Turtle for who has no preference."""
    if extension:
        if extension not in FORMS:
            raise NotFound("feed.form", N_("Deze vorm is er niet; er is wel: {allowed}."), allowed=", ".join(FORMS))
        return extension
    forms = FORMS | {"html": HTML} if page else FORMS
    return preferred(request, forms, "ttl") or "ttl"


def answer(body: bytes, extension: str, *, status: int = 200) -> HttpResponse:
    charset = "; charset=utf-8" if extension in ("ttl", "nt") else ""
    return HttpResponse(body, status=status, content_type=FORMS[extension] + charset)
