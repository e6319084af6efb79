"""Pages, single rows and facets of one table version."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid, NotFound
from sluis.kernel.recent import Recent
from sluis.kernel.text import N_
from sluis.lake.rows import duck
from sluis.lake.rows.cursor import Cursor, decode, encode
from sluis.lake.rows.duck_sql import (
    count_of,
    facet_of,
    page_of,
    row_of,
    source_of,
)
from sluis.lake.rows.types import Column, FacetValue, Files, PageRequest, RowPage, Selection
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
    `sluis.lake.rows.wire` writes all of it as JSON without loss.
    Raises Invalid for a cursor of another order, Unavailable when the query takes too long.
    """
    known = {c.name: c for c in columns}
    at = decode(request.cursor, request.sort, known) if request.cursor else None
    found, cut = _lines(path, columns, request, at, ready)
    more = cut or len(found) > request.limit
    kept = found[: request.limit]
    back = at is not None and at.back
    if back:
        kept.reverse()
    return RowPage(
        rows=_named([line[1 : 1 + len(known)] for line in kept], columns, geometry),
        ids=tuple(line[0] for line in kept),
        next_cursor=_cursor(kept[-1:], request, known, back=False) if back or more else "",
        previous_cursor=_cursor(kept[:1], request, known, back=True) if (more if back else at is not None) else "",
        total=count(path, columns, request.selection, ready) if request.count else None,
    )


def _lines(
    path: Path | Files, columns: Sequence[Column], request: PageRequest, at: Cursor | None, ready: Ready | None
) -> tuple[list[tuple[Any, ...]], bool]:
    """Row number, cells and sort values per row, and whether they were cut off for their size."""
    rows = finding.rows_of(ready, columns, request, at) if ready and ready.shows(columns) else None
    if ready is not None and rows is not None:
        return duck.some(finding.lines(ready, columns, request.sort, rows), MOST_BYTES)
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


def _cursor(lines: Sequence[tuple[Any, ...]], request: PageRequest, known: dict[str, Column], *, back: bool) -> str:
    """The place of a line; its sort values follow the columns."""
    if not lines:
        return ""
    (line,) = lines
    return encode(Cursor(line[1 + len(known) :], line[0], back), request.sort)


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
    known = {c.name: c for c in columns}
    if ready and ready.shows(columns):
        found = ready.lines([row_id], columns) if 0 <= row_id < ready.rows else []
    else:
        found = duck.fetch(row_of(known), [str(path), row_id]) if 0 <= row_id < 2**63 else []
    if not found:
        raise NotFound("rows.row", N_("Deze rij bestaat niet."))
    return _named(found, columns, geometry)[0]


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
