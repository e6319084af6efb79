"""Who may come to which address: one row per route, and a route without a row answers nobody.

A row is PUBLIC, SIGNED_IN or the name of a permission that the person must hold somewhere. The operation behind the
page decides again, on the thing itself: this table is the outer gate, not the only one.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLResolver

from sluis.foundation.service import PERMISSIONS, PUBLIC, SIGNED_IN, actor_of, holds
from sluis.kernel.errors import NotAllowed, NotFound, NotSignedIn
from sluis.kernel.text import N_
from sluis.web.problem import answer

OWN_ROUTES = {
    "livez": PUBLIC,
    "readyz": PUBLIC,
    "metrics": PUBLIC,
}  # the last one asks for an address or a token itself
ROOMS_WITH_ROUTES = ("web", "portal", "desk", "api")


@lru_cache(maxsize=1)
def routes() -> dict[str, str]:
    """Route name → row, gathered from `access.ROUTES` of every room that has addresses."""
    table = dict(OWN_ROUTES)
    for room in ROOMS_WITH_ROUTES:
        if find_spec(f"sluis.{room}") and find_spec(f"sluis.{room}.access"):
            table |= import_module(f"sluis.{room}.access").ROUTES
    return table


def addresses(resolver: URLResolver, spaces: tuple[str, ...] = (), start: str = "") -> dict[str, str]:
    """Route name → its path, of every address under this resolver; an address without a name ends in ':' or is ''."""
    found: dict[str, str] = {}
    for entry in resolver.url_patterns:
        place = start + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            found |= addresses(entry, inner, place)
        else:
            found[":".join((*spaces, entry.name or ""))] = place
    return found


class RouteAccessMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """What is not for everybody is never kept by a cache: the next one at this machine may be somebody else."""
        response = self.get_response(request)
        match = request.resolver_match
        if match and routes().get(match.view_name) not in (PUBLIC, None):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    # Django does not hand what a process_view raises to the middleware for problems, so we answer ourselves.
    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        row = routes().get(match.view_name if match else "")
        if row is None:
            return answer(request, NotFound("route.unknown", N_("Deze pagina bestaat niet.")))
        if row == PUBLIC:
            return None
        actor = actor_of(request.user)
        if not actor.signed_in:
            return answer(request, NotSignedIn("sign-in.needed", N_("Log eerst in.")))
        if row != SIGNED_IN and not holds(actor, row):
            return answer(request, NotAllowed("route.forbidden", N_("U heeft geen recht op deze pagina.")))
        return None


def known_rows() -> frozenset[str]:
    return frozenset({PUBLIC, SIGNED_IN, *PERMISSIONS})
