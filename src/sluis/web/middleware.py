"""Errors of ours that a view raises become answers; every answer carries the headers that Django has no setting for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from sluis.kernel.errors import SluisError
from sluis.web.problem import answer

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
