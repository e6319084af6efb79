"""Around everything else: the id of a request, its line in the log and its place in the figures."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sluis.foundation.telemetry.following import following, identity
from sluis.foundation.telemetry.instruments import REQUESTS
from sluis.foundation.telemetry.logs import note
from sluis.foundation.telemetry.tracing import root

log = logging.getLogger("sluis.request")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"livez", "readyz", "metrics", "static"})


class FollowingMiddleware:
    """First of all. Neither address nor query goes into the log: only the name of the route says what was asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        name = identity(request.headers.get("traceparent", ""), request.headers.get("X-Request-ID", ""))
        with following(name), root("request", request.headers.get("traceparent", "")) as span:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = name
            span.note(route=_route(request), method=_method(request), status=response.status_code)
            _tell(request, response, time.perf_counter() - started)
        return response


def _tell(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Of an answer that is streamed the time until its first byte counts."""
    route = _route(request)
    method = _method(request)
    REQUESTS.labels(route, method, response.status_code).observe(seconds)
    level = logging.DEBUG if route in QUIET and response.status_code < 500 else logging.INFO
    note(log, f"{method} {response.status_code}", level=level, route=route, ms=round(seconds * 1000, 1))


def _method(request: HttpRequest) -> str:
    return request.method if request.method in METHODS else "other"


def _route(request: HttpRequest) -> str:
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"
