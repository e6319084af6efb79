"""The entry of the sandbox that compares two versions of a table, row by row. JSON in, JSON out.

Parts that both versions have are left out beforehand: their rows are the same. With a key every row is held against
the row with the same key; without one, equal rows cancel out one against one. Rows are compared in the columns that
both versions have: a column more or less is told of the columns, not of every row. What is compared is a hash of
their values: what is kept in memory, or on disk beyond it, does not grow with the width of the table.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from sluis.kernel.sql import literal, quoted
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import ROW_GROUP
from sluis.lake.parts.duck_keys import check_key
from sluis.lake.parts.duck_parts import Progress, Stored, opened
from sluis.lake.parts.shape import what_of
from sluis.lake.profile.duck_columns import plain
from sluis.lake.profile.masks import mask
from sluis.lake.profile.rules import Kind
from sluis.lake.types import Column, ColumnType

EXAMPLES = 20
# A name of a column begins with a letter; what we add ourselves does not.
WHAT = "_verschil"
_FILE = "difference.parquet"
_LONGEST = 120


def diff(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Compare `old` and `new` (each `paths`, which may be none, `columns`, and `proven` keys: names of columns that are
    known to tell every row apart; those are not looked at again).

    Request: also `key` (names, or none), `masked` (column → kind of personal data) and `out` (a folder).
    Result: `by` ("key" or "rows"), `key`, `added`, `removed`, `changed`, `columns` (per column that both have: in how
    many changed rows it differs), `examples` (per `what` at most 20 rows, as values; personal data masked) and `file`
    with all of it: the column that `what_of` names says added, removed, before or after. A key that comes twice on one
    side tells nothing apart: then rows are compared as wholes, and `key_double` is true.
    """
    out = Path(request["out"])
    con = opened(out)
    old, new = (_side(con, request[name]) for name in ("old", "new"))
    key = list(request["key"])
    common = [c for c in new.columns if c.name in {other.name for other in old.columns}]
    if key:
        check_key(key, common)
    columns = _together(old.columns, new.columns)
    _views(con, old, new, columns)
    unproven = [name for name, side in (("o", "old"), ("n", "new")) if not _proven(request[side], key, old, new)]
    double = bool(key) and any(_comes_twice(con, name, key) for name in unproven)
    by_key = bool(key) and not double
    progress(0.1, N_("Rijen vergelijken"))
    counts = _by_key(con, key, common) if by_key else _by_rows(con, common)
    progress(0.7, N_("Verschillen wegschrijven"))
    _write(con, out / _FILE, what_of(c.name for c in columns))
    return counts | {
        "by": "key" if by_key else "rows",
        "key": key if by_key else [],
        "key_double": double,
        "columns": _per_column(con, key, common) if by_key else {},
        "file_columns": [(c.name, _written(c, old, new)) for c in columns],
        "examples": _examples(con, key if by_key else [], columns, request["masked"]),
        "file": _FILE,
    }


def _side(con: duckdb.DuckDBPyConnection, shape: Mapping[str, Any]) -> Stored:
    if shape["paths"]:
        return Stored.of(con, shape)
    return Stored((), tuple(Column.from_json(column) for column in shape["columns"]), {})


def _together(old: Sequence[Column], new: Sequence[Column]) -> list[Column]:
    """The columns of the new version, and after them what only the old one had."""
    names = {column.name for column in new}
    return [*new, *(column for column in old if column.name not in names)]


def _views(con: duckdb.DuckDBPyConnection, old: Stored, new: Stored, columns: Sequence[Column]) -> None:
    """`o` and `n`: both sides with the same columns; where a type became another one, as text."""
    for name, side in (("o", old), ("n", new)):
        chosen = ", ".join(_shown(c.name, side, old if side is new else new) for c in columns)
        source = side.source if side.paths else "(SELECT 1 WHERE false)"
        con.execute(f"CREATE VIEW {name} AS SELECT {chosen} FROM {source}")


