"""Hostile and broken maps: refused in words, or harmless, and never half-read (threats 1, 3, 9 and 11)."""

import csv
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import shapely
from tests.conftest import shared_path

from sluis.kernel.errors import Invalid
from sluis.lake.vector import drivers, read_vector

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>CSV:/etc/passwd</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
POINT = {"type": "Point", "coordinates": [5, 52]}


def read(source: Path, kind: str, out: Path, **options: Any) -> dict[str, Any]:
    return read_vector(source, kind, out, options, lambda fraction, text: None)


def refusal(source: Path, kind: str, out: Path, **options: Any) -> str:
    with pytest.raises(Invalid) as caught:
        read(source, kind, out, **options)
    return caught.value.code


def collection(path: Path, *geometries: Any) -> Path:
    features = [{"type": "Feature", "properties": {"n": n}, "geometry": g} for n, g in enumerate(geometries, start=1)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def rejected(out: Path) -> list[dict[str, str]]:
    with (out / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "bag.gpkg"
    shutil.copyfile(shared_path("data/3-geo/gokoala-gpkg/bag.gpkg"), path)
    return path


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shapefile", "gml"])
@pytest.mark.parametrize("suffix", ["csv", "vrt", "gpkg", "geojson", "gml", "zip"])
def test_a_vrt_is_refused_whatever_it_calls_itself(kind: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"kaart.{suffix}"
    path.write_text(VRT)
    assert refusal(path, kind, tmp_path) in {"vector.not-this-kind", "vector.broken"}
    assert not (tmp_path / "data.parquet").exists()


def test_one_driver_is_left(tmp_path: Path) -> None:
    import pyogrio

    drivers.only("GML")
    assert set(pyogrio.list_drivers()) == {"GML"}
    drivers.only("GPKG")
    assert set(pyogrio.list_drivers()) == {"GPKG"}


def test_triggers_do_not_fire_and_views_are_not_read(package: Path, tmp_path: Path) -> None:
    change(
        package,
        "CREATE TRIGGER evil AFTER INSERT ON ligplaatsen BEGIN DELETE FROM ligplaatsen; END",
        "CREATE VIEW spy AS SELECT * FROM ligplaatsen",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('spy','features','spy',28992)",
        "INSERT INTO gpkg_geometry_columns VALUES ('spy', 'geom', 'POINT', 28992, 0, 0)",
    )
    before = package.read_bytes()
    report = read(package, "gpkg", tmp_path)
    assert report["rows_loaded"] == 1_836
    assert {"gpkg.views", "gpkg.triggers"} <= {remark["code"] for remark in report["warnings"]}
    assert refusal(package, "gpkg", tmp_path, layer="spy") == "vector.no-such-layer"
    assert package.read_bytes() == before


def test_a_catalogue_that_is_a_view_is_refused(package: Path, tmp_path: Path) -> None:
    change(package, "ALTER TABLE gpkg_contents RENAME TO x", "CREATE VIEW gpkg_contents AS SELECT * FROM x")
    assert refusal(package, "gpkg", tmp_path) == "gpkg.acting-table"


def test_a_cut_off_geopackage_is_refused(package: Path, tmp_path: Path) -> None:
    package.write_bytes(package.read_bytes()[:300_000])
    assert refusal(package, "gpkg", tmp_path) == "vector.broken"


def test_a_cut_off_geojson_is_refused(tmp_path: Path) -> None:
    path = collection(tmp_path / "half.geojson", POINT, POINT)
    path.write_bytes(path.read_bytes()[:-40])
    assert refusal(path, "geojson", tmp_path) == "vector.broken"


def test_a_geometry_bomb_is_kept_out_with_its_number_and_its_neighbour_is_loaded(tmp_path: Path) -> None:
    bomb = {"type": "LineString", "coordinates": [[5, 52]] * 1_000_001}
    report = read(collection(tmp_path / "bomb.geojson", POINT, bomb, POINT), "geojson", tmp_path)
    assert (report["rows_read"], report["rows_loaded"], report["rows_rejected"]) == (3, 2, 1)
    assert report["rejects"] == "rejects.csv"
    assert rejected(tmp_path) == [
        {
            "regel": "2",
            "code": "geometry.too-many-points",
            "reden": "De geometrie heeft meer dan 1.000.000 punten.",
            "tekst": '{"n": 2}',
        }
    ]
    assert pq.read_table(tmp_path / "data.parquet")["n"].to_pylist() == [1, 3]


@pytest.mark.parametrize(("depth", "loaded"), [(3, 2), (5, 1), (30, 1), (200, 1)])
def test_collections_may_not_be_nested_deeply(depth: int, loaded: int, tmp_path: Path) -> None:
    nested: Any = POINT
    for _ in range(depth):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    report = read(collection(tmp_path / "deep.geojson", nested, POINT), "geojson", tmp_path)
    assert report["rows_loaded"] == loaded
    assert report["rows_read"] == 2


def test_brackets_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.geojson"
    deep = "[" * 100_000 + "]" * 100_000
    path.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","geometry":' + deep + "}]}")
    assert refusal(path, "geojson", tmp_path) == "vector.broken"


