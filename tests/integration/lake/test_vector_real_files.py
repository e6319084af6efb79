"""Real files nobody here wrote become GeoParquet with the facts that are known of them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import shapely
from tests.conftest import shared_path

from sluis.kernel.errors import Invalid
from sluis.lake.geo import crs
from sluis.lake.vector import read_vector


def read(source: Path, kind: str, out: Path, **options: Any) -> dict[str, Any]:
    return read_vector(source, kind, out, options, lambda fraction, text: None)


def shapes(out: Path) -> Any:
    return shapely.from_wkb(pq.read_table(out / "data.parquet")["geometry"].to_numpy())


def answer(source: Path, out: Path) -> dict[str, Any] | str:
    """The report, or what the owner is told when the file is refused."""
    try:
        return read(source, "geojson", out)
    except Invalid as error:
        return str(error)


def codes(report: dict[str, Any]) -> set[str]:
    return {remark["code"] for remark in report["warnings"]}


def geo(out: Path) -> dict[str, Any]:
    return json.loads(pq.read_metadata(out / "data.parquet").metadata[b"geo"])


@pytest.fixture
def water(tmp_path: Path) -> Path:
    """The shapefile of the large waters, zipped as a colleague would."""
    folder = shared_path("data/3-geo/nlmod-water")
    path = tmp_path / "water.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.glob("opp_water.*")):
            archive.write(part, f"kaart/{part.name}")
    return path


def test_natura2000_keeps_all_areas_and_tells_of_the_invalid_ones(tmp_path: Path) -> None:
    report = read(shared_path("data/3-geo/natura2000/natura2000_nl_4326.geojson"), "geojson", tmp_path)
    assert (report["rows_read"], report["rows_loaded"], report["rows_rejected"]) == (144, 144, 0)
    assert report["geometry"]["type"] == "MultiPolygon"
    assert report["geometry"]["crs"] == "EPSG:4326"
    invalid = next(remark for remark in report["warnings"] if remark["code"] == "geometry.invalid")
    assert invalid["params"]["count"] == 36
    areas = shapes(tmp_path)
    assert shapely.get_num_coordinates(areas).sum() == 540_594
    hectares = shapely.area(crs.transform(areas, "EPSG:4326", "EPSG:28992")).sum() / 10_000
    assert round(hectares) == pytest.approx(1_777_696, abs=1)


def test_shapefile_of_the_waters(water: Path, tmp_path: Path) -> None:
    report = read(water, "shapefile", tmp_path)
    assert report["rows_loaded"] == 14
    assert report["geometry"]["crs"] == "EPSG:28992"
    assert shapely.area(shapes(tmp_path)).sum() / 1e6 == pytest.approx(10_788.5, abs=0.1)
    assert {path.name for path in tmp_path.iterdir()} == {"water.zip", "data.parquet"}


def test_the_largest_layer_is_read_and_another_can_be_asked(tmp_path: Path) -> None:
    source = shared_path("data/3-geo/gokoala-gpkg/bag.gpkg")
    report = read(source, "gpkg", tmp_path)
    assert report["rows_loaded"] == 1_836
    assert "vector.more-layers" in codes(report)
    counts = [read(source, "gpkg", tmp_path, layer=name)["rows_loaded"] for name in ("ligplaatsen", "standplaatsen")]
    assert counts == [67, 1]


def test_codes_with_leading_zeros_and_the_key_of_the_owner_survive(tmp_path: Path) -> None:
    report = read(shared_path("data/3-geo/gokoala-gpkg/bag.gpkg"), "gpkg", tmp_path, layer="ligplaatsen")
    types = {column["name"]: column["type"] for column in report["columns"]}
    assert types["nummer_id"] == "text"
    assert types["feature_id"] == "integer"
    assert pq.read_table(tmp_path / "data.parquet")["nummer_id"][0].as_py().startswith("0363")


def test_dates_and_truth_values_are_typed(tmp_path: Path) -> None:
    report = read(shared_path("data/3-geo/gokoala-gpkg/cql-epsg28992.gpkg"), "gpkg", tmp_path)
    types = {column["name"]: column["type"] for column in report["columns"]}
    assert (types["prop5"], types["prop6"], types["prop7"]) == ("date", "datetime", "boolean")


def test_missing_and_empty_geometry_are_loaded_and_counted(tmp_path: Path) -> None:
    report = read(shared_path("data/3-geo/gokoala-gpkg/null-empty-geoms.gpkg"), "gpkg", tmp_path)
    assert report["rows_loaded"] == 2
    assert {"geometry.missing", "geometry.empty"} <= codes(report)
    assert report["geometry"]["bbox"] is None


def test_heights_are_kept(tmp_path: Path) -> None:
    report = read(shared_path("data/3-geo/gokoala-gpkg/3d-geoms.gpkg"), "gpkg", tmp_path, layer="foo")
    assert "geometry.3d" in codes(report)
    assert geo(tmp_path)["columns"]["geometry"]["geometry_types"] == ["LineString Z"]
    assert shapely.has_z(shapes(tmp_path)).all()


def test_a_layer_without_geometry_is_an_ordinary_table(tmp_path: Path) -> None:
    report = read(shared_path("data/3-geo/gokoala-gpkg/nongeo.gpkg"), "gpkg", tmp_path, layer="road_extras")
    assert report["rows_loaded"] == 10
    assert report["geometry"] is None
    assert b"geo" not in (pq.read_metadata(tmp_path / "data.parquet").metadata or {})


@pytest.mark.parametrize(("name", "rows", "invalid"), [("gemeente_2026", 342, 2), ("provincie_2026", 12, 1)])
def test_boundaries(name: str, rows: int, invalid: int, tmp_path: Path) -> None:
    report = read(shared_path(f"data/3-geo/bestuursgrenzen/{name}.geojson"), "geojson", tmp_path)
    assert report["rows_loaded"] == rows
    counts = [remark["params"]["count"] for remark in report["warnings"] if remark["code"] == "geometry.invalid"]
    assert counts == [invalid]


def test_provinces_cover_the_known_area(tmp_path: Path) -> None:
    read(shared_path("data/3-geo/bestuursgrenzen/provinciegrenzen.json"), "geojson", tmp_path)
    area = shapely.area(crs.transform(shapes(tmp_path), "EPSG:4326", "EPSG:28992")).sum() / 1e6
    assert area == pytest.approx(35_084.7, abs=0.05)


def test_the_file_is_geoparquet_with_a_box_per_row(tmp_path: Path) -> None:
    read(shared_path("data/3-geo/bestuursgrenzen/provincie_2026.geojson"), "geojson", tmp_path)
    told = geo(tmp_path)
    column = told["columns"][told["primary_column"]]
    assert told["version"] == "1.1.0"
    assert column["encoding"] == "WKB"
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4326}
    assert column["covering"]["bbox"]["xmin"] == ["geometry_bbox", "xmin"]
    row = pq.read_table(tmp_path / "data.parquet").to_pylist()[0]
    assert tuple(row["geometry_bbox"].values()) == shapely.from_wkb(row["geometry"]).bounds


def test_every_good_geojson_is_read(tmp_path: Path) -> None:
    files = sorted(shared_path("data/3-geo/geojsonhint/good").glob("*.geojson"))
    assert len(files) == 6
    for file in files:
        report = read(file, "geojson", tmp_path)
        assert report["rows_read"] == report["rows_loaded"] > 0


def test_every_bad_geojson_is_refused_in_words_or_loses_nothing(tmp_path: Path) -> None:
    files = sorted(shared_path("data/3-geo/geojsonhint/bad").glob("*.geojson"))
    answers = {file.name: answer(file, tmp_path) for file in files}
    refusals = {name: said for name, said in answers.items() if isinstance(said, str)}
    assert all(name in said and "shared" not in said for name, said in refusals.items())
    reports = [said for said in answers.values() if not isinstance(said, str)]
    assert all(said["rows_read"] == said["rows_loaded"] + said["rows_rejected"] > 0 for said in reports)
    refused = {name.removesuffix(".geojson") for name in refusals}
    assert {"rootstring", "notype", "nofeaturetype", "point-string", "featurecollection"} <= refused


def test_the_odd_geopackages_are_read_or_refused_but_never_crash(tmp_path: Path) -> None:
    files = sorted(shared_path("data/3-geo/gpkg-validator").glob("*.gpkg"))
    reports = {file.stem: read(file, "gpkg", tmp_path) for file in files}
    assert len(reports) == 14
    assert reports["test_geometry_empty"]["rows_loaded"] == 45
    assert "geometry.empty" in codes(reports["test_geometry_empty"])
    assert "geometry.missing" in codes(reports["test_foreign_key_violation"])
