"""Ask a question in SQL about everything that is open."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from sluis.foundation.service import client_address
from sluis.lake.query import asking as lake
from sluis.lake.query.offering import written
from sluis.portal import cells
from sluis.release import public
from sluis.web import asking
from sluis.web.shapes import Link

FILES = {"csv": "CSV", "ndjson": "NDJSON", "json": "JSON", "parquet": "Parquet"}


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    return asking.page(request, _asking(request))


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    return asking.progress(request, _asking(request))


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    return asking.stop(request, _asking(request))


def _asking(request: HttpRequest) -> asking.Asking:
    sql = request.GET.get("sql", "")
    return asking.Asking(
        door=public.sql_door(),
        asked=lake.asked,
        read=lake.rows,
        cell=cells.shown,
        written=written,
        first=lake.first_question,
        urls={name: reverse(f"portal:{route}") for name, route in _ROUTES.items()},
        template="portal/sql.html",
        files=lambda found: [Link(label, file_url(sql, form)) for form, label in FILES.items()],
        before=lambda: public.sql_limit(client_address(request)),
    )


_ROUTES = {"page": "sql", "progress": "sql-progress", "stop": "sql-stop"}


def file_url(sql: str, form: str) -> str:
    """The whole answer comes from the API, which anybody may ask the same."""
    more: dict[str, Any] = {"limit": "all"} if form == "json" else {}
    return asking.with_sql(f"{settings.SLUIS.url}/api/v1/sql", sql, format=form, **more).removeprefix(
        settings.SLUIS.url
    )
