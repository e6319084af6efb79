"""Search: the whole state stands in the address, so that a search can be shared and works without a script."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from sluis.kernel.text import N_
from sluis.portal import cards, twins
from sluis.release import public
from sluis.release.types import FACETS, SearchRequest, SearchResult, Sort
from sluis.web.paging import Page, whole_number, with_query
from sluis.web.shapes import Choice, Facet, Link

SIZE = 15
TWIN_SIZE = 100
SHOWN = 8  # values of a facet; what was chosen always shows
MOST_PAGES = 10_000 // SIZE
LONGEST = 300
TITLES = {
    "theme": N_("Thema"),
    "kind": N_("Openheid"),
    "format": N_("Formaat"),
    "organisation": N_("Organisatie"),
    "licence": N_("Licentie"),
    "frequency": N_("Hoe vaak bijgewerkt"),
}
OPEN_FACETS = ("theme", "kind", "format")
SORTS = {Sort.RELEVANCE: N_("Best passend"), Sort.NEWEST: N_("Nieuwste eerst"), Sort.TITLE: N_("Op titel")}


def search(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, SIZE)
    found = public.search(asked)
    context = {
        "asked": asked,
        "found": found,
        "cards": cards.of_hits(found.hits),
        "facets": [_facet(name, found) for name in TITLES if found.facets.get(name)],
        "active": _active(request, found),
        "clear_url": with_query(request, page=None, **dict.fromkeys(FACETS)),
        "sorts": _sorts(request, asked),
        "sorted": asked.sort is not Sort.RELEVANCE,
        "page": Page((), found.page, found.size, min(found.total, MOST_PAGES * SIZE)),
        "corrections": [(word, with_query(request, q=word, page=None)) for word in found.corrections],
        "wider": [
            (TITLES[name], count, with_query(request, page=None, **{name: None})) for name, count in found.wider.items()
        ],
        "query": request.GET.urlencode(),
    }
    return render(request, "portal/search.html", context)


def search_twin(request: HttpRequest, form: str) -> HttpResponse:
    """The same search for programs, a hundred at a time."""
    found = public.search(_asked(request, TWIN_SIZE))
    facts = {"total": found.total, "page": found.page, "size": found.size}
    return twins.answer(form, [hit.card for hit in found.hits], facts)


def _asked(request: HttpRequest, size: int) -> SearchRequest:
    """What the address asks; an unknown sort is the usual one, an unknown filter value finds nothing."""
    sort = request.GET.get("sort", "")
    return SearchRequest(
        text=request.GET.get("q", "").strip()[:LONGEST],
        filters={name: tuple(values) for name in FACETS if (values := list(filter(None, request.GET.getlist(name))))},
        sort=Sort(sort) if sort in list(Sort) else Sort.RELEVANCE,
        page=whole_number(request.GET, "page", 1, most=10_000 // size),
        size=size,
        language=get_language() or "nl",
    )


def _sorts(request: HttpRequest, asked: SearchRequest) -> list[Link]:
    """Links, so that another order costs one click and needs no script."""
    return [
        Link(
            gettext(label),
            with_query(request, page=None, sort=None if sort is Sort.RELEVANCE else sort.value),
            current="true" if sort is asked.sort else "",
        )
        for sort, label in SORTS.items()
    ]


def _facet(name: str, found: SearchResult) -> Facet:
    values = found.facets[name]
    shown = [value for place, value in enumerate(values) if place < SHOWN or value.chosen]
    choices = [Choice(value.value, value.label, value.count, value.chosen) for value in shown]
    opened = name in OPEN_FACETS or any(value.chosen for value in values)
    return Facet(name, gettext(TITLES[name]), choices, opened)


def _active(request: HttpRequest, found: SearchResult) -> list[Link]:
    """Each chosen value, with the address of the same search without it."""
    return [
        Link(f"{gettext(TITLES[name])}: {value.label}", _without(request, name, value.value))
        for name in TITLES
        for value in found.facets.get(name, ())
        if value.chosen
    ]


def _without(request: HttpRequest, name: str, value: str) -> str:
    left = [one for one in request.GET.getlist(name) if one != value]
    return with_query(request, page=None, **{name: left or None})
