"""Registers of what is not open, what is planned and what was withdrawn; each also for programs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from sluis.kernel.text import N_
from sluis.portal import cards, twins
from sluis.release import public
from sluis.release.types import FacetCount, Kind, PublicPage
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Choice, Facet

SIZE, TWIN_SIZE = 25, 200
MOST_GROUNDS = 50
TITLES = {"kind": N_("Openheid"), "ground": N_("Grond")}
_KEPT_IN = (Kind.RESTRICTED.value, Kind.CLOSED.value)


def not_open(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    counted = public.not_open_facets(**chosen, language=get_language() or "nl")
    facets = [_facet(name, title, counted[name]) for name, title in TITLES.items() if counted[name]]
    more = {"facets": facets, "filtered": any(chosen.values()), "query": request.GET.urlencode()}
    return _show(request, "not_open", _not_open(request, SIZE), more)


def not_open_twin(request: HttpRequest, form: str) -> HttpResponse:
    counted = public.not_open_facets(**_chosen(request), language=get_language() or "nl")
    facets = {name: [asdict(one) for one in values] for name, values in counted.items()}
    return _twin(form, _not_open(request, TWIN_SIZE), facets=facets)


def planned(request: HttpRequest) -> HttpResponse:
    return _show(request, "planned", _paged(request, public.planned, SIZE), {})


def planned_twin(request: HttpRequest, form: str) -> HttpResponse:
    return _twin(form, _paged(request, public.planned, TWIN_SIZE))


def withdrawn(request: HttpRequest) -> HttpResponse:
    return _show(request, "withdrawn", _paged(request, public.withdrawn, SIZE), {})


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """What the address asks; a kind that is no kind is left out, a ground that is no ground finds nothing."""
    return {
        "kinds": tuple(kind for kind in _KEPT_IN if kind in request.GET.getlist("kind")),
        "grounds": tuple(filter(None, request.GET.getlist("ground")[:MOST_GROUNDS])),
        "organisation": request.GET.get("organisation", ""),
    }


def _not_open(request: HttpRequest, size: int) -> PublicPage:
    chosen = _chosen(request)
    return _paged(request, public.not_open, size, **chosen | {"kinds": chosen["kinds"] or _KEPT_IN})


def _facet(name: str, title: str, values: Sequence[FacetCount]) -> Facet:
    return Facet(name, gettext(title), [Choice(v.value, v.label, v.count, v.chosen) for v in values])


def _paged(request: HttpRequest, read: Callable[..., PublicPage], size: int, **chosen: Any) -> PublicPage:
    return read(page=whole_number(request.GET, "page", 1, most=100_000), size=size, **chosen)


def _show(request: HttpRequest, name: str, found: PublicPage, more: dict[str, Any]) -> HttpResponse:
    page = Page(found.rows, found.page, found.size, found.total)
    context = {"cards": cards.of_cards(found.rows), "page": page, **more}
    return render(request, f"portal/{name}.html", context)


def _twin(form: str, found: PublicPage, **more: Any) -> HttpResponse:
    return twins.answer(form, found.rows, {"total": found.total, "page": found.page, "size": found.size, **more})
