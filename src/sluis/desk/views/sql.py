"""Ask a question in SQL about every table you may see the rows of, released or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from sluis.desk.page import who
from sluis.desk.tables import cellable
from sluis.foundation.service import require
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.query import asking as lake
from sluis.lake.query.offering import written
from sluis.lake.query.types import Answer
from sluis.lake.rows.stream import stream
from sluis.web import asking
from sluis.web.files import ranged_file
from sluis.web.shapes import Link

FILES = {"csv": "CSV", "csv-excel": "CSV (Excel)", "json": "JSON", "parquet": "Parquet"}
_MEDIA = {"csv": "text/csv; charset=utf-8", "csv-excel": "text/csv; charset=utf-8", "json": "application/json"}
_ROUTES = {"page": "sql", "progress": "sql-progress", "stop": "sql-stop", "words": "sql-words"}


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    return asking.page(request, asking_for(request, request.GET.get("sql", "")))


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    return asking.progress(request, asking_for(request, request.GET.get("sql", "")))


@require_safe
def words(request: HttpRequest) -> HttpResponse:
    return asking.words(request, asking_for(request, ""))


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    return asking.stop(request, asking_for(request, request.GET.get("sql", "")))


@require_safe
def answer(request: HttpRequest, form: str) -> HttpResponseBase:
    """The whole answer as a file, with the filter and order of the page; Parquet as it is."""
    if form not in FILES:
        raise NotFound("sql.form", N_("Het antwoord is er niet in deze vorm."))
    sql = request.GET.get("sql", "")
    found = lake.for_staff(who(request)).ask(sql)
    if not isinstance(found, Answer):  # kept too long ago: the page asks it again
        return HttpResponseRedirect(asking.with_sql(reverse("desk:sql"), sql))
    if form == "parquet":
        kind = "application/vnd.apache.parquet"
        response = ranged_file(request, Path(found.path), content_type=kind, filename="antwoord.parquet")
    else:
        pairs = [(name, value) for name, values in request.GET.lists() for value in values]
        kept = [(name, value) for name, value in pairs if name not in ("cursor", "limit", "count")]
        parts: Iterator[bytes] = stream(Path(found.path), found.columns, lake.asked(found, kept), form)
        response = StreamingHttpResponse(parts, content_type=_MEDIA[form])
        name = f"antwoord.{form.partition('-')[0]}"
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def asking_for(request: HttpRequest, sql: str, **more: Any) -> asking.Asking:
    """What the desk puts in the page; `more` goes to the template."""
    by = require(who(request), "table.view")
    query = request.GET.copy()
    query["sql"] = sql
    for name in ("cursor", "page", "find", "tables", "list"):
        query.pop(name, None)
    return asking.Asking(
        door=lake.for_staff(by),
        asked=lake.asked,
        read=lake.rows,
        cell=_cell,
        written=written,
        first=lake.first_question,
        urls={name: reverse(f"desk:{route}") for name, route in _ROUTES.items()},
        template="desk/sql.html",
        files=lambda found: [
            Link(label, f"{reverse('desk:sql-answer', args=[form])}?{query.urlencode()}")
            for form, label in FILES.items()
        ],
        more={"save_url": "" if more else reverse("desk:sql-new")} | more,
    )


def _cell(value: Any, column: Any) -> Any:
    return cellable(value)
