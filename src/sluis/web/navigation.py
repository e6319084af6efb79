"""Menus: rooms of pages add their items at start; the base templates show them.

    navigation.add("main", N_("Data"), "portal:datasets", order=10)

Menus: `main` (portal), `desk` (staff), `footer`. An item whose route does not exist is left out.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from sluis.web.shapes import Link


@dataclass(frozen=True, slots=True)
class Item:
    order: int
    label: str
    route: str


_menus: dict[str, set[Item]] = {}


def add(menu: str, label: str, route: str, *, order: int = 100) -> None:
    """Put an item in a menu; `label` is a Dutch source text, `route` a url name without arguments."""
    _menus.setdefault(menu, set()).add(Item(order, label, route))


def links(menu: str, request: HttpRequest) -> list[Link]:
    """The items of a menu in the language of the moment, the one the reader is in marked as current."""
    found = []
    for item in sorted(_menus.get(menu, ()), key=lambda item: (item.order, item.label)):
        try:
            found.append((reverse(item.route), gettext(item.label)))
        except NoReverseMatch:
            continue
    here = max((url for url, _ in found if _within(request.path, url)), key=len, default="")
    return [
        Link(label, url, current="page" if url == request.path else "true" if url == here else "")
        for url, label in found
    ]


def _within(path: str, url: str) -> bool:
    if url == path:
        return True
    root = url.strip("/").count("/") == 0 and url.strip("/") in ("", "en")
    return not root and path.startswith(url if url.endswith("/") else url + "/")
