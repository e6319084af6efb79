"""The only place where an error of ours becomes HTTP: problem+json (RFC 9457) for programs, a page for people.

| kind          | status                                  |
|---------------|-----------------------------------------|
| invalid       | 422; 400 in the API, or a wrong query   |
| not-signed-in | 401; pages: redirect to the sign-in     |
| not-allowed   | 403                                     |
| not-found     | 404                                     |
| gone          | 410                                     |
| conflict      | 409                                     |
| stale         | 409; 412 when the request had If-Match  |
| too-many      | 429 with Retry-After                    |
| too-large     | 413                                     |
| unavailable   | 503 with Retry-After                    |
| server-error  | 500                                     |
"""

import errno
import logging
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from sluis.foundation.telemetry import following
from sluis.kernel.errors import KINDS, Fault, Invalid, NotAllowed, NotFound, NotSignedIn, SluisError, Unavailable
from sluis.kernel.text import N_
from sluis.web.negotiation import wants_html
from sluis.web.spoken import told

log = logging.getLogger("sluis.web")

STATUS = {
    "invalid": 422, "not-signed-in": 401, "not-allowed": 403, "not-found": 404, "gone": 410,
    "conflict": 409, "stale": 409, "too-many": 429, "too-large": 413, "unavailable": 503, "server-error": 500,
}  # fmt: skip
DEFAULT_RETRY = 30
LAST_RESORT = (
    '<!doctype html><html lang="nl"><meta charset="utf-8"><title>Fout</title>'
    "<h1>Er ging iets mis</h1><p>Probeer het over een paar minuten opnieuw.</p></html>"
)


class ServerError(SluisError):
    kind = "server-error"
    title = N_("Er ging iets mis bij ons")


class TooLarge(SluisError):
    kind = "too-large"
    title = N_("Te groot")


TITLES = {cls.kind: cls.title for cls in (*KINDS.values(), ServerError, TooLarge)}


def status_of(request: HttpRequest, error: SluisError) -> int:
    if error.kind == "invalid" and (
        error.code.startswith(("query.", "request.")) or request.path_info.startswith("/api/")
    ):
        return 400
    if error.kind == "stale" and "If-Match" in request.headers:
        return 412
    return STATUS.get(error.kind, 500)


def document(request: HttpRequest, error: SluisError) -> dict[str, Any]:
    """The problem document: type, title, status, detail, instance, code, request (the id in our log) and errors."""
    body: dict[str, Any] = {
        "type": f"{settings.SLUIS.url}/problemen/{error.code}",
        "title": gettext(error.title),
        "status": status_of(request, error),
        "detail": error.detail(gettext),
        "instance": request.path,
        "code": error.code,
    }
    if identity := following.current():
        body["request"] = identity
    if error.faults:
        body["errors"] = [_fault(fault) for fault in error.faults]
    return body


def _text(fault: Fault) -> str:
    return fault.text(gettext)


def _fault(fault: Fault, worded: Callable[[Fault], str] = _text) -> dict[str, Any]:
    row = {} if fault.row is None else {"row": fault.row}
    return {"field": fault.field, **row, "message": worded(fault)}


def answer(request: HttpRequest, error: SluisError) -> HttpResponseBase:
    """The answer to a request that ended in this error, in the form and the language the asker wants."""
    page = wants_html(request)
    if page and isinstance(error, NotSignedIn) and (sign_in := _to_sign_in(request)):
        return sign_in
    body = document(request, error)
    response: HttpResponse
    if page:
        shown = body | {"detail": told(error), "errors": [_fault(fault, told) for fault in error.faults]}
        response = HttpResponse(
            render_to_string("web/problem.html", {"problem": shown}, request), status=body["status"]
        )
    else:
        response = JsonResponse(
            body,
            status=body["status"],
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    if body["status"] in (429, 503):
        response["Retry-After"] = str(int(error.params.get("retry_after", DEFAULT_RETRY)))
    if body["status"] == 401:
        response["WWW-Authenticate"] = 'Session realm="Sluis"'
    response["Cache-Control"] = "no-store"
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponseBase | None:
    """A page leads to the sign-in and back; htmx is told to leave the page. What was posted gets a page instead."""
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        return HttpResponse(status=401, headers={"HX-Redirect": redirect_to_login(here).url})
    return redirect_to_login(request.get_full_path()) if request.method in ("GET", "HEAD") else None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """Django's 400 and 413: what the request itself did wrong."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return answer(request, TooLarge("request.too-large", N_("U stuurde meer dan in één keer mag.")))
    return answer(request, Invalid("request.invalid", N_("Dit verzoek is niet te lezen.")))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return answer(request, NotAllowed("request.forbidden", N_("U heeft geen recht op deze pagina.")))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return answer(
        request,
        NotFound(
            "page.unknown",
            N_("Deze pagina bestaat niet."),
            way_out=N_("Controleer het adres, of zoek wat u nodig heeft."),
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    return answer(
        request,
        NotAllowed(
            "request.csrf",
            N_("Wij konden niet zien of dit verzoek van u kwam."),
            way_out=N_("Laad de pagina opnieuw en probeer het nog een keer. Sta cookies van deze site toe."),
        ),
    )


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answers also when the templates or the static files are broken, the database is away or the disk is full."""
    text, way_out = N_("Wij kunnen deze pagina nu niet laten zien."), N_("Probeer het over een paar minuten opnieuw.")
    away = _is_away(sys.exc_info()[1])
    error = (
        Unavailable("server.database", text, way_out=way_out)
        if away
        else ServerError("server.error", text, way_out=way_out)
    )
    try:
        return answer(request, error)
    except Exception:
        log.exception("the error page itself failed")
        status, wait = (503, {"Retry-After": str(DEFAULT_RETRY)}) if away else (500, {})
        return HttpResponse(LAST_RESORT, status=status, headers={"Cache-Control": "no-store", **wait})


def _is_away(error: BaseException | None) -> bool:
    """Nothing that was asked is wrong: the database or the disk cannot do it now."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO)
    return isinstance(error, OperationalError | InterfaceError)
