"""What an identifier leads to: `/id/…` names a thing, `/doc/…` is a document about it (303, Cool URIs)."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sluis.api.dcat import forms
from sluis.api.v1 import addresses
from sluis.kernel.errors import Gone, NotFound
from sluis.kernel.text import N_
from sluis.register.dcat import dataset_triples, serialise
from sluis.register.types import PublicRecord
from sluis.release import public
from sluis.release.types import PublicDatasetRecord
from sluis.web.negotiation import wants_html


def dataset(request: HttpRequest, slug: str) -> HttpResponse:
    """303 to the document; also for a withdrawn dataset, whose document is a tombstone."""
    _known(slug)
    return _see(f"/doc/dataset/{slug}")


def release(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    _known(slug)
    return _see(f"{addresses.BASE}/datasets/{slug}/releases/{number}")


def dataset_document(request: HttpRequest, slug: str, extension: str = "") -> HttpResponse:
    """The description of one dataset as linked data; a browser goes to the page. Withdrawn: 410 with the tombstone."""
    found, gone = _known(slug)
    form = forms.asked(request, extension, page=True)
    if form == "html":
        return _see(f"/datasets/{slug}")
    triples = dataset_triples(cast("PublicRecord", found.document))
    response = forms.answer(serialise(triples, forms.FORMS[form]), form, status=410 if gone else 200)
    response["Link"] = f'<{settings.SLUIS.url}/datasets/{slug}>; rel="alternate"; type="text/html"'
    return response


def catalog(request: HttpRequest) -> HttpResponse:
    return _see("/" if wants_html(request) else "/catalog")


def organisation(request: HttpRequest, slug: str = "") -> HttpResponse:
    """An organisation has no document of its own: who asks sees what it publishes. Raises NotFound."""
    if slug and not public.organisation_known(slug):
        raise NotFound("organisation.unknown", N_("Deze organisatie bestaat niet."))
    where = "/datasets" if wants_html(request) else f"{addresses.BASE}/datasets"
    return _see(f"{where}?organisation={slug}" if slug else where)


def _known(slug: str) -> tuple[PublicDatasetRecord, bool]:
    """The public record, and whether it was withdrawn. Raises NotFound."""
    try:
        return public.dataset(slug), False
    except Gone:
        return public.tombstone(slug), True


def _see(path: str) -> HttpResponse:
    return HttpResponse(
        status=303, headers={"Location": settings.SLUIS.url + path, "Cache-Control": "no-cache", "Vary": "Accept"}
    )
