"""Figures of the table as a whole: keys, double rows, geometry."""

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sluis.kernel.sql import quoted
from sluis.lake.profile.duck_columns import Basics
from sluis.lake.profile.duck_session import Session
from sluis.lake.types import Column, ColumnType

_NEAR = 0.75  # approximate counts of distinct values may be this far off
_PAIRS_TRIED = 4
_PAIR_COLUMNS = 8
_VALIDITY_ROWS = 200_000
_SORTED_AT_ONCE = 10_000_000  # hashes: 80 MB


def keys(session: Session, found: Basics) -> list[list[str]]:
    """Columns that tell every row apart without empty cells: single ones, and only without these pairs."""
    full = [c for c in session.columns if _may_be_key(c, found[c.name], session.rows)]
    if not session.rows:
        return []
    may = [c.name for c in full if _enough([c.name], found, session.rows)]
    telling = session.each(lambda name: _tells_apart(session, [name]), may)
    if any(telling):
        return [[name] for name, tells in zip(may, telling, strict=True) if tells]
    ranked = sorted(full, key=lambda c: -found[c.name]["distinct"])[:_PAIR_COLUMNS]
    order = [c.name for c in session.columns]
    pairs = [sorted((a.name, b.name), key=order.index) for a, b in combinations(ranked, 2)]
    likely = [pair for pair in pairs if _enough(pair, found, session.rows) and _sample_tells_apart(session, pair)]
    tried = likely[:_PAIRS_TRIED]
    telling = session.each(lambda pair: _all_tell_apart(session, pair), tried)
    return [pair for pair, tells in zip(tried, telling, strict=True) if tells]


def double_rows(session: Session, known_keys: Sequence[Sequence[str]]) -> int:
    """Rows that are the same as an earlier one in every column; a key proves there are none."""
    if known_keys or not session.rows:
        return 0
    return session.rows - _distinct(session, [c.name for c in session.columns])


def geometry(session: Session, column: Column, source: Path) -> dict[str, Any]:
    """Types with counts, box, system, and empty or invalid ones (validity in at most 200,000 rows)."""
    g = quoted(column.name)
    types = session.all(
        f"SELECT ST_GeometryType({g})::VARCHAR AS k, count(*) FROM t WHERE {g} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    box = session.one(f"SELECT min(ST_XMin({g})), min(ST_YMin({g})), max(ST_XMax({g})), max(ST_YMax({g})) FROM t")
    empty = session.one(f"SELECT count(*) FILTER ({g} IS NULL OR ST_IsEmpty({g})) FROM t")[0]
    checked = f"FROM (SELECT {g} FROM t WHERE {g} IS NOT NULL AND file_row_number < {_VALIDITY_ROWS})"
    invalid = session.one(f"SELECT count(*) FILTER (NOT ST_IsValid({g})) {checked}")[0]
    return {
        "column": column.name,
        "types": dict(types),
        "bbox": list(box) if box[0] is not None else None,
        "crs": _system(source, column.name),
        "empty": empty,
        "invalid": invalid,
        "invalid_exact": session.rows <= _VALIDITY_ROWS,
    }


def _system(source: Path, column: str) -> str | None:
    """EPSG name from the GeoParquet metadata; None when the file does not say one."""
    raw = (pq.read_schema(source).metadata or {}).get(b"geo")
    described: Mapping[str, Any] = json.loads(raw)["columns"].get(column, {}) if raw else {"crs": None}
    crs = described.get("crs", {"id": {"authority": "OGC", "code": "CRS84"}})
    identity = crs.get("id") if isinstance(crs, dict) else None
    return f"{identity['authority']}:{identity['code']}" if identity else None


def _may_be_key(column: Column, b: Mapping[str, Any], rows: int) -> bool:
    allowed = column.type not in (ColumnType.GEOMETRY, ColumnType.JSON, ColumnType.NUMBER, ColumnType.BOOLEAN)
    return allowed and b["filled"] == rows and not b.get("blank")


def _enough(names: Sequence[str], found: Basics, rows: int) -> bool:
    product = 1
    for name in names:
        product *= found[name]["distinct"]
    return product >= _NEAR * rows


def _tells_apart(session: Session, names: Sequence[str]) -> bool:
    return _sample_tells_apart(session, names) and _all_tell_apart(session, names)


def _sample_tells_apart(session: Session, names: Sequence[str]) -> bool:
    return _distinct(session, names, "s") == session.sampled


def _all_tell_apart(session: Session, names: Sequence[str]) -> bool:
    """By sorting the hashes of a table of a usual size: three times as cheap as putting them into groups."""
    if session.far or session.rows > _SORTED_AT_ONCE:
        return _distinct(session, names) == session.rows
    hashes = session.con.execute(f"SELECT {_hashed(names)} AS h FROM t").fetchnumpy()["h"]
    hashes.sort()
    return not (hashes[1:] == hashes[:-1]).any()


def _distinct(session: Session, names: Sequence[str], table: str = "t") -> int:
    """Through 64-bit hashes, so that memory does not grow with the width; beyond memory DuckDB goes to disk."""
    return session.one(f"SELECT count(*) FROM (SELECT {_hashed(names)} AS h FROM {table} GROUP BY 1)")[0]


def _hashed(names: Sequence[str]) -> str:
    return f"hash({', '.join(map(quoted, names))})"
