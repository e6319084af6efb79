"""The rows of a dataset: filter, sort, page, take along. All state stands in the address."""

from collections.abc import Iterator, Sequence
from threading import BoundedSemaphore
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from sluis.kernel.errors import Gone, TooMany
from sluis.kernel.text import N_
from sluis.lake.query.asking import first_question
from sluis.lake.query.offering import table_name
from sluis.lake.rows import types as lake
from sluis.lake.rows.page import page as read_page
from sluis.lake.rows.page import row as read_row
from sluis.lake.rows.stream import stream
from sluis.lake.rows.values import EXPECTED
from sluis.portal import cells, columns, frame, selection, snippets
from sluis.portal.views.dataset import gone, map_url
from sluis.release import public
from sluis.release.types import PublicTableInfo
from sluis.web import formats, spoken
from sluis.web.asking import with_sql
from sluis.web.paging import caption, turning, whole_number, with_query
from sluis.web.shapes import Column, Fault, Link, Table

ROWS, COLUMNS = 25, 12
LONGEST_ROW_VALUE = 20_000
_exports = BoundedSemaphore(4)  # at a time in this process; the API has its own


def explore(request: HttpRequest, slug: str) -> HttpResponse:
    if clean := selection.tidy(request):
        return HttpResponseRedirect(clean)
    try:
        found, table = public.dataset(slug), public.table(slug, _release(request))
    except Gone:
        return gone(request, public.tombstone(slug))
    known = columns.for_rows(table)
    asked = selection.read(request, known, ROWS)
    ready = public.ready(table)
    rows = lake.RowPage((), (), total=0) if asked.faults else read_page(table.path, known, asked.request, ready=ready)
    first = whole_number(request.GET, "columns", 1, most=len(known)) - 1
    shown = slice(first, first + COLUMNS)
    context = {
        **frame.of(found, "table"),
        "old_release": table.release if table.release != found.release else None,
        "total": rows.total,
        "all_rows": table.rows,
        "filters": selection.filters(table.columns, request.GET),
        "active": selection.active(request, table.columns),
        "faults": [Fault(spoken.told(fault)) for fault in asked.faults],
        "hidden": [(name, request.GET[name]) for name in ("sort", "release", "columns", "q") if name in request.GET],
        "table": _table(request, found.slug, table, known, asked, rows, shown),
        "pager": turning(request, rows, ROWS),
        "column_links": _column_links(request, first, len(known)),
        "downloads": _downloads(slug, asked),
        "snippets": snippets.snippets(slug, asked.pairs, organisation=found.organisation, map_url=map_url(found)),
        "clear_url": reverse("portal:table", args=[slug]),
        "sql_url": with_sql(reverse("portal:sql"), first_question(table_name(slug))),
    }
    return render(request, "portal/table.html", context, status=422 if asked.faults else 200)


