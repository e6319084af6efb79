"""The profile does its work behind the fence too: no network, no files but its own."""

from pathlib import Path

import duckdb

from sluis.foundation import sandbox
from sluis.lake.rows.duck import spatial_extension


def test_profile_runs_in_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT range AS id, 'a' || range % 3 AS soort FROM range(50000)) TO '{path}' (FORMAT parquet)"
        )
    columns = [{"name": "id", "title": "", "type": "integer"}, {"name": "soort", "title": "", "type": "text"}]
    request = {"source": str(path), "columns": columns}
    steps: list[str] = []
    result = sandbox.run(
        "sluis.lake.profile.entry:profile",
        request,
        reads=[path],
        writes=None,
        on_progress=lambda fraction, text: steps.append(text),
    )
    assert result["keys"] == [["id"]]
    assert [t["count"] for t in result["columns"][1]["top"]] == [16667, 16667, 16666]
    assert steps
    chosen = request | {"quasi_identifiers": ["soort"]}
    groups = sandbox.run("sluis.lake.profile.entry:anonymity", chosen, reads=[path], writes=None)
    assert groups["k"] == 16666


def test_a_table_with_a_map_too(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    with duckdb.connect() as con:
        con.load_extension(spatial_extension())
        con.execute(f"COPY (SELECT ST_Point(range, 1) AS geometry FROM range(10)) TO '{path}' (FORMAT parquet)")
    request = {"source": str(path), "columns": [{"name": "geometry", "title": "", "type": "geometry"}]}
    result = sandbox.run("sluis.lake.profile.entry:profile", request, reads=[path], writes=None)
    assert result["geometry"]["types"] == {"POINT": 10}
    assert result["geometry"]["bbox"] == [0.0, 1.0, 9.0, 1.0]