def _shown(name: str, side: Stored, other: Stored) -> str:
    kinds = _kinds(name, side, other)
    numbers = all(kind in ("BIGINT", "DOUBLE") or kind.startswith("DECIMAL") for kind in kinds)
    as_kind = next(iter(kinds)) if len(kinds) == 1 else "VARCHAR"
    if len(kinds) > 1 and numbers:
        as_kind = "DOUBLE" if "DOUBLE" in kinds else "DECIMAL(38,12)"
    return f"{quoted(name) if name in side.stored else 'NULL'}::{as_kind} AS {quoted(name)}"


def _kinds(name: str, *sides: Stored) -> set[str]:
    """The types in which a column is stored."""
    return {kind for side in sides if (kind := side.stored.get(name))}


def _written(column: Column, old: Stored, new: Stored) -> str:
    """The type of a column in the file: that of the table, or text where it became another one."""
    return column.type.value if len(_kinds(column.name, old, new)) == 1 else ColumnType.TEXT.value


def _proven(shape: Mapping[str, Any], key: Sequence[str], old: Stored, new: Stored) -> bool:
    """Is it known that the key comes once on this side? What is read as another type may have become the same."""
    known = any(set(names) <= set(key) for names in shape.get("proven", ()) if names)
    return known and all(len(_kinds(name, old, new)) == 1 for name in key)


def _comes_twice(con: duckdb.DuckDBPyConnection, side: str, key: Sequence[str]) -> bool:
    names = ", ".join(map(quoted, key))
    found = con.execute(f"SELECT 1 FROM {side} GROUP BY {names} HAVING count(*) > 1 LIMIT 1").fetchone()
    return found is not None


