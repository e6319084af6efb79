"""The first page: search, look around, and see what is coming and what stays in."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sluis.portal import cards, wording
from sluis.release import public

NEWEST, COMING, KEPT_IN, THEMES = 6, 4, 3, 13


def home(request: HttpRequest) -> HttpResponse:
    """What the page shows changes only with what stands outside, so the template keeps it per `state`; these are
    functions because a kept page asks for none of them.
    """
    counts = public.counts()
    context = {
        "state": public.state(),
        "counts": counts,
        "not_open_count": counts["restricted"] + counts["closed"],
        "themes": cache(_themes),
        "newest": cache(lambda: cards.of_cards(public.latest(NEWEST))),
        "planned": cache(lambda: cards.of_cards(public.planned(size=COMING).rows)),
        "kept_in": cache(lambda: cards.of_cards(public.not_open(size=KEPT_IN).rows)),
    }
    return render(request, "portal/home.html", context)


def _themes() -> list[tuple[str, str, int]]:
    found = dict(list(public.theme_counts().items())[:THEMES])
    return list(zip(found, wording.labels(found), found.values(), strict=True))
