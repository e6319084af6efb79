"""What every answer of ours shares: CORS, conditional requests, HEAD and OPTIONS, and errors as problem documents."""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt

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
_KEPT = ("ETag", "Content-Range", "Accept-Ranges", "Last-Modified")


class NoSuchMethod(Conflict):
    title = N_("Dit kan hier niet")


# Answers that Django and our file reader give without a word: the words.
_WORDLESS: dict[int, SluisError] = {
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

    return csrf_exempt(answering)  # nothing here writes; a POST must hear 405, not 403


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
        return no_such_method(request, METHODS)
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
    response["ETag"] = quote_etag(sha256(response.content).hexdigest()[:32])
    return unchanged(request, response) or response


def no_such_method(request: HttpRequest, methods: str) -> HttpResponseBase:
    """405, with the methods that this address does know."""
    error = NoSuchMethod("request.method", N_("Dit adres kent alleen {methods}."), methods=methods)
    return _problem(request, error, 405, {"Allow": methods})


def _worded(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    error = _WORDLESS.get(response.status_code)
    if error is None or response.headers.get("Content-Type", "").startswith("application/problem"):
        return response
    kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
    return _problem(request, error, response.status_code, kept)


def _problem(request: HttpRequest, error: SluisError, status: int, headers: Mapping[str, str]) -> HttpResponseBase:
    return JsonResponse(
        problem.document(request, error) | {"status": status},
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **headers},
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
