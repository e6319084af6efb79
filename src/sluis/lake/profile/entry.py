"""Entries for the sandbox: JSON in, JSON out. No Django here."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.profile.adding import added
from sluis.lake.profile.duck_columns import Basics, basics, describe, seen_again
from sluis.lake.profile.duck_groups import groups
from sluis.lake.profile.duck_session import SAMPLE_ROWS, Session, opened
from sluis.lake.profile.duck_table import double_rows, geometry, keys
from sluis.lake.profile.hiding import hide
from sluis.lake.profile.personal import personal_data
from sluis.lake.profile.quasi import propose
from sluis.lake.types import Column, ColumnType

type Progress = Callable[[float, str], None]

VERSION = 1


def profile(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Measure a table version.

    Request: `source` (Parquet path, or the paths of all parts), `columns` (as in `sluis.lake.types`), and if wanted
    `quasi_identifiers` (names), `sensitive` (name), `sample` (rows). Result: `rows`, `columns`, `keys`, `double_rows`,
    `geometry`, `personal_data`, `quasi_identifiers` (proposal) and `anonymity` (of the chosen or else the proposed
    columns; None without any).
    Values of columns with personal data are left out (`hidden`). Raises Invalid for a column that is not there; any
    failure of the personal-data check is raised as it is.
    """
    source, columns = _sources(request), _columns(request)
    with opened(source, columns, request.get("far")) as session:
        progress(0.1, N_("Kolommen meten"))
        session, found = basics(session, int(request.get("sample") or SAMPLE_ROWS))
        progress(0.4, N_("Zoeken naar persoonsgegevens"))
        shapes, (hits, known) = session.both(
            lambda side: _described(side, found), lambda side: (personal_data(side, found), keys(side, found))
        )
        _mark_unique(shapes, known, session.rows)
        progress(0.8, N_("Sleutels en dubbele rijen zoeken"))
        proposal = propose(columns, found, session.rows)
        chosen = _chosen(request, columns) or [p["column"] for p in proposal]
        double, place, small = session.each(lambda work: work(), [
            lambda: double_rows(session, known),
            lambda: _geometry(session),
            lambda: groups(session, chosen, _sensitive(request, columns)) if chosen else None,
        ])  # fmt: skip
        return {
            "version": VERSION,
            "rows": session.rows,
            "sampled_rows": session.sampled,
            "columns": [hide(column, hits) for column in shapes],
            "keys": known,
            "double_rows": double,
            "geometry": place,
            "personal_data": hits,
            "quasi_identifiers": proposal,
            "anonymity": small,
        }


def add(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Measure new rows alone, and give the profile of the table with them (see `sluis.lake.profile.adding`).

    Request: that of `profile` for the new rows, `before` (the profile the table had), `number` (its version) and
    `replaced` (how many of its rows are gone).
    """
    part = profile(request, progress)
    known = {column["name"]: column for column in request["before"]["columns"]}
    columns = [column for column in _columns(request) if column.name in known]
    with opened(_sources(request), columns, request.get("far")) as session:
        counted = session.each(lambda column: seen_again(session, column, known[column.name]), columns)
    seen = {column.name: counts for column, counts in zip(columns, counted, strict=True)}
    return added(request["before"], part, seen, {name: request[name] for name in ("number", "replaced")})


def anonymity(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Small groups for other columns than those of the profile.

    Request: `source`, `columns`, `quasi_identifiers` (at least one name) and if wanted `sensitive`. Result as
    `sluis.lake.profile.duck_groups.groups` says. Raises Invalid for a column that is not there or none at all.
    """
    columns = _columns(request)
    chosen, sensitive = _chosen(request, columns), _sensitive(request, columns)
    if not chosen:
        raise Invalid("profile.quasi_identifiers", N_("Kies ten minste één kolom."))
    kept = [c for c in columns if c.name in chosen or c.name == sensitive]
    with opened(_sources(request), kept) as session:
        progress(0.2, N_("Groepen tellen"))
        return groups(session, chosen, sensitive)


def _geometry(session: Session) -> dict[str, Any] | None:
    shape = next((column for column in session.columns if column.type is ColumnType.GEOMETRY), None)
    return geometry(session, shape, session.source[0]) if shape else None


def _described(session: Session, found: Basics) -> list[dict[str, Any]]:
    return session.each(lambda column: describe(session, column, found[column.name]), session.columns)


def _sources(request: Mapping[str, Any]) -> list[Path]:
    found = request["source"]
    return [Path(found)] if isinstance(found, str) else [Path(path) for path in found]


def _columns(request: Mapping[str, Any]) -> list[Column]:
    return [Column.from_json({"title": "", **shape}) for shape in request["columns"]]


def _chosen(request: Mapping[str, Any], columns: Sequence[Column]) -> list[str]:
    return [_known(name, columns) for name in dict.fromkeys(request.get("quasi_identifiers") or ())]


def _sensitive(request: Mapping[str, Any], columns: Sequence[Column]) -> str:
    name = request.get("sensitive") or ""
    return _known(name, columns) if name else ""


def _known(name: str, columns: Sequence[Column]) -> str:
    if name not in [c.name for c in columns if c.type is not ColumnType.GEOMETRY]:
        raise Invalid("profile.column", N_("De kolom {column} staat niet in de tabel."), column=name)
    return name


def _mark_unique(shapes: Sequence[dict[str, Any]], known: Sequence[Sequence[str]], rows: int) -> None:
    for shape in shapes:
        shape["unique"] = [shape["name"]] in known
        if shape["unique"]:
            shape |= {"distinct": rows, "distinct_exact": True}
