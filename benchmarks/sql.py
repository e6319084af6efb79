"""A question in SQL through the sandbox against the same question to DuckDB in process, on the same Parquet file.

What is measured is one run without the web server: the start of the child, its judgement and its answer as a file. The
second time the same question costs nothing, so every round asks another one.
"""

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import alternating
from benchmarks.report import Line
from benchmarks.rows import table_of
from benchmarks.scale import Scale
from sluis.foundation import sandbox

NOTHING = "SELECT {number} AS n"
GROUPED = "SELECT gemeente, count(*) AS n, {number} AS ronde FROM tabel GROUP BY gemeente"
FILTERED = (
    "SELECT categorie, count(*) AS n, {number} AS ronde FROM tabel WHERE datum >= DATE '2019-01-01' GROUP BY categorie"
)


def measure(scale: Scale) -> list[Line]:
    """Needs the published table that the ingest left."""
    parquet = table_of(scale.province)
    rounds = max(5, scale.asks // 4)
    with duckdb.connect(config={"threads": 2}) as reference:
        reference.execute(f"CREATE VIEW tabel AS SELECT * FROM read_parquet('{parquet}')")
        described = reference.execute("DESCRIBE tabel").fetchall()
        columns = [{"name": line[0], "type": "text", "crs": ""} for line in described if "GEOMETRY" not in line[1]]
        return [
            _line("Starten en beoordelen (SELECT 1)", NOTHING, parquet, columns, reference, rounds),
            _line("Tellen per groep", GROUPED, parquet, columns, reference, rounds),
            _line("Filteren en tellen per groep", FILTERED, parquet, columns, reference, rounds),
        ]


def _line(
    what: str, sql: str, parquet: Path, columns: list[Any], reference: duckdb.DuckDBPyConnection, rounds: int
) -> Line:
    ours, theirs = alternating(
        lambda number: ask(sql.format(number=number), parquet, columns),
        lambda number: reference.execute(sql.format(number=number)).fetchall(),
        rounds=rounds,
        warm=1,
    )
    added = ours.p50 - theirs.p50
    return Line(what, f"{ours}", f"{theirs} (DuckDB); {added:.0f} ms erbij")


def ask(sql: str, parquet: Path, columns: list[Any]) -> dict[str, Any]:
    table = {"name": "tabel", "paths": [str(parquet)], "columns": columns}
    with tempfile.TemporaryDirectory() as folder:
        request = {"sql": sql, "tables": [table], "out": folder, "rows": 1_000_000, "memory_mb": 512, "spill_mb": 500}
        limits = sandbox.Limits(memory_mb=900, wall_seconds=60)
        entry = "sluis.lake.query.duck_entry:run"
        return sandbox.run(entry, request, reads=[parquet], writes=Path(folder), limits=limits)
