"""Pages whose address is a key out of a mail: no cache keeps them.

No other site is told the address: that is so for every page (`SECURE_REFERRER_POLICY`). A stricter `no-referrer` would
make browsers send `Origin: null` with the form, and that is refused as forged.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def keyed(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, dict(context), status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
