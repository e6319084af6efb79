"""The profile of a table, against figures counted in Python."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sluis.kernel.errors import Invalid
from sluis.lake.profile.entry import anonymity, profile

COLUMNS = [
    {"name": "id", "title": "Nummer", "type": "integer"},
    {"name": "soort", "title": "Soort", "type": "text"},
    {"name": "bedrag", "title": "Bedrag", "type": "decimal"},
    {"name": "maat", "title": "Maat", "type": "number"},
    {"name": "dag", "title": "Dag", "type": "date"},
    {"name": "open", "title": "Open", "type": "boolean"},
    {"name": "uur", "title": "Uur", "type": "time"},
    {"name": "leeg", "title": "Leeg", "type": "text"},
]
SELECT = """
    SELECT range AS id,
           CASE range % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'Eik 12' ELSE 'Beuk-' || range % 3 END AS soort,
           (range % 100 * 1.25)::DECIMAL(10,2) AS bedrag,
           CASE WHEN range = 7 THEN 'nan'::DOUBLE ELSE range / 8 END AS maat,
           DATE '2024-01-31' + (range % 400)::INTEGER AS dag, range % 3 = 0 AS open,
           make_time(range % 24, 0, 0) AS uur, NULL::VARCHAR AS leeg
    FROM range(1000)
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return _write(tmp_path, SELECT)


def _write(folder: Path, select: str) -> Path:
    path = folder / "it's a table.parquet"
    with duckdb.connect() as con:
        con.execute(f"COPY ({select}) TO $p (FORMAT parquet)", {"p": str(path)})
    return path


def _profile(source: Path, columns: list[dict[str, Any]] = COLUMNS, **more: Any) -> dict[str, Any]:
    return profile({"source": str(source), "columns": columns, **more}, lambda fraction, text: None)


def test_figures_per_column(source: Path) -> None:
    result = _profile(source)
    by_name = {c["name"]: c for c in result["columns"]}
    assert result["rows"] == 1000
    assert (by_name["id"]["unique"], by_name["id"]["distinct"], by_name["id"]["min"], by_name["id"]["max"]) == (
        True,
        1000,
        0,
        999,
    )
    kinds = Counter(f"Beuk-{i % 3}" for i in range(3, 1000, 4)) | Counter({"Eik 12": 250})
    soort = by_name["soort"]
    assert soort["empty"] == 500
    assert {t["value"]: t["count"] for t in soort["top"]} == kinds
    assert {p["mask"]: p["count"] for p in soort["patterns"]} == {"Aaa 99": 250, "Aaaa-9": 250}
    bedrag = by_name["bedrag"]
    assert (bedrag["min"], bedrag["max"], bedrag["mean"], bedrag["median"]) == ("0.00", "123.75", 61.875, "61.25")
    assert sum(b["count"] for b in bedrag["histogram"]["bins"]) == 1000
    assert sum(b["count"] for b in by_name["maat"]["histogram"]["bins"]) == 999
    assert {t["value"]: t["count"] for t in by_name["open"]["top"]} == {True: 334, False: 666}
    assert sum(b["count"] for b in by_name["uur"]["histogram"]["bins"]) == 1000
    assert (by_name["leeg"]["empty"], by_name["leeg"]["empty_share"]) == (1000, 1.0)


def test_histograms_hold_what_their_bounds_say(source: Path) -> None:
    by_name = {c["name"]: c for c in _profile(source)["columns"]}
    for bin_ in by_name["bedrag"]["histogram"]["bins"]:
        assert bin_["count"] == sum(bin_["from"] <= i % 100 * 1.25 < bin_["to"] for i in range(1000))
    dag = by_name["dag"]["histogram"]
    assert (dag["unit"], len(dag["bins"])) == ("month", 15)
    start = date(2024, 1, 31).toordinal()
    months = Counter(date.fromordinal(start + i % 400).strftime("%Y-%m-01") for i in range(1000))
    assert {b["from"]: b["count"] for b in dag["bins"]} == months


def test_numbers_at_the_ends_of_their_range_fall_in_a_bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = _write(tmp_path, "SELECT unnest([-9.5e307, 0, 9.5e307]) AS maat")
    bins = _profile(path, [{"name": "maat", "title": "", "type": "number"}])["columns"][0]["histogram"]["bins"]
    assert [(b["from"] <= v < b["to"]) for b in bins if b["count"] for v in (-9.5e307, 0, 9.5e307)].count(True) == 3
    assert sum(b["count"] for b in bins) == 3


