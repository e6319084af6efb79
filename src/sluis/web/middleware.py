"""Errors of ours that a view raises become answers, every answer carries the headers that Django has no setting for,
and an address of a page is found with a slash behind it too."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.http import escape_leading_slashes

from sluis.kernel.errors import SluisError
from sluis.web.problem import answer

PAGES, SIGN_IN = ("portal", "desk"), "account_"  # spaces of names of routes, and how those without a space begin
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class ProblemMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return answer(request, exception) if isinstance(exception, SluisError) else None


class SlashMiddleware:
    """Who types the address of a page with a slash behind it, or without one that belongs there, comes to that page.

    What is for programs keeps to the letter.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 404 or request.resolver_match or request.method not in ("GET", "HEAD"):
            return response
        page = page_meant(request.path_info)
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
        return HttpResponsePermanentRedirect(page + query) if page else response


def page_meant(path: str) -> str:
    """The address of the page that differs from this one in the slash at its end; '' when there is none.

    A file is no page: its address has a dot.
    """
    bare = path.rstrip("/")
    other = bare if bare != path else f"{path}/"
    if "." in bare.rpartition("/")[2]:
        return ""
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            found = resolve(other)
        except Resolver404:
            return ""
    is_page = found.namespace in PAGES or (found.url_name or "").startswith(SIGN_IN)
    return escape_leading_slashes(other) if is_page else ""
