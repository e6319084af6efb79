"""The whole catalogue as DCAT-AP-NL, in pages (Hydra): open, planned, closed and withdrawn datasets alike."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import http_date

from sluis.api.answering import unchanged
from sluis.api.dcat import forms
from sluis.kernel.canonical import digest
from sluis.register.dcat import JSON_LD, context, head_triples, ready
from sluis.register.types import PublicPaging
from sluis.release import public
from sluis.release.types import FeedState
from sluis.web.paging import link_header, whole_number


def catalog(request: HttpRequest, extension: str = "") -> HttpResponseBase:
    """One page of the feed. Its tag is that of everything outside, and costs no page to find: a harvester
    that has the feed as it is hears 304 at once, on every page.
    """
    form = forms.asked(request, extension)
    now = public.feed_state(whole_number(request.GET, "page", 1), settings.SLUIS.feed_page)
    about, paging = public.catalogue(), _paging(now, form if extension else "")
    response = forms.answer(b"", form)
    response["ETag"] = f'"{digest({"outside": now.mark, "about": about, "paging": paging, "form": form})}"'
    response["Link"] = link_header(_links(paging))
    if now.changed_at:
        response["Last-Modified"] = http_date(int(now.changed_at.timestamp()))
    if known := unchanged(request, response):
        return known
    page = public.feed_page(now, forms.FORMS[form])
    head = head_triples(about, page.members, paging)
    response.content = ready.page(head, page.texts, forms.FORMS[form], settings.SLUIS.url)
    return response


def catalog_context(request: HttpRequest) -> HttpResponse:
    """The JSON-LD context of our documents."""
    body = json.dumps({"@context": context()}, ensure_ascii=False)
    return HttpResponse(body, content_type=JSON_LD)


def _paging(now: FeedState, extension: str) -> PublicPaging:
    base = f"{settings.SLUIS.url}/catalog" + (f".{extension}" if extension else "")

    def at(number: int) -> str:
        return f"{base}?page={number}" if 1 <= number <= now.pages else ""

    return {
        "page": at(now.page),
        "first": at(1),
        "last": at(now.pages),
        "next": at(now.page + 1),
        "previous": at(now.page - 1),
        "total": now.total,
        "size": now.size,
    }


def _links(paging: Mapping[str, Any]) -> dict[str, str]:
    return {"first": paging["first"], "prev": paging["previous"], "next": paging["next"], "last": paging["last"]}
