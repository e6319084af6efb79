"""Figures for Prometheus, for whoever watches over the installation and for nobody else."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sluis.foundation.service import stands_in
from sluis.foundation.telemetry import exposition
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Who may not read them is told that there is no such page."""
    if not (stands_in(request, settings.SLUIS.metrics_from) or _has_token(request)):
        raise NotFound("page.unknown", N_("Deze pagina bestaat niet."))
    return HttpResponse(exposition.text(), content_type=exposition.CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    token = settings.SLUIS.metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and kind.lower() == "bearer" and constant_time_compare(given.strip(), token)
