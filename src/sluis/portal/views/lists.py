"""Registers of what is not open, what is planned and what was withdrawn; each also for programs."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sluis.portal import cards, twins
from sluis.release import public
from sluis.release.types import Kind, PublicPage
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Choice

SIZE, TWIN_SIZE = 25, 200
_KEPT_IN = (Kind.RESTRICTED.value, Kind.CLOSED.value)


def not_open(request: HttpRequest) -> HttpResponse:
    counts, chosen = public.counts(), _kinds(request)
    choices = [(Choice(kind, kind, counts[kind], kind in request.GET.getlist("kind"))) for kind in _KEPT_IN]
    more = {"choices": choices, "filtered": len(chosen) < len(_KEPT_IN), "query": request.GET.urlencode()}
    return _show(request, "not_open", _not_open(request, SIZE), more)


def not_open_twin(request: HttpRequest, form: str) -> HttpResponse:
    return _twin(form, _not_open(request, TWIN_SIZE))


def planned(request: HttpRequest) -> HttpResponse:
    return _show(request, "planned", _paged(request, public.planned, SIZE), {})


def planned_twin(request: HttpRequest, form: str) -> HttpResponse:
    return _twin(form, _paged(request, public.planned, TWIN_SIZE))


def withdrawn(request: HttpRequest) -> HttpResponse:
    return _show(request, "withdrawn", _paged(request, public.withdrawn, SIZE), {})


def _kinds(request: HttpRequest) -> tuple[str, ...]:
    return tuple(kind for kind in _KEPT_IN if kind in request.GET.getlist("kind")) or _KEPT_IN


def _not_open(request: HttpRequest, size: int) -> PublicPage:
    return _paged(
        request, public.not_open, size, kinds=_kinds(request), organisation=request.GET.get("organisation", "")
    )


def _paged(request: HttpRequest, read: Callable[..., PublicPage], size: int, **chosen: Any) -> PublicPage:
    return read(page=whole_number(request.GET, "page", 1, most=100_000), size=size, **chosen)


def _show(request: HttpRequest, name: str, found: PublicPage, more: dict[str, Any]) -> HttpResponse:
    page = Page(found.rows, found.page, found.size, found.total)
    context = {"cards": cards.of_cards(found.rows), "page": page, **more}
    return render(request, f"portal/{name}.html", context)


def _twin(form: str, found: PublicPage) -> HttpResponse:
    return twins.answer(form, found.rows, {"total": found.total, "page": found.page, "size": found.size})
