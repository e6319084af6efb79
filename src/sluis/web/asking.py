"""The page on which people ask a question in SQL: one flow for visitors and staff, without a word about the domain.

All state stands in the address, so that a question with its order and its page is a link. A question that takes long
answers with a page that looks again by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from sluis.kernel.errors import Invalid, NotAllowed, NotFound, SluisError
from sluis.web import formats, spoken
from sluis.web.paging import caption, turning, whole_number, with_query
from sluis.web.problem import STATUS
from sluis.web.shapes import Column, Fault, Link, Table

ROWS, TABLES, COLUMNS, WORDS = 25, 20, 40, 10
LONGEST = 20_000
_SORTABLE = ("text", "integer", "decimal", "number", "boolean", "date", "datetime", "time")


class Question(forms.Form):
    sql = forms.CharField(
        label=gettext_lazy("Uw vraag in SQL"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=gettext_lazy("Eén SELECT. Er kan niets veranderen: u kunt alleen lezen."),
        strip=False,
    )


@dataclass(frozen=True)
class Asking:
    """What a room puts in: `door` answers, `asked` and `read` page through the answer, `cell` shows one value.

    `before` is called when a new run is needed; `files` are the downloads of an answer, by label, from its `sql`;
    `urls` has page, stop, progress and words.
    """

    door: Any
    asked: Callable[[Any, Any], Any]
    read: Callable[[Any, Any], Any]
    cell: Callable[[Any, Any], Any]
    written: Callable[[str], str]
    first: Callable[[str], str]
    urls: dict[str, str]
    template: str
    files: Callable[[Any], Sequence[Link]]
    before: Callable[[], None] = lambda: None
    more: dict[str, Any] = field(default_factory=dict)


def page(request: HttpRequest, asking: Asking, sql: str = "") -> HttpResponse:
    """The form, and below it the answer, how far it is, or why there will be none.

    `sql` is a kept question, which then needs not stand in the address.
    """
    sql = sql or request.GET.get("sql", "")
    wanted = bool(sql.strip()) and not {"find", "stopped"} & set(request.GET)
    context = _form(request, asking, sql)
    status = 200
    if wanted:
        try:
            found = asking.door.ask(sql, before=asking.before)
            context |= _busy(found) if hasattr(found, "budget") else _answer(request, asking, found)
        except (NotFound, NotAllowed):
            raise
        except SluisError as error:
            context["faults"], status = _faults(error), STATUS[error.kind]
    return _shown(request, asking, context, status)


def progress(request: HttpRequest, asking: Asking) -> HttpResponse:
    """The bar alone, for htmx; when it is over the page itself is loaded again."""
    sql = request.GET.get("sql", "")
    try:
        found = asking.door.ask(sql, patience=0, before=asking.before)
    except SluisError:
        found = None
    if hasattr(found, "budget"):
        return render(
            request,
            "web/parts/sql_progress.html",
            _busy(found) | {"urls": asking.urls, "sql_query": request.GET.urlencode()},
        )
    return HttpResponse(status=200, headers={"HX-Refresh": "true"})


def stop(request: HttpRequest, asking: Asking) -> HttpResponse:
    sql = request.POST.get("sql", "")
    asking.door.stop(sql)
    return HttpResponseRedirect(with_sql(asking.urls["page"], sql) + "&stopped=1")


def words(request: HttpRequest, asking: Asking) -> JsonResponse:
    """Columns of the tables that a text names, and tables on offer, that start as `prefix` does; for completion."""
    prefix = request.GET.get("prefix", "")[:80].lower()
    named = asking.door.offered(request.GET.get("tables", "")[:2_000])
    columns = {c.name: f"{table.name} · {c.type}" for table in named for c in table.columns}
    found = [(name, note) for name, note in columns.items() if name.startswith(prefix)][:WORDS]
    found += [(table.name, table.title) for table in asking.door.listed(prefix, 0, WORDS)]
    return JsonResponse({"words": [{"text": asking.written(name), "note": note} for name, note in found]})


def with_sql(url: str, sql: str, **more: str) -> str:
    """The address of a page with this question."""
    return f"{url}?{urlencode({'sql': sql, **more})}"


def _shown(request: HttpRequest, asking: Asking, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, asking.template, context | asking.more, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _form(request: HttpRequest, asking: Asking, sql: str) -> dict[str, Any]:
    form = Question(initial={"sql": sql}, auto_id="%s")
    start = request.GET.get("tables", "")[:80]
    number = whole_number(request.GET, "list", 1, most=10_000)
    listed = list(asking.door.listed(start, (number - 1) * TABLES, TABLES + 1))
    named = list(asking.door.offered(sql)) if sql.strip() else []
    known = {table.name for table in named}
    return {
        "form": form,
        "sql": sql,
        "sql_query": urlencode({"sql": sql}),
        "urls": asking.urls,
        "start": start,
        "stopped": "stopped" in request.GET,
        "tables": [_table_of(asking, table, is_open=True) for table in named]
        + [_table_of(asking, table) for table in listed[:TABLES] if table.name not in known],
        "tables_next": with_query(request, list=number + 1, find=1) if len(listed) > TABLES else "",
        "tables_previous": with_query(request, list=number - 1, find=1) if number > 1 else "",
    }


def _table_of(asking: Asking, table: Any, *, is_open: bool = False) -> dict[str, Any]:
    return {
        "name": asking.written(table.name),
        "title": table.title,
        "rows": table.rows,
        "is_open": is_open,
        "columns": [(asking.written(c.name), c) for c in table.columns[:COLUMNS]],
        "more": max(0, len(table.columns) - COLUMNS),
        "url": with_sql(asking.urls["page"], asking.first(table.name)),
    }


def _busy(found: Any) -> dict[str, Any]:
    return {"busy": found, "fraction": min(1.0, found.seconds / found.budget) if not found.place else None}


def _faults(error: SluisError) -> list[Fault]:
    return [Fault(spoken.told(error), "sql")]


def _answer(request: HttpRequest, asking: Asking, found: Any) -> dict[str, Any]:
    pairs = [
        (name, value) for name, values in request.GET.lists() for value in values if name not in ("limit", "count")
    ]
    try:
        asked = asking.asked(found, [*pairs, ("limit", str(ROWS))])
        rows = asking.read(found, asked)
    except Invalid as error:
        texts = [spoken.told(fault) for fault in error.faults] or [spoken.told(error)]
        return {"faults": [Fault(text) for text in texts]}
    lines = [[asking.cell(line[c.name], c) for c in found.columns] for line in rows.rows]
    heads = _heads(request, found.columns, asked.sort)
    return {
        "answer": found,
        "table": Table(caption(request, rows, ROWS), heads, lines, row_header=None, id="antwoord"),
        "pager": turning(request, rows, ROWS),
        "files": asking.files(found),
        "seconds": formats.number(found.seconds, 1),
    }


def _heads(request: HttpRequest, columns: Sequence[Any], sort: Sequence[Any]) -> list[Column]:
    """A name is a link that turns the order: up, down, and back to that of the question."""
    now = {one.column: "descending" if one.descending else "ascending" for one in sort[:1]}
    heads = []
    for column in columns:
        state = now.get(column.name, "")
        turned = {"": column.name, "ascending": f"-{column.name}", "descending": None}[state]
        url = with_query(request, sort=turned, cursor=None, page=None) if column.type in _SORTABLE else ""
        crs = getattr(column, "crs", "") if column.type == "geometry" else ""
        heads.append(Column(column.title or column.name, column.type, facts=crs, sort=state, sort_url=url))
    return heads
