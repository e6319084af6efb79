"""Which form of an answer somebody wants: a page, JSON or CSV."""

from collections.abc import Mapping

from django.http import HttpRequest

HTML = "text/html"
TWINS = {"html": HTML, "json": "application/json", "csv": "text/csv"}


def wants_html(request: HttpRequest) -> bool:
    """True for browsers and htmx: a client that accepts pages, and prefers them to JSON. APIs always answer in data."""
    if request.path_info.startswith("/api/"):
        return False
    if request.headers.get("HX-Request") == "true":
        return True
    if HTML not in request.headers.get("Accept", ""):
        return False
    return request.get_preferred_type([HTML, "application/json", "application/problem+json"]) == HTML


def is_partial(request: HttpRequest) -> bool:
    """htmx asks for a part of the page; a restored history entry wants the whole."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def preferred(request: HttpRequest, forms: Mapping[str, str], default: str) -> str | None:
    """The key of `forms` (key → media type) that suits the Accept header best; None when none of them will do."""
    accept = request.headers.get("Accept", "").strip()
    if accept in ("", "*/*"):
        return default
    ordered = [forms[default], *(media for key, media in forms.items() if key != default)]
    chosen = request.get_preferred_type(ordered)
    return next((key for key, media in forms.items() if media == chosen), None)
