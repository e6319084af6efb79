"""Pages, single rows and facets of one table version."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid, NotFound
from sluis.kernel.recent import Recent
from sluis.kernel.text import N_
from sluis.lake.rows import duck, written
from sluis.lake.rows.cursor import Cursor, decode, encode
from sluis.lake.rows.duck_sql import (
    count_of,
    facet_of,
    page_of,
    row_of,
    source_of,
)
from sluis.lake.rows.types import Column, FacetValue, Files, JsonPage, PageRequest, RowPage, Selection
from sluis.lake.serving import finding
from sluis.lake.serving.ready import Ready

# Of the texts of one page; beyond it the page is shorter than asked and the next one goes on there.
MOST_BYTES = 32_000_000
_counts: Recent[tuple[str, tuple[Column, ...], Selection], int] = Recent(2000)


def page(
    path: Path | Files,
    columns: Sequence[Column],
    request: PageRequest,
    geometry: str = "wkt",
    ready: Ready | None = None,
) -> RowPage:
    """One page in the asked order; every row is on exactly one page, whatever the ties and empty cells.

    `ready`: structures made from this very file; with them the answer is the same and comes sooner.

    A page of very long texts has fewer rows than asked.

    Values are plain Python: int, Decimal, float, bool, str, date, datetime (UTC, naive), time; JSON as its text.
    `geometry`: "wkt" in the system of the column, or "geojson" (a dict) in WGS84.
    Raises Invalid for a cursor of another order, Unavailable when the query takes too long.
    """
    at = _start(request, columns)
    found = _from_ready(columns, request, at, ready, lambda one, rows: one.lines(rows, columns))
    kept, place = _cut(found or _from_table(path, columns, request, at), request, at)
    rows = _named([line[1 : 1 + len(columns)] for line in kept], columns, geometry)
    return RowPage(rows, *place, total=count(path, columns, request.selection, ready) if request.count else None)


def page_json(
    path: Path | Files,
    columns: Sequence[Column],
    request: PageRequest,
    geometry: str = "wkt",
    ready: Ready | None = None,
) -> JsonPage:
    """The same page with every row as a JSON object, as `written` makes them."""
    at = _start(request, columns)

    def read(one: Ready, rows: Sequence[int]) -> Iterable[tuple[str]]:
        return zip(written.of_ready(one, rows, columns, geometry))

    found = _from_ready(columns, request, at, ready, read)
    kept, place = _cut(found or _from_table(path, columns, request, at), request, at)
    rows = [line[1] for line in kept] if found else written.of_lines(kept, columns, geometry)
    total = count(path, columns, request.selection, ready) if request.count else None
    return JsonPage(tuple(rows), *place, total=total)


type _Lines = list[tuple[Any, ...]]
"""Row number, what was read of the row, and its sort values."""


def _start(request: PageRequest, columns: Sequence[Column]) -> Cursor | None:
    return decode(request.cursor, request.sort, {c.name: c for c in columns}) if request.cursor else None


def _from_ready(
    columns: Sequence[Column],
    request: PageRequest,
    at: Cursor | None,
    ready: Ready | None,
    read: Callable[[Ready, Sequence[int]], Iterable[tuple[Any, ...]]],
) -> tuple[_Lines, bool] | None:
    """The lines, and whether they were cut off for their size; None: ask the table."""
    if ready is None or not ready.shows(columns):
        return None
    rows = finding.rows_of(ready, columns, request, at)
    if rows is None:
        return None
    return duck.some(finding.lines(ready, request.sort, rows, partial(read, ready)), MOST_BYTES)


def _from_table(
    path: Path | Files, columns: Sequence[Column], request: PageRequest, at: Cursor | None
) -> tuple[_Lines, bool]:
    source, files = _opened(path)
    sql, params = page_of(request, {c.name: c for c in columns}, at, source)
    return duck.fetch_some(sql, [files, *params], MOST_BYTES)


def _opened(path: Path | Files) -> tuple[str, str | list[str]]:
    """Where the rows come from, as SQL, and what to bind to it."""
    if isinstance(path, Path):
        return source_of(), str(path)
    if len(path.paths) == 1:
        return source_of(), str(path.paths[0])
    return source_of(list(accumulate(path.rows[:-1], initial=0))), [str(one) for one in path.paths]


def _cut(
    found: tuple[_Lines, bool], request: PageRequest, at: Cursor | None
) -> tuple[_Lines, tuple[tuple[int, ...], str, str]]:
    """The lines of the page, and their row numbers with the cursors to the next and the previous page."""
    lines, cut = found
    more = cut or len(lines) > request.limit
    kept = lines[: request.limit]
    back = at is not None and at.back
    if back:
        kept.reverse()
    onward = _cursor(kept[-1:], request, back=False) if back or more else ""
    before = _cursor(kept[:1], request, back=True) if (more if back else at is not None) else ""
    return kept, (tuple(line[0] for line in kept), onward, before)


def _cursor(lines: _Lines, request: PageRequest, *, back: bool) -> str:
    """The place of a line; its sort values come last."""
    if not lines:
        return ""
    (line,) = lines
    return encode(Cursor(line[len(line) - len(request.sort) :], line[0], back), request.sort)


def count(path: Path | Files, columns: Sequence[Column], selection: Selection, ready: Ready | None = None) -> int:
    """Exact number of rows in the selection, remembered per version: a table version never changes."""
    key = (str(path), tuple(columns), selection)
    if (known := _counts.get(key)) is not None:
        return known
    total = finding.count_of(ready, columns, selection) if ready else None
    if total is None:
        source, files = _opened(path)
        sql, params = count_of(selection, {c.name: c for c in columns}, source)
        total = duck.fetch(sql, [files, *params])[0][0]
    _counts.put(key, total)
    return total


def row(
    path: Path, columns: Sequence[Column], row_id: int, geometry: str = "wkt", ready: Ready | None = None
) -> dict[str, Any]:
    """One row by its stable number. Raises NotFound."""
    line = _line(path, columns, row_id, ready)
    return _named([line[1:]], columns, geometry)[0]


def row_json(
    path: Path, columns: Sequence[Column], row_id: int, geometry: str = "wkt", ready: Ready | None = None
) -> str:
    """The same row as a JSON object, as `written` makes it. Raises NotFound."""
    return written.of_lines([_line(path, columns, row_id, ready)], columns, geometry)[0]


def _line(path: Path, columns: Sequence[Column], row_id: int, ready: Ready | None) -> tuple[Any, ...]:
    """The number of a row and its cells."""
    if ready and ready.shows(columns):
        found = ready.lines([row_id], columns) if 0 <= row_id < ready.rows else []
    else:
        known = {c.name: c for c in columns}
        found = duck.fetch(row_of(known), [str(path), row_id]) if 0 <= row_id < 2**63 else []
    if not found:
        raise NotFound("rows.row", N_("Deze rij bestaat niet."))
    return row_id, *found[0]


def _named(lines: Sequence[tuple[Any, ...]], columns: Sequence[Column], geometry: str) -> tuple[dict[str, Any], ...]:
    rows = tuple(dict(zip((c.name for c in columns), line, strict=True)) for line in lines)
    for column in columns:
        if column.type == "geometry":
            _show(rows, column, geometry)
    return rows


def _show(rows: Sequence[dict[str, Any]], column: Column, form: str) -> None:
    from sluis.lake.rows import shapes

    stored = [line[column.name] for line in rows]
    ready = shapes.to_geojson(stored, column.crs) if form == "geojson" else shapes.to_wkt(stored)
    for line, value in zip(rows, ready, strict=True):
        line[column.name] = value


def facets(
    path: Path, columns: Sequence[Column], column: str, selection: Selection | None = None, limit: int = 20
) -> tuple[FacetValue, ...]:
    """The most frequent values of a column within the selection (empty counts as a value), most frequent first."""
    known = {c.name: c for c in columns}
    if column not in known or known[column].type in ("geometry", "json"):
        raise Invalid("rows.facet", N_("De kolom {name} heeft geen waarden om te tellen."), name=column[:100])
    sql, params = facet_of(known[column], selection or Selection(), known)
    return tuple(FacetValue(value, number) for value, number in duck.fetch(sql, [str(path), *params, limit]))
