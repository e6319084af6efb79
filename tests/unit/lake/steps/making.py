"""A transformation worked out in this process, over rows given as columns."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sluis.lake.ingest.duck_convert import connect
from sluis.lake.query.shape import type_of
from sluis.lake.steps.duck_entry import FILE, transform

KEY = "5a" * 32


def made(
    columns: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    sql: str = "SELECT * FROM t",
    *,
    key: str = KEY,
    tests: Sequence[Mapping[str, str]] = (),
) -> tuple[dict[str, Any], pa.Table, bytes]:
    """What the entry told, the rows, and the bytes of the file."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.parquet"
        pq.write_table(pa.table(dict(columns)), source)
        out = Path(folder) / "out"
        out.mkdir()
        request = {
            "sql": sql,
            "steps": list(steps),
            "tests": list(tests),
            "tables": [{"name": "t", "paths": [str(source)], "columns": _columns(out, source)}],
            "name": "uitkomst",
            "key": key,
            "first": 3,
            "out": str(out),
            "memory_mb": 300,
            "spill_mb": 200,
        }
        told = transform(request, lambda part, text: None)
        return told, pq.read_table(out / FILE), (out / FILE).read_bytes()


def numbered(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the number of each row first: rows that steps went over come in the order of their values."""
    return {"nr": list(range(len(next(iter(columns.values()))))), **columns}


def _columns(folder: Path, source: Path) -> list[dict[str, str]]:
    found = connect(folder).execute(f"DESCRIBE SELECT * FROM read_parquet('{source}')").fetchall()
    return [
        {"name": name, "title": name.capitalize(), "type": type_of(kind).value, "crs": ""} for name, kind, *_ in found
    ]
