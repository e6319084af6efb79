"""Ask a question in SQL about everything that is open."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sluis.foundation.service import client_address
from sluis.lake.query import asking as lake
from sluis.lake.query.offering import written
from sluis.portal import cells
from sluis.release import public
from sluis.web import asking
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Link

SIZE = 50
FILES = {"csv": "CSV", "ndjson": "NDJSON", "json": "JSON", "parquet": "Parquet"}


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    return asking.page(request, _asking(request))


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    return asking.progress(request, _asking(request))


@require_safe
def words(request: HttpRequest) -> HttpResponse:
    return asking.words(request, _asking(request))


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    return asking.stop(request, _asking(request))


@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    number = whole_number(request.GET, "page", 1, most=10_000)
    rows, total = public.public_queries(page=number, size=SIZE)
    return render(
        request,
        "portal/sql_saved.html",
        {"rows": rows, "page": Page(rows, number, SIZE, total), "crumbs": _crumbs()[:1]},
    )


@require_safe
def opened(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """A published question with its answer."""
    found = public.public_query(query_id)
    return asking.page(request, _asking(request, found.sql, saved=found, crumbs=_crumbs()), sql=found.sql)


def _crumbs() -> list[Link]:
    return [
        Link(gettext("Vraag in SQL"), reverse("portal:sql")),
        Link(gettext("Vragen van de provincie"), reverse("portal:sql-saved")),
    ]


def _asking(request: HttpRequest, sql: str = "", **more: Any) -> asking.Asking:
    sql = sql or request.GET.get("sql", "")
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
        more=more,
    )


_ROUTES = {"page": "sql", "progress": "sql-progress", "stop": "sql-stop", "words": "sql-words"}


def file_url(sql: str, form: str) -> str:
    """The whole answer comes from the API, which anybody may ask the same."""
    more: dict[str, Any] = {"limit": "all"} if form == "json" else {}
    return asking.with_sql(f"{settings.SLUIS.url}/api/v1/sql", sql, format=form, **more).removeprefix(
        settings.SLUIS.url
    )
