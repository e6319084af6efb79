"""A table version leaves as files that others read back to the same table."""

import csv
import hashlib
import json
import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from tests.conftest import shared_path

from sluis.foundation import sandbox
from sluis.kernel.errors import Invalid, NotFound
from sluis.lake.export.entry import export
from sluis.lake.vector import read_vector

ROWS = {
    "code": ["007", "=1+1", None, ""],
    "naam": ['Jan "de Boer", zn.', "regel\neen", "+31 6", "-5,3"],
    "bedrag": [Decimal("12.50"), Decimal("-0.10"), None, Decimal("1000000.00")],
    "maat": [0.1, float("nan"), 2.5e-7, -3.0],
    "dag": [date(2026, 1, 2), None, date(1900, 1, 1), date(2026, 12, 31)],
    "moment": [
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        None,
        None,
        datetime(2026, 1, 2, 3, 4, 5, 120000, tzinfo=UTC),
    ],
    "open": [True, False, None, True],
    "extra": ['{"a": [1]}', None, "[]", '"x"'],
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    schema = pa.schema(
        [
            ("code", pa.string()),
            ("naam", pa.string()),
            ("bedrag", pa.decimal128(12, 2)),
            ("maat", pa.float64()),
            ("dag", pa.date32()),
            ("moment", pa.timestamp("us", "UTC")),
            ("open", pa.bool_()),
            ("extra", pa.string()),
        ]
    )
    path = tmp_path / "version.parquet"
    pq.write_table(pa.table(ROWS, schema=schema), path)
    return path


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    """Multipolygons in RD New."""
    folder = tmp_path / "areas"
    folder.mkdir()
    read_vector(shared_path("data/3-geo/rdnaptrans/natpark.gpkg"), "gpkg", folder, {}, lambda fraction, text: None)
    return folder / "data.parquet"


def make(source: Path, out: Path, form: str, **more: Any) -> Path:
    made = export({"source": str(source), "out": str(out), "formats": [form], **more}, lambda fraction, text: None)
    path = Path(made[form]["path"])
    assert made[form]["bytes"] == path.stat().st_size
    return path


def test_csv_is_rfc_4180_with_iso_dates_and_points(table: Path, tmp_path: Path) -> None:
    raw = make(table, tmp_path, "csv").read_bytes()
    assert raw.startswith(b"code,naam,bedrag,maat,dag,moment,open,extra\r\n")
    rows = list(csv.DictReader(raw.decode("utf-8").splitlines(keepends=True)))
    assert [row["code"] for row in rows] == ["007", "=1+1", "", ""]
    assert rows[0]["naam"] == 'Jan "de Boer", zn.'
    assert (rows[0]["bedrag"], rows[0]["dag"], rows[0]["moment"]) == ("12.50", "2026-01-02", "2026-01-02T03:04:05Z")
    assert rows[3]["moment"] == "2026-01-02T03:04:05.12Z"
    assert b'\r\n"",' in raw  # an empty text is not a missing value


def test_a_spreadsheet_gets_no_formula_but_keeps_numbers(table: Path, tmp_path: Path) -> None:
    raw = make(table, tmp_path, "csv_excel").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfcode;naam;")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True), delimiter=";"))
    assert [row["code"] for row in rows] == ["007", "'=1+1", "", ""]
    assert [row["naam"] for row in rows][2:] == ["'+31 6", "-5,3"]
    assert [row["bedrag"] for row in rows] == ["12,50", "-0,10", "", "1000000,00"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_every_dangerous_start_is_escaped(start: str, tmp_path: Path) -> None:
    source = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": [f"{start}cmd|' /C calc'!A0", "gewoon"]}), source)
    text = make(source, tmp_path, "csv_excel").read_text(encoding="utf-8-sig", newline="")
    assert f"'{start}cmd" in text
    assert "\r\ngewoon\r\n" in text


def test_json_nests_documents_and_has_no_nan(table: Path, tmp_path: Path) -> None:
    columns = [{"name": name, "title": name, "type": "json" if name == "extra" else "text"} for name in ROWS]
    rows = json.loads(make(table, tmp_path, "json", columns=columns).read_text(), parse_constant=pytest.fail)
    assert [row["extra"] for row in rows] == [{"a": [1]}, None, [], "x"]
    assert rows[1]["maat"] is None
    assert rows[0] | {"extra": None} == {
        "code": "007",
        "naam": 'Jan "de Boer", zn.',
        "bedrag": 12.5,
        "maat": 0.1,
        "dag": "2026-01-02",
        "moment": "2026-01-02T03:04:05Z",
        "open": True,
        "extra": None,
    }


def test_parquet_is_the_table_version_itself(table: Path, tmp_path: Path) -> None:
    assert make(table, tmp_path, "parquet").read_bytes() == table.read_bytes()


def test_only_the_chosen_columns_leave(areas: Path, tmp_path: Path) -> None:
    chosen = ["naam", "geometry"]
    assert pq.read_schema(make(areas, tmp_path, "parquet", columns=chosen)).names == [*chosen, "geometry_bbox"]
    feature = json.loads(make(areas, tmp_path, "geojson", columns=chosen).read_text())["features"][0]
    assert list(feature["properties"]) == ["naam"]
    assert make(areas, tmp_path, "csv", columns=["naam"]).read_bytes().startswith(b"naam\r\n")
    with pytest.raises(NotFound):
        make(areas, tmp_path, "csv", columns=["bsn"])


def test_parquet_without_its_geometry_is_no_longer_a_map(areas: Path, tmp_path: Path) -> None:
    path = make(areas, tmp_path, "parquet", columns=["naam"])
    assert pq.read_schema(path).names == ["naam"]
    assert b"geo" not in (pq.read_metadata(path).metadata or {})


def test_geojson_is_rfc_7946(areas: Path, tmp_path: Path) -> None:
    feature = json.loads(make(areas, tmp_path, "geojson").read_text())["features"][0]
    shape = shapely.geometry.shape(feature["geometry"])
    for part in shape.geoms:
        assert part.exterior.is_ccw
        assert not any(ring.is_ccw for ring in part.interiors)
    west, south, east, north = shape.bounds
    assert 4.3 < west < east < 4.6
    assert 51.3 < south < north < 51.5
    x, _ = feature["geometry"]["coordinates"][0][0][0]
    assert x == round(x, 7)


def test_official_points_are_right_to_seven_decimals_in_geojson(tmp_path: Path) -> None:
    read_vector(shared_path("data/3-geo/rdnaptrans/Z001_RD.gpkg"), "gpkg", tmp_path, {}, lambda fraction, text: None)
    features = json.loads(make(tmp_path / "data.parquet", tmp_path, "geojson").read_text())["features"]
    assert len(features) == 10_000
    inside = [f for f in features if 2 <= f["properties"]["lon"] <= 8 and 50 <= f["properties"]["lan"] <= 56]
    assert len(inside) == 7_959
    for feature in inside:
        lon, lat = feature["geometry"]["coordinates"][:2]
        assert abs(lon - feature["properties"]["lon"]) < 6e-8
        assert abs(lat - feature["properties"]["lan"]) < 6e-8


def test_geopackage_comes_back_equal(areas: Path, tmp_path: Path) -> None:
    path = make(areas, tmp_path, "gpkg", name="natuurparken")
    report = read_vector(path, "gpkg", tmp_path, {}, lambda fraction, text: None)
    assert report["dialect"]["layer"] == "natuurparken"
    assert report["geometry"]["crs"] == "EPSG:28992"
    first, again = pq.read_table(areas), pq.read_table(tmp_path / "data.parquet")
    assert first.schema.names == again.schema.names
    assert first.drop_columns(["geometry"]).to_pylist() == again.drop_columns(["geometry"]).to_pylist()
    assert shapely.equals_exact(
        shapely.from_wkb(first["geometry"].to_numpy()), shapely.from_wkb(again["geometry"].to_numpy())
    ).all()


def test_a_geopackage_holds_no_clock_and_is_sound(areas: Path, tmp_path: Path) -> None:
    with sqlite3.connect(make(areas, tmp_path, "gpkg")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT last_change FROM gpkg_contents").fetchone()[0].startswith("2000-01-01")
    database.close()


@pytest.mark.parametrize("form", ["csv", "csv_excel", "json", "geojson", "gpkg", "parquet"])
def test_the_same_request_gives_the_same_bytes(form: str, areas: Path, tmp_path: Path) -> None:
    digests = set()
    for turn in ("one", "two"):
        out = tmp_path / turn
        out.mkdir()
        digests.add(hashlib.sha256(make(areas, out, form).read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("form", ["geojson", "gpkg"])
def test_a_table_without_geometry_is_no_map(form: str, table: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        make(table, tmp_path, form)
    assert caught.value.code == "export.no-geometry"


def test_an_unknown_format_is_refused_with_the_ones_there_are(table: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="gpkg"):
        make(table, tmp_path, "dwg")


def test_names_with_quotes_are_only_names(tmp_path: Path) -> None:
    source = tmp_path / "x'; DROP.parquet"
    pq.write_table(pa.table({"a\"b'": [1]}), source)
    assert make(source, tmp_path, "json").read_text().split() == ["[", '{"a\\"b\'":1}', "]"]


def test_everything_is_made_inside_the_sandbox(areas: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    request = {"source": str(areas), "out": str(out), "formats": ["csv", "json", "geojson", "gpkg", "parquet"]}
    made = sandbox.run("sluis.lake.export.entry:export", request, reads=[areas], writes=out)
    assert set(made) == set(request["formats"])
    assert all(Path(item["path"]).stat().st_size == item["bytes"] > 0 for item in made.values())
