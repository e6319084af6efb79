"""Entries for the sandbox: JSON in, JSON out. No Django here."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.profile.duck_columns import Basics, basics, describe
from sluis.lake.profile.duck_groups import groups
from sluis.lake.profile.duck_session import SAMPLE_ROWS, Session, opened
from sluis.lake.profile.duck_table import double_rows, geometry, keys
from sluis.lake.profile.personal import POSSIBLE, personal_data
from sluis.lake.profile.quasi import propose
from sluis.lake.types import Column, ColumnType

type Progress = Callable[[float, str], None]

VERSION = 1
_TELLING = ("min", "max", "mean", "quartile1", "median", "quartile3", "quartiles_exact", "top", "histogram")


def profile(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Measure a table version.

    Request: `source` (Parquet path), `columns` (as in `sluis.lake.types`), and if wanted `quasi_identifiers` (names),
    `sensitive` (name), `sample` (rows). Result: `rows`, `columns`, `keys`, `double_rows`, `geometry`, `personal_data`,
    `quasi_identifiers` (proposal) and `anonymity` (of the chosen or else the proposed columns; None without any).
    Values of columns with personal data are left out (`hidden`). Raises Invalid for a column that is not there; any
    failure of the personal-data check is raised as it is.
    """
    source, columns = Path(request["source"]), _columns(request)
    with opened(source, columns) as session:
        progress(0.1, N_("Kolommen meten"))
        session, found = basics(session, int(request.get("sample") or SAMPLE_ROWS))
        progress(0.4, N_("Zoeken naar persoonsgegevens"))
        with ThreadPoolExecutor(1) as beside:  # short questions leave a processor idle: two at a time
            described = beside.submit(_described, session.beside(), found)
            hits = personal_data(session, found)
            progress(0.8, N_("Sleutels en dubbele rijen zoeken"))
            known = keys(session, found)
            shapes = described.result()
        _mark_unique(shapes, known, session.rows)
        shape = next((c for c in columns if c.type is ColumnType.GEOMETRY), None)
        proposal = propose(columns, found, session.rows)
        chosen = _chosen(request, columns) or [p["column"] for p in proposal]
        return {
            "version": VERSION,
            "rows": session.rows,
            "sampled_rows": session.sampled,
            "columns": [_hide(column, hits) for column in shapes],
            "keys": known,
            "double_rows": double_rows(session, known),
            "geometry": geometry(session, shape, source) if shape else None,
            "personal_data": hits,
            "quasi_identifiers": proposal,
            "anonymity": groups(session, chosen, _sensitive(request, columns)) if chosen else None,
        }


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
    with opened(Path(request["source"]), kept) as session:
        progress(0.2, N_("Groepen tellen"))
        return groups(session, chosen, sensitive)


def _described(session: Session, found: Basics) -> list[dict[str, Any]]:
    return [describe(session, column, found[column.name]) for column in session.columns]


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


def _hide(shape: dict[str, Any], hits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a profile shows must not be the personal data itself. A postcode alone does not name anyone."""
    found = [h for h in hits if shape["name"] in h["columns"]]
    if all(h["kind"] == "address" and h["confidence"] == POSSIBLE for h in found):
        return shape
    return {key: value for key, value in shape.items() if key not in _TELLING} | {"hidden": True}
