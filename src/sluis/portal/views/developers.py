"""For developers: start in five minutes, and every address of the API."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve

from sluis.portal import snippets
from sluis.portal.cards import of_cards
from sluis.release import public
from sluis.release.types import PublicCard

_OPENAPI = "/api/v1/openapi.json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    path: str
    summary: str


def developers(request: HttpRequest) -> HttpResponse:
    example = _example()
    context = {
        "example": of_cards([example])[0] if example else None,
        "snippets": snippets.snippets(example.slug, organisation=example.organisation) if example else [],
        "endpoints": endpoints(request),
        "base": f"{settings.SLUIS.url}/api/v1",
        "lake": f"{settings.SLUIS.url}/api/iceberg",
        "openapi": f"{settings.SLUIS.url}{_OPENAPI}",
    }
    return render(request, "portal/developers.html", context)


def _example() -> PublicCard | None:
    """The newest open dataset with rows."""
    return next((card for card in public.latest(20) if card.rows), None)


def endpoints(request: HttpRequest) -> list[Endpoint]:
    """Read from the OpenAPI document at its own address, as any visitor would; it does not change while we run."""
    return caches["local"].get_or_set("portal:endpoints", lambda: _read(request), None)


def _read(request: HttpRequest) -> list[Endpoint]:
    found = resolve(_OPENAPI)
    document = json.loads(found.func(request, *found.args, **found.kwargs).content)
    return [
        Endpoint(path, methods["get"].get("summary", ""))
        for path, methods in document["paths"].items()
        if "get" in methods
    ]
