"""The first page: search, look around, and see what is coming and what stays in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sluis.portal import cards, wording
from sluis.release import public

NEWEST, COMING, KEPT_IN, THEMES = 6, 4, 3, 13


def home(request: HttpRequest) -> HttpResponse:
    counts = public.counts()
    themes = [(uri, wording.label(uri), count) for uri, count in list(public.theme_counts().items())[:THEMES]]
    context = {
        "counts": counts,
        "not_open_count": counts["restricted"] + counts["closed"],
        "themes": themes,
        "newest": cards.of_cards(public.latest(NEWEST)),
        "planned": cards.of_cards(public.planned(size=COMING).rows),
        "kept_in": cards.of_cards(public.not_open(size=KEPT_IN).rows),
    }
    return render(request, "portal/home.html", context)
