"""The whole catalogue as DCAT-AP-NL, in pages (Hydra): open, planned, closed and withdrawn datasets alike."""

import json
from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from sluis.api.dcat import forms
from sluis.register.dcat import JSON_LD, catalogue_triples, context, serialise
from sluis.register.types import PublicPaging, PublicRecord
from sluis.release import public
from sluis.release.types import FeedPage
from sluis.web.paging import link_header, whole_number


def catalog(request: HttpRequest, extension: str = "") -> HttpResponse:
    """One page of the feed. Its tag is the hash of its content; it was last modified when anything outside changed."""
    form = forms.asked(request, extension)
    page = public.feed_page(whole_number(request.GET, "page", 1), settings.SLUIS.feed_page)
    paging = _paging(page, form if extension else "")
    records = cast("tuple[PublicRecord, ...]", page.records)
    triples = catalogue_triples(public.catalogue(), records, paging)
    response = forms.answer(serialise(triples, forms.FORMS[form]), form)
    if changed := public.newest_change():
        response["Last-Modified"] = http_date(int(changed.timestamp()))
    response["Link"] = link_header(_links(paging))
    return response


def catalog_context(request: HttpRequest) -> HttpResponse:
    """The JSON-LD context of our documents."""
    body = json.dumps({"@context": context()}, ensure_ascii=False)
    return HttpResponse(body, content_type=JSON_LD)


def _paging(found: FeedPage, extension: str) -> PublicPaging:
    base = f"{settings.SLUIS.url}/catalog" + (f".{extension}" if extension else "")

    def at(number: int) -> str:
        return f"{base}?page={number}" if 1 <= number <= found.pages else ""

    return {
        "page": at(found.page),
        "first": at(1),
        "last": at(found.pages),
        "next": at(found.page + 1),
        "previous": at(found.page - 1),
        "total": found.total,
        "size": found.size,
    }


def _links(paging: Mapping[str, Any]) -> dict[str, str]:
    return {"first": paging["first"], "prev": paging["previous"], "next": paging["next"], "last": paging["last"]}
