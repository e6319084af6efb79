"""The entry of the sandbox that puts the rows of a load on a table. JSON in, JSON out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from sluis.kernel.errors import Invalid
from sluis.kernel.sql import literal, quoted
from sluis.kernel.text import N_
from sluis.lake.names import GEOMETRY_BOX
from sluis.lake.parts.duck_keys import check_key, refuse, replaced
from sluis.lake.parts.duck_parts import (
    Progress,
    Stored,
    boxed,
    geo_of,
    opened,
    physical,
    relation,
    selection,
    stored_as,
    write_part,
)
from sluis.lake.schema_change import Change, Kind, What, joined, may_fit
from sluis.lake.types import Column

_NEW, _OLD, _REJECTS = "new.parquet", "old-{}.parquet", "rejects.csv"


def join(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Put the rows of `load` on those of `base`.

    Request: `mode` (append or upsert), `key` (column names, for upsert), `load` and `base` (each `paths`, `columns`;
    `base` may be None), `rejects` (the CSV so far, or None) and `out` (a folder).
    Result: `columns` of the table, `change` of its columns, `refused` and `replaced` rows, `rejects` (file name or
    None), and `parts` in order: {"base": n} for a part that stays, {"file": name, "rows": n} for a new one, {"load":
    true} for the load as it is. Raises Invalid when the columns do not go together, or the key does not.
    """
    out = Path(request["out"])
    con = opened(out)
    load = Stored.of(con, request["load"])
    base = Stored.of(con, request["base"]) if request["base"] else None
    change, columns = _columns(con, base, load) if base else (Change(), load.columns)
    _require_joinable(change, request["mode"])
    upsert = request["mode"] == "upsert"
    refused = 0
    if upsert:
        check_key(request["key"], load.columns)
        check_key(request["key"], columns)
        known = Path(request["rejects"]) if request["rejects"] else None
        refused = refuse(con, load.paths[0], request["key"], out / _REJECTS, known)
    stored = {c.name: stored_as(c, base.stored if base and c.name in base.stored else load.stored) for c in columns}
    progress(0.2, N_("Rijen bij elkaar brengen"))
    new, rows = _new_part(con, load, columns, stored, refused, out)
    told = {"refused": refused, "rejects": _REJECTS if refused else None}
    if base is None:
        return told | _result(columns, change, [_told(new, load, rows)])
    if not rows:  # nothing came in: the table stays what it is
        return told | _result(base.columns, Change(), [{"base": n} for n in range(len(base.paths))])
    widened = any(c.what is What.WIDENED for c in change.columns)
    parts, gone = _old_parts(con, base, columns, stored, widened, (new, request["key"]) if upsert else None, out)
    return told | _result(columns, change, [*parts, _told(new, load, rows)], gone)


def _result(
    columns: Sequence[Column], change: Change, parts: list[dict[str, Any]], replaced: int = 0
) -> dict[str, Any]:
    shape = {"columns": [c.to_json() for c in columns], "change": change.to_json()}
    return shape | {"parts": parts, "replaced": replaced}


def _columns(con: duckdb.DuckDBPyConnection, base: Stored, load: Stored) -> tuple[Change, tuple[Column, ...]]:
    """What the columns become; a column of another type stays as it is when every value of the load fits it."""
    were = {column.name: column for column in base.columns}
    fits: dict[str, bool] = {}
    for column in load.columns:
        table = were.get(column.name)
        if table and (column.type, column.precision, column.scale) != (table.type, table.precision, table.scale):
            fits[column.name] = _fits(con, load, column, table, stored_as(table, base.stored))
    return joined(base.columns, load.columns, fits)


def _fits(con: duckdb.DuckDBPyConnection, load: Stored, column: Column, table: Column, kind: str) -> bool:
    name = quoted(column.name)
    other = f"TRY_CAST({name} AS {kind}) IS NULL OR TRY_CAST({name} AS {kind})::{load.stored[column.name]} <> {name}"
    if not may_fit(table, column):
        other = "true"
    found = con.execute(f"SELECT 1 FROM {load.source} WHERE {name} IS NOT NULL AND ({other}) LIMIT 1").fetchone()
    return found is None


def _require_joinable(change: Change, mode: str) -> None:
    """Rows can only come together in the same columns. Replacing by key would empty what a load does not have."""
    wrong = [c for c in change.columns if c.breaking or (mode == "upsert" and c.what is What.MISSING)]
    if change.kind is Kind.BREAKING or wrong:
        raise Invalid(
            "table.schema",
            N_("De kolommen van dit bestand passen niet op die van de tabel: {columns}."),
            way_out=N_(
                "Pas het bestand aan, kies bij het inlezen het type van de kolom, of vervang de hele tabel met dit "
                "bestand."
            ),
            columns=", ".join(f"{c.title or c.name} ({c.was} → {c.now or '–'})" for c in wrong),
        )


def _new_part(
    con: duckdb.DuckDBPyConnection,
    load: Stored,
    columns: Sequence[Column],
    stored: Mapping[str, str],
    refused: int,
    out: Path,
) -> tuple[Path, int]:
    """The rows of the load in the columns of the table: the load itself when nothing has to change."""
    (path,) = load.paths
    total = con.execute(f"SELECT count(*) FROM {load.source}").fetchone()
    rows = (int(total[0]) if total else 0) - refused
    plain = [name for name in load.stored if name != GEOMETRY_BOX]
    if not refused and plain == [c.name for c in columns] and all(stored[n] == load.stored[n] for n in plain):
        return path, rows
    chosen = selection(columns, stored, load.stored, boxed(columns))
    source = f"read_parquet({literal(str(path))}, file_row_number = true)"
    where = "WHERE file_row_number NOT IN (SELECT n FROM refused)" if refused else ""
    write_part(con, f"SELECT {chosen} FROM {source} {where}", out / _NEW, geo_of([path]))
    return out / _NEW, rows


def _old_parts(
    con: duckdb.DuckDBPyConnection,
    base: Stored,
    columns: Sequence[Column],
    stored: Mapping[str, str],
    widened: bool,
    keyed: tuple[Path, Sequence[str]] | None,
    out: Path,
) -> tuple[list[dict[str, Any]], int]:
    """The parts of the table: those that hold a replaced row, or a type that was widened, are written anew."""
    parts: list[dict[str, Any]] = []
    gone = 0
    for number, path in enumerate(base.paths):
        present = physical(con, relation([path]))
        here = replaced(con, path, *keyed) if keyed and set(keyed[1]) <= set(present) else 0
        gone += here
        if not here and not widened:
            parts.append({"base": number})
            continue
        source = f"read_parquet({literal(str(path))}, file_row_number = true)"
        where = "WHERE file_row_number NOT IN (SELECT n FROM gone)" if here else ""
        select = f"SELECT {selection(columns, stored, present, boxed(columns))} FROM {source} {where}"
        name = _OLD.format(number)
        if rows := write_part(con, select, out / name, geo_of([path])):
            parts.append({"file": name, "rows": rows})
    return parts, gone


def _told(new: Path, load: Stored, rows: int) -> dict[str, Any]:
    return {"load": True, "rows": rows} if new == load.paths[0] else {"file": new.name, "rows": rows}
