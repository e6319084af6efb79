"""What every template knows about the site. Touches neither session nor database: the error page uses it too."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from sluis.web import navigation
from sluis.web.shapes import Link


def site(request: HttpRequest) -> dict[str, Any]:
    return {"site": SimpleLazyObject(lambda: _site(request))}


def _site(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": "Open data",
        "organisation": settings.SLUIS.organisation,
        "theme": settings.SLUIS.theme,
        "url": settings.SLUIS.url,
        "home": _reverse("portal:home") or "/",
        "search": _reverse("portal:search"),
        "sign_in": _reverse("account_login"),
        "sign_out": _reverse("account_logout"),
        "menu": navigation.links("main", request),
        "footer": navigation.links("footer", request),
        "languages": _languages(request),
    }


def _reverse(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def _languages(request: HttpRequest) -> list[Link]:
    """The same page in the other languages; a page that has no translation is left out."""
    here = request.get_full_path()
    found = []
    for code, _ in settings.LANGUAGES:
        if code == get_language():
            continue
        url = translate_url(here, code)
        if url != here:
            found.append(Link(get_language_info(code)["name_local"], url, language=code))
    return found