def twin(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """The selection for programs lives in the API, with the same words."""
    public.table(slug, _release(request))
    kept = [(name, value) for name, value in _shared(request) if value]
    return HttpResponseRedirect(snippets.rows_url(slug, kept, format=form))


def excel(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The whole selection as a spreadsheet opens it: semicolons, and formulas disarmed."""
    table = public.table(slug, _release(request))
    known = columns.for_rows(table)
    asked = selection.parse(_shared(request), known, ignore=selection.OURS)
    if not _exports.acquire(blocking=False):
        raise TooMany("table.export", N_("Er lopen al veel downloads. Probeer het zo opnieuw."), retry_after=10)
    parts = _Export(stream(table.path, known, asked, "csv-excel"))
    response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = content_disposition_header(True, f"{slug}-excel.csv") or "attachment"
    return response


class _Export:
    """A stream that gives its place back, also when the reader hangs up."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts, self.held = parts, True

    def __iter__(self) -> Iterator[bytes]:
        return self.parts

    def close(self) -> None:
        self.parts.close()  # type: ignore[attr-defined] - a generator
        if self.held:
            self.held = False
            _exports.release()


def single(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One row, with every value whole."""
    try:
        found, table = public.dataset(slug), public.table(slug, _release(request))
    except Gone:
        return gone(request, public.tombstone(slug))
    known = columns.for_rows(table)
    values = read_row(table.path, known, number, ready=public.ready(table))
    lines = [
        {
            "title": columns.title_of(column),
            "meaning": spoken.of(column, "meaning"),
            "unit": column.unit,
            "value": _text(values[column.name], wanted),
            "raw": str(values[column.name])[:LONGEST_ROW_VALUE]
            if column.type == "geometry" and values[column.name] is not None
            else "",
        }
        for column, wanted in zip(table.columns, known, strict=True)
    ]
    context = {
        **frame.of(found, "table", inside=True),
        "number": number + 1,
        "lines": lines,
        "previous_url": reverse("portal:row", args=[slug, number - 1]) if number else "",
        "next_url": reverse("portal:row", args=[slug, number + 1]) if number + 1 < table.rows else "",
        "kept": f"?release={table.release}" if table.release != found.release else "",
        "api_url": f"{snippets.rows_url(slug)}/{number}",
    }
    return render(request, "portal/row.html", context)


def _text(value: Any, column: lake.Column) -> Any:
    ready = cells.shown(value, column, LONGEST_ROW_VALUE)
    return ready if ready is None or isinstance(ready, Link) else formats.cell(ready)


def _release(request: HttpRequest) -> int | None:
    return whole_number(request.GET, "release", 0, most=2**31 - 1) or None


def _shared(request: HttpRequest) -> list[tuple[str, str]]:
    left_out = (*selection.PLACE, "columns", "limit", "count")
    return [(name, value) for name, values in request.GET.lists() if name not in left_out for value in values]


def _table(
    request: HttpRequest,
    slug: str,
    table: PublicTableInfo,
    known: Sequence[lake.Column],
    asked: selection.Asked,
    rows: lake.RowPage,
    shown: slice,
) -> Table:
    kept = f"?release={table.release}" if "release" in request.GET else ""
    leading, *others = known[shown]
    lines = [
        [
            Link(_named(one[leading.name], leading), reverse("portal:row", args=[slug, number]) + kept),
            *(cells.shown(one[c.name], c) for c in others),
        ]
        for number, one in zip(rows.ids, rows.rows, strict=True)
    ]
    return Table(caption(request, rows, ROWS), _heads(request, table, asked, shown), lines)


def _named(value: Any, column: lake.Column) -> str:
    """What the link to a row says: the value of its first column."""
    text = _text(value, column)
    return (
        gettext("leeg") if text in (None, "") else str(text.label if isinstance(text, Link) else text)[: cells.LONGEST]
    )


def _heads(request: HttpRequest, table: PublicTableInfo, asked: selection.Asked, shown: slice) -> list[Column]:
    sortable = [column.name for column in table.columns[shown] if column.type in EXPECTED]
    links = selection.sort_links(request, asked.request, sortable)
    crs = (table.geometry or {}).get("crs") or ""
    heads = []
    for column in table.columns[shown]:
        sort, url = links.get(column.name, ("", ""))
        heads.append(columns.head(column, crs, sort=sort, sort_url=url))
    return heads


def _column_links(request: HttpRequest, first: int, count: int) -> list[Link]:
    """A wide table shows its columns in groups."""
    if count <= COLUMNS:
        return []
    return [
        Link(f"{start + 1}–{min(start + COLUMNS, count)}", with_query(request, columns=start + 1 if start else None),
             current="true" if start == first else "")
        for start in range(0, count, COLUMNS)
    ]  # fmt: skip


def _downloads(slug: str, asked: selection.Asked) -> dict[str, str]:
    query = snippets.urlencode(asked.pairs)
    excel = reverse("portal:table-excel", args=[slug]) + (f"?{query}" if query else "")
    return {
        "csv": _local(slug, asked, format="csv"),
        "excel": excel,
        "json": _local(slug, asked, format="json", limit="all"),
    }


def _local(slug: str, asked: selection.Asked, **more: str) -> str:
    from django.conf import settings

    return snippets.rows_url(slug, asked.pairs, **more).removeprefix(settings.SLUIS.url)
