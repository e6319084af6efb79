"""Pages whose address is a key out of a mail: no cache keeps them, and no other site is told the address."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def keyed(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, dict(context), status=status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