def _by_key(con: duckdb.DuckDBPyConnection, key: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Makes the view `lines`, in the order of the key."""
    hashed, names = _hashed(columns), ", ".join(map(quoted, key))
    same = " AND ".join(f"a.{quoted(name)} IS NOT DISTINCT FROM b.{quoted(name)}" for name in key)
    keys = ", ".join(f"coalesce(a.{quoted(name)}, b.{quoted(name)}) AS {quoted(name)}" for name in key)
    con.execute(
        f"CREATE TEMP TABLE found AS SELECT {keys}, "
        f"CASE WHEN a._h IS NULL THEN 'added' WHEN b._h IS NULL THEN 'removed' ELSE 'changed' END AS _what "
        f"FROM (SELECT {names}, {hashed} AS _h FROM o) a FULL JOIN (SELECT {names}, {hashed} AS _h FROM n) b ON {same} "
        f"WHERE a._h IS DISTINCT FROM b._h"
    )
    said = "CASE f._what WHEN 'changed' THEN '{side}' ELSE f._what END"
    line = f"SELECT {said} AS {{what}}, t.* FROM {{view}} t JOIN found f ON {{on}}"
    on = " AND ".join(f"t.{quoted(name)} IS NOT DISTINCT FROM f.{quoted(name)}" for name in key)
    before = line.format(side="before", view="o", on=f"{on} AND f._what IN ('changed', 'removed')", what=WHAT)
    after = line.format(side="after", view="n", on=f"{on} AND f._what IN ('changed', 'added')", what=WHAT)
    order = ", ".join(f"{quoted(name)} NULLS LAST" for name in key)
    con.execute(f"CREATE VIEW lines AS {before} UNION ALL {after} ORDER BY {order}, {WHAT} DESC")
    counted = dict(con.execute("SELECT _what, count(*) FROM found GROUP BY _what").fetchall())
    return {what: int(counted.get(what, 0)) for what in ("added", "removed", "changed")}


def _by_rows(con: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> dict[str, int]:
    """Makes the view `lines`. Equal rows cancel out; what is left was added or removed."""
    hashed = _hashed(columns)
    con.execute(
        f"CREATE TEMP TABLE found AS SELECT coalesce(a._h, b._h) AS _h, "
        f"coalesce(b._c, 0) - coalesce(a._c, 0) AS _more "
        f"FROM (SELECT {hashed} AS _h, count(*) AS _c FROM o GROUP BY _h) a "
        f"FULL JOIN (SELECT {hashed} AS _h, count(*) AS _c FROM n GROUP BY _h) b ON a._h = b._h "
        f"WHERE coalesce(a._c, 0) <> coalesce(b._c, 0)"
    )
    line = (
        "SELECT '{said}' AS {what}, * EXCLUDE (_h, _more, _place) FROM (SELECT t.*, f._more, "
        "row_number() OVER (PARTITION BY t._h) AS _place FROM (SELECT *, {hashed} AS _h FROM {view}) t "
        "JOIN found f USING (_h) WHERE {sign}) WHERE _place <= abs(_more)"
    )
    gone = line.format(said="removed", view="o", sign="f._more < 0", what=WHAT, hashed=hashed)
    come = line.format(said="added", view="n", sign="f._more > 0", what=WHAT, hashed=hashed)
    con.execute(f"CREATE VIEW lines AS {gone} UNION ALL {come}")
    sums = ("sum(_more) FILTER (_more > 0)", "-sum(_more) FILTER (_more < 0)")
    total = f"SELECT coalesce({sums[0]}, 0), coalesce({sums[1]}, 0) FROM found"
    added, removed = con.execute(total).fetchall()[0]
    return {"added": int(added), "removed": int(removed), "changed": 0}


def _write(con: duckdb.DuckDBPyConnection, target: Path, what: str) -> None:
    """The view `lines` to a file, read back as the view `difference`: each look at `lines` reads both tables again."""
    rows, file = f"SELECT {WHAT} AS {what}, * EXCLUDE ({WHAT}) FROM lines", literal(str(target))
    con.execute(f"COPY ({rows}) TO {file} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})")
    con.execute(f"CREATE VIEW difference AS SELECT {what} AS {WHAT}, * EXCLUDE ({what}) FROM read_parquet({file})")


def _per_column(con: duckdb.DuckDBPyConnection, key: Sequence[str], common: Sequence[Column]) -> dict[str, int]:
    """In how many changed rows each column differs; columns that nowhere differ are left out.

    What a row was before stands just above it: that is held beside it on the way through the file, without a join.
    """
    others = [column.name for column in common if column.name not in key]
    if not others:
        return {}
    above = ", ".join(f"lag({quoted(name)}) OVER () AS _{n}" for n, name in enumerate(others))
    counts = ", ".join(f"count(*) FILTER ({quoted(name)} IS DISTINCT FROM _{n})" for n, name in enumerate(others))
    pairs = f"SELECT *, {above} FROM difference"
    row = con.execute(f"SELECT {counts} FROM ({pairs}) WHERE {WHAT} = 'after'").fetchone() or ()
    return {name: int(count) for name, count in zip(others, row, strict=True) if count}


def _examples(
    con: duckdb.DuckDBPyConnection, key: Sequence[str], columns: Sequence[Column], masked: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    shown = [column for column in columns if column.type is not ColumnType.GEOMETRY]
    names = ", ".join(quoted(column.name) for column in shown)
    order = f"ORDER BY {', '.join(map(quoted, key))}" if key else ""
    found: dict[str, list[dict[str, Any]]] = {}
    for what in ("added", "removed", "before", "after"):
        asked = f"SELECT {names} FROM difference WHERE {WHAT} = '{what}' {order} LIMIT {EXAMPLES}"
        lines = [zip(shown, row, strict=True) for row in con.execute(asked).fetchall()]
        found[what] = [{c.name: _masked(value, masked.get(c.name, "")) for c, value in line} for line in lines]
    return found


def _masked(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind:
        return mask(Kind(kind), str(value))[:_LONGEST]
    ready = plain(value)
    return ready if isinstance(ready, int | float | bool) else str(ready)[:_LONGEST]


def _hashed(columns: Sequence[Column]) -> str:
    return f"hash({', '.join(quoted(column.name) for column in columns)})"