def test_the_same_file_gives_the_same_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    select = "SELECT range AS id, 'z' || range % 20011 AS code, sin(range) * 1e9 AS maat FROM range(300000)"
    columns = [
        {"name": "id", "title": "", "type": "integer"},
        {"name": "code", "title": "", "type": "text"},
        {"name": "maat", "title": "", "type": "number"},
    ]
    source = _write(tmp_path, select)
    first, second = (json.dumps(_profile(source, columns, sample=20_000)) for _ in range(2))
    assert first == second
    shape = json.loads(first)
    code = shape["columns"][1]
    assert shape["sampled_rows"] < 30_000
    assert code["distinct_exact"] is False
    assert abs(code["distinct"] - 20011) < 5000
    assert all(t["count"] in (14, 15) for t in code["top"])  # exact, though found through the sample
    assert shape["columns"][2]["quartiles_exact"] is False


def test_keys_of_two_columns_and_double_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    columns = [{"name": n, "title": n, "type": "integer"} for n in ("a", "b", "c")]
    pairs = _write(tmp_path, "SELECT range // 50 AS a, range % 50 AS b, 1 AS c FROM range(2500)")
    assert _profile(pairs, columns)["keys"] == [["a", "b"]]
    double = _write(tmp_path, "SELECT range % 90 AS a, 2 AS b, 3 AS c FROM range(100)")
    result = _profile(double, columns)
    assert (result["keys"], result["double_rows"]) == ([], 10)


def test_a_table_without_rows_and_a_wide_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    nothing = _profile(_write(tmp_path, SELECT + " LIMIT 0"))
    assert (nothing["rows"], nothing["keys"], nothing["double_rows"]) == (0, [], 0)
    names = [f"k{i}" for i in range(300)]
    wide = _write(
        tmp_path, f"SELECT {', '.join(f'range % {i + 2} AS {n}' for i, n in enumerate(names))} FROM range(900)"
    )
    result = _profile(wide, [{"name": n, "title": n, "type": "integer"} for n in names])
    assert result["columns"][299]["distinct"] == 301


def test_geometry_has_types_box_system_and_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pq = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    shapely = pytest.importorskip("shapely")
    shapes = ["POINT (100000 400000)", "POINT EMPTY", "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", None]
    table = pa.table({"geometry": [None if s is None else shapely.from_wkt(s).wkb for s in shapes]})
    crs = {"id": {"authority": "EPSG", "code": 28992}}
    geo = {"version": "1.1.0", "primary_column": "geometry"}
    geo["columns"] = {"geometry": {"encoding": "WKB", "geometry_types": [], "crs": crs}}
    path = tmp_path / "geo.parquet"
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    result = _profile(path, [{"name": "geometry", "title": "", "type": "geometry"}])
    assert result["geometry"] == {
        "column": "geometry",
        "types": {"POINT": 2, "POLYGON": 1},
        "bbox": [0.0, 0.0, 100000.0, 400000.0],
        "crs": "EPSG:28992",
        "empty": 2,
        "invalid": 1,
        "invalid_exact": True,
    }


GROUPED = """
    SELECT '35' || range % 3 || '1' AS postcode, 1950 + range % 2 AS geboortejaar,
           CASE WHEN range % 6 = 0 THEN 'a' ELSE 'b' || range % 12 END AS ziekte FROM range(100)
    UNION ALL SELECT '9999', 1920, 'c' UNION ALL SELECT NULL, 1920, 'c'
"""
PEOPLE = [
    {"name": "postcode", "title": "", "type": "text"},
    {"name": "geboortejaar", "title": "", "type": "integer"},
    {"name": "ziekte", "title": "", "type": "text"},
]


def test_small_groups_and_diversity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = _write(tmp_path, GROUPED)
    rows = [(f"35{i % 3}1", 1950 + i % 2, "a" if i % 6 == 0 else f"b{i % 12}") for i in range(100)]
    rows += [("9999", 1920, "c"), (None, 1920, "c")]
    sizes = Counter(r[:2] for r in rows)
    request = {"source": str(source), "columns": PEOPLE, "quasi_identifiers": ["postcode", "geboortejaar"]}
    found = anonymity(request | {"sensitive": "ziekte"}, lambda fraction, text: None)
    assert (found["k"], found["groups"], found["l"]) == (min(sizes.values()), len(sizes), 1)
    assert found["small"] == {"below": 5, "groups": 2, "rows": 2}
    assert sum(s["rows"] for s in found["sizes"]) == 102
    proposed = _profile(source, PEOPLE)
    assert [p["column"] for p in proposed["quasi_identifiers"]] == ["postcode", "geboortejaar"]
    assert proposed["anonymity"]["k"] == 1


def test_columns_that_are_not_there_are_named(source: Path) -> None:
    request = {"source": str(source), "columns": COLUMNS}
    for wrong in (["nergens"], []):
        with pytest.raises(Invalid):
            anonymity(request | {"quasi_identifiers": wrong}, lambda fraction, text: None)
    with pytest.raises(Invalid) as caught:
        _profile(source, [{"name": "nergens", "title": "", "type": "text"}])
    assert "nergens" in str(caught.value)
