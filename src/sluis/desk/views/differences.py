"""What differs between two versions of a table: counts, columns, some rows, and all of it as a file."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sluis.desk.page import show, who
from sluis.desk.tables import change_lines
from sluis.desk.views.tables import around
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.rows.stream import stream
from sluis.lake.rows.types import Column as RowColumn
from sluis.lake.rows.types import PageRequest
from sluis.lake.rows.values import read_exact
from sluis.web import spoken
from sluis.web.files import ranged_file
from sluis.web.formats import number
from sluis.web.shapes import Bar, Column, Table

_TITLES = {
    "added": N_("Rijen erbij"),
    "removed": N_("Rijen weg"),
    "before": N_("Gewijzigde rijen: zo waren ze"),
    "after": N_("Gewijzigde rijen: zo zijn ze nu"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def difference(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """From another version (`met`, its number; the one before when not said) to this one. POST works it out."""
    actor = who(request)
    new = lake.table_version(by=actor, table_version_id=version_id)
    others = [
        row
        for row in lake.versions(by=actor, dataset_id=new.dataset_id)
        if row.status == "ready" and row.id != version_id
    ]
    old = _chosen(others, new.number, request.POST.get("met") or request.GET.get("met", ""))
    context = around(request, new, deeper=True) | {"others": others, "old": old}
    if old is None:
        return show(request, "difference", context)
    here = f"{reverse('desk:table-difference', args=[version_id])}?met={old.number}"
    if request.method == "POST":
        lake.request_diff(by=actor, old=old.id, new=version_id)
        return redirect(here)
    found = lake.known_diff(by=actor, old=old.id, new=version_id)
    waiting = found is None and lake.being_compared(old=old.id, new=version_id)
    return show(request, "difference", context | {"waiting": waiting} | (_shown(found, new) if found else {}))


@require_safe
def file(request: HttpRequest, version_id: UUID, old_id: UUID, form: str) -> HttpResponseBase:
    """All rows that differ, as Parquet or CSV."""
    actor = who(request)
    found = lake.known_diff(by=actor, old=old_id, new=version_id)
    if found is None or form not in ("parquet", "csv"):
        raise NotFound("diff.unknown", N_("Dit verschil is er niet."))
    name = f"verschil-versie-{found.old}-{found.new}.{form}"
    if form == "parquet":
        response: HttpResponseBase = ranged_file(
            request,
            found.path,
            content_type="application/vnd.apache.parquet",
            filename=name,
            etag=found.file_sha256,
        )
    else:
        columns = [RowColumn(c, t) for c, t in _file_columns(found)]
        response = StreamingHttpResponse(
            stream(found.path, columns, PageRequest(), "csv"), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-cache"
    return response


def _file_columns(found: Any) -> list[tuple[str, str]]:
    return [(found.what, "text"), *((name, kind) for name, kind in found.file_columns)]


def _chosen(rows: Any, below: int, said: str) -> Any | None:
    if said:
        return next((row for row in rows if str(row.number) == said), None)
    return next((row for row in rows if row.number < below), None)


def _shown(found: Any, new: Any) -> dict[str, Any]:
    known = {column["name"]: column for column in new.report["columns"]}
    titles = {name: spoken.written(column["title"] or name) for name, column in known.items()}
    return {
        "found": found,
        "lines": change_lines(lake.Change.from_json(found.schema).columns),
        "bars": [Bar(titles.get(name, name), count) for name, count in found.columns.items()],
        "tables": [
            _table(what, rows, known, getattr(found, "changed" if what in ("before", "after") else what))
            for what, rows in found.examples.items()
            if rows
        ],
    }


def _table(what: str, rows: list[dict[str, Any]], known: Mapping[str, Any], total: int) -> Table:
    caption = gettext("{title}: {count} van {total}").format(
        title=gettext(_TITLES[what]), count=number(len(rows)), total=number(total)
    )
    heads = [_head(name, known.get(name, {})) for name in rows[0]]
    lines = [[_value(value, head.type) for value, head in zip(row.values(), heads, strict=True)] for row in rows]
    return Table(caption, heads, lines, row_header=None, id=f"rijen-{what}")


def _head(name: str, column: Mapping[str, Any]) -> Column:
    """A column that is there no more has no kind any more: its values stand as they are."""
    return Column(spoken.written(column.get("title") or name), column.get("type", "text"), scale=column.get("scale"))


def _value(value: Any, kind: str) -> Any:
    """Days, moments and fixed decimals are kept as text in what was found; what is masked stays as it is."""
    if not isinstance(value, str) or kind not in ("date", "datetime", "decimal"):
        return value
    try:
        return read_exact(kind, value)
    except (ValueError, ArithmeticError):
        return value