def test_a_gml_with_a_doctype_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "x.gml"
    path.write_text('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>')
    assert refusal(path, "gml", tmp_path) == "xml.doctype"


@pytest.mark.parametrize("name", ["../../opp_water.shp", "/etc/opp_water.shp", "C:\\opp_water.shp"])
def test_a_shapefile_that_wants_out_of_its_folder_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "slip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")
    assert refusal(path, "shapefile", tmp_path).startswith("archive.")


def test_a_shapefile_without_a_part_names_the_part(tmp_path: Path) -> None:
    path = tmp_path / "half.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weg.shp", b"x")
        archive.writestr("weg.dbf", b"x")
    with pytest.raises(Invalid, match=r"\.shx"):
        read(path, "shapefile", tmp_path)


def test_a_zip_without_a_shapefile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "leeg.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lees.mij", b"x")
    assert refusal(path, "shapefile", tmp_path) == "shapefile.no-shp"


GML = """<?xml version="1.0" encoding="UTF-8"?>
<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml/3.2"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://ogr.maptools.org/ http://127.0.0.1:{port}/x.xsd" gml:id="a">
<ogr:featureMember><ogr:weg gml:id="w.1"><ogr:code>007</ogr:code><ogr:geom>
<gml:Curve srsName="urn:ogc:def:crs:EPSG::28992" gml:id="c1"><gml:segments><gml:ArcString>
<gml:posList>155000 463000 155010 463010 155020 463000</gml:posList></gml:ArcString></gml:segments></gml:Curve>
</ogr:geom></ogr:weg></ogr:featureMember></ogr:FeatureCollection>"""


def test_a_curve_becomes_lines_and_no_schema_is_fetched(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        path = tmp_path / "x.gml"
        path.write_text(GML.format(port=canary.getsockname()[1]))
        report = read(path, "gml", tmp_path)
        with pytest.raises(BlockingIOError):
            canary.accept()
    assert "geometry.curved" in {remark["code"] for remark in report["warnings"]}
    row = pq.read_table(tmp_path / "data.parquet").to_pylist()[0]
    line = shapely.from_wkb(row["geometry"])
    assert line.geom_type == "LineString"
    assert shapely.get_num_coordinates(line) > 10
    assert row["code"] == "007"


@pytest.mark.parametrize("place", [[155_000, 463_000], [155_000, 463_000, 7.5]])
def test_rd_coordinates_in_geojson_are_recognised_and_said(place: list[float], tmp_path: Path) -> None:
    path = collection(tmp_path / "rd.geojson", {"type": "Point", "coordinates": place})
    report = read(path, "geojson", tmp_path)
    assert report["geometry"]["crs"] == "EPSG:28992"
    assert "crs.guessed" in {remark["code"] for remark in report["warnings"]}


def test_the_owner_can_say_the_coordinate_system(tmp_path: Path) -> None:
    path = collection(tmp_path / "x.geojson", POINT)
    assert read(path, "geojson", tmp_path, crs="EPSG:4258")["geometry"]["crs"] == "EPSG:4258"
    assert refusal(path, "geojson", tmp_path, crs="/vsicurl/http://x") == "crs.unknown"


def test_the_message_names_the_file_as_its_owner_knows_it(tmp_path: Path) -> None:
    path = tmp_path / "3f2a"
    path.write_text("[]")
    with pytest.raises(Invalid, match=r"wegen\.geojson"):
        read(path, "geojson", tmp_path, file="wegen.geojson")
