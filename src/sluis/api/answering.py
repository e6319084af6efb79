"""What every answer of ours shares: CORS, conditional requests, HEAD and OPTIONS, and errors as problem documents."""

import logging
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, set_response_etag

from sluis.api.clients import buckets
from sluis.foundation.service import client_address
from sluis.kernel.errors import Conflict, Invalid, NotFound, SluisError, Stale
from sluis.kernel.text import N_
from sluis.web import problem

log = logging.getLogger("sluis.api")

type View = Callable[..., HttpResponseBase]

METHODS = "GET, HEAD, OPTIONS"
CHECK_AGAIN = "public, no-cache"
EXPOSED = (
    "API-Version, Accept-Ranges, Content-Disposition, Content-Language, Content-Length, Content-Range, ETag, "
    "Last-Modified, Link, Location, Retry-After"
)
_KEPT = ("ETag", "Content-Range", "Accept-Ranges", "Last-Modified", "Allow")


class NoSuchMethod(Conflict):
    title = N_("Dit kan hier niet")


# Answers that Django and our file reader give without a word: the words.
_WORDLESS: dict[int, SluisError] = {
    405: NoSuchMethod("request.method", N_("Dit adres kent alleen {methods}."), methods=METHODS),
    412: Stale("request.precondition", N_("Dit is intussen iets anders dan wat u al had.")),
    416: Invalid("request.range", N_("Het gevraagde deel ligt buiten het bestand.")),
}


def open_to_all(view: View, *, version: str = "", metered: bool = True) -> View:
    """Anybody, from any site, may read this; nobody can write. `version` is said in every answer, also in errors."""

    @wraps(view)
    def answering(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            response = _answer(request, lambda: view(request, *args, **kwargs), metered=metered)
        except SluisError as error:
            response = problem.answer(request, error)
        except Exception:
            log.exception("unexpected failure at %s", request.path)
            response = problem.server_error(request)
        return _headers(_bare(response) if request.method == "HEAD" else response, version)

    answering.csrf_exempt = True  # type: ignore[attr-defined] - nothing here writes; a POST must hear 405, not 403
    return answering


def unknown(request: HttpRequest, *_: object) -> HttpResponseBase:
    raise NotFound(
        "api.unknown",
        N_("Dit adres bestaat niet in de API."),
        way_out=N_("Kijk in /api/v1/openapi.json welke adressen er zijn. Er staat nooit een / aan het eind."),
    )


def _answer(request: HttpRequest, ask: Callable[[], HttpResponseBase], *, metered: bool) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": METHODS})
    if request.method not in ("GET", "HEAD"):
        return _worded(request, HttpResponse(status=405, headers={"Allow": METHODS}))
    if metered:
        buckets.take(client_address(request))
    response = ask()
    if isinstance(response, HttpResponse) and response.status_code == 200 and "Cache-Control" not in response:
        response = _conditional(request, response)
    return _worded(request, response)


def unchanged(request: HttpRequest, response: HttpResponse) -> HttpResponseBase | None:
    """304 or 412 when the tag on this answer says so; None when the client needs the whole. A moment is not enough:
    within its second, or by a later copy of a file, an answer can become another.
    """
    response["Cache-Control"] = CHECK_AGAIN
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return None if found is response else found


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """A document's tag is the hash of what it says; somebody who has it gets 304."""
    set_response_etag(response)
    return unchanged(request, response) or response


def _worded(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    error = _WORDLESS.get(response.status_code)
    if error is None or response.headers.get("Content-Type", "").startswith("application/problem"):
        return response
    body = problem.document(request, error) | {"status": response.status_code}
    kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
    return JsonResponse(
        body,
        status=response.status_code,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **kept},
        json_dumps_params={"ensure_ascii": False},
    )


def _bare(response: HttpResponseBase) -> HttpResponseBase:
    """HEAD: the headers that GET would give, without the body (RFC 9110, 9.3.2)."""
    bare = HttpResponse(status=response.status_code, headers=dict(response.headers))
    if isinstance(response, HttpResponse) and response.content:
        bare["Content-Length"] = str(len(response.content))
    return bare


def _headers(response: HttpResponseBase, version: str) -> HttpResponseBase:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = EXPOSED
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    if version:
        response["API-Version"] = version
    if response.status_code == 204:
        response["Access-Control-Allow-Methods"] = METHODS
        response["Access-Control-Allow-Headers"] = "Accept, Accept-Language, If-None-Match, If-Range, Range"
        response["Access-Control-Max-Age"] = "86400"
    return response
