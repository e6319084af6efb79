"""Rows with a place: boxes in degrees on a table in RD New, and GeoJSON out."""

import json
from pathlib import Path

import pytest
import shapely

from sluis.lake.rows.page import page, page_json, row, row_json
from sluis.lake.rows.parse import parse
from sluis.lake.rows.stream import stream
from sluis.lake.rows.types import Column, PageRequest
from sluis.lake.serving.building import build
from sluis.lake.serving.ready import Ready

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

COLUMNS = [Column("naam", "text"), Column("geometry", "geometry", crs="EPSG:28992")]
AMERSFOORT = (155000.0, 463000.0)  # the origin of RD New in ETRS89: 52.155172897 N, 5.387203657 E (RDNAPTRANS2018)
SHAPES = {"toren": AMERSFOORT, "ver": (100000.0, 400000.0), "leeg": None}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "geo.parquet"
    points = [None if at is None else shapely.Point(*at).wkb for at in SHAPES.values()]
    described = {"encoding": "WKB", "geometry_types": ["Point"], "crs": {"id": {"authority": "EPSG", "code": 28992}}}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": described}}
    data = pa.table({"naam": list(SHAPES), "geometry": points}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(data, path)
    return path


@pytest.mark.parametrize(
    "pairs",
    [
        [("bbox", "5.387,52.155,5.388,52.156")],
        [("bbox", "154999,462999,155001,463001"), ("bboxCrs", "EPSG:28992")],
        [("bbox", "155000,463000,155000,463000"), ("bboxCrs", "EPSG:28992")],
    ],
)
def test_a_box_selects_what_it_touches(pairs: list[tuple[str, str]], table: Path) -> None:
    found = page(table, COLUMNS, parse(pairs, COLUMNS))
    assert [line["naam"] for line in found.rows] == ["toren"]
    assert found.rows[0]["geometry"] == "POINT (155000 463000)"
    assert page(table, COLUMNS, parse([("bbox", "-179,-89,-178,-88")], COLUMNS)).rows == ()


def test_geojson_is_in_degrees_longitude_first(table: Path) -> None:
    found = page(table, COLUMNS, PageRequest(), geometry="geojson")
    longitude, latitude = found.rows[0]["geometry"]["coordinates"]
    assert longitude == pytest.approx(5.38720366, abs=1e-6)
    assert latitude == pytest.approx(52.15517290, abs=1e-6)
    assert found.rows[2]["geometry"] is None
    assert row(table, COLUMNS, 0, "geojson") == found.rows[0]


def test_json_has_the_same_shapes_with_no_more_decimals_than_needed(table: Path) -> None:
    told = [json.loads(text) for text in page_json(table, COLUMNS, PageRequest(), "geojson").rows]
    for line, plain in zip(told, page(table, COLUMNS, PageRequest(), geometry="geojson").rows, strict=True):
        shape = plain["geometry"] and {
            "type": "Point",
            "coordinates": [round(one, 7) for one in plain["geometry"]["coordinates"]],
        }
        assert (line["naam"], line["geometry"]) == (plain["naam"], shape)
    assert json.loads(row_json(table, COLUMNS, 0)) == {"_id": 0} | row(table, COLUMNS, 0)


@pytest.mark.parametrize("form", ["wkt", "geojson"])
def test_structures_give_the_same_shapes(table: Path, tmp_path: Path, form: str) -> None:
    files: dict[str, Path] = {}
    for name in ("vectors", "rest", "words:naam"):
        out = tmp_path / name.replace(":", "-")
        out.mkdir()
        columns = [{"name": c.name, "type": c.type} for c in COLUMNS]
        asked = {"source": str(table), "out": str(out), "name": name, "columns": columns, "rows": len(SHAPES)}
        made = build(asked | {"vectors": str(files.get("vectors", ""))}, lambda fraction, text: None)
        files |= {name: Path(made["path"])} if made else {}
    ready = Ready(files)
    assert ready.shows(COLUMNS)
    assert page_json(table, COLUMNS, PageRequest(), form, ready=ready) == page_json(table, COLUMNS, PageRequest(), form)
    assert page(table, COLUMNS, PageRequest(), form, ready=ready) == page(table, COLUMNS, PageRequest(), form)


def test_a_stream_writes_wkt(table: Path) -> None:
    assert b"toren,POINT (155000 463000)" in b"".join(stream(table, COLUMNS, PageRequest()))
