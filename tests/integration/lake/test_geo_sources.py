"""Objects of real map servers (pygeoapi, MapServer), and of a web server that lies about its pages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.geo_servers import MAPSERVER, mapserver, pygeoapi, trees
from tests.integration.lake.sources import World, open_to, said
from tests.web_site import Answer, Site, say

from sluis.kernel.errors import Invalid, SluisError
from sluis.lake import service as lake
from sluis.lake.connectors.base import Given
from sluis.lake.connectors.given import read
from sluis.lake.connectors.ogc_api_features import CONNECTOR
from sluis.lake.types import IngestReport

pytestmark = pytest.mark.django_db(transaction=True)
needs_mapserver = pytest.mark.skipif(not MAPSERVER, reason="MapServer is not installed (Debian: cgi-mapserver)")
COUNT = 95


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pygeoapi(tmp_path_factory.mktemp("pygeoapi"), COUNT) as url:
        yield url


@pytest.fixture(scope="module")
def wfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mapserver(tmp_path_factory.mktemp("mapserver"), COUNT) as url:
        yield url


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def world(data_folder: Path) -> World:
    return World()


def loaded(world: World) -> tuple[IngestReport, duckdb.DuckDBPyRelation]:
    version = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert version is not None
    assert version.report is not None
    (path,) = lake.data_files(by=world.steward, table_version_id=version.id).paths
    return IngestReport.from_json(version.report), duckdb.sql(f"FROM read_parquet('{path}')")


def test_all_pages_of_a_collection_come_in_once(world: World, api: str, settings: Any) -> None:
    open_to(settings, api)
    run = world.fetch(world.source("ogc-api-features", {"url": api, "collection": "bomen", "page_size": 30}))
    assert (run.state, run.rows) == ("loaded", COUNT), said(run)
    report, rows = loaded(world)
    assert report.geometry is not None
    assert (report.geometry.crs, report.rows_rejected) == ("EPSG:4326", 0)
    found = rows.query("t", "SELECT count(DISTINCT nr), sum(hoogte), max(soort) FROM t").fetchone()
    assert found == (COUNT, sum(range(1, COUNT + 1)) / 4, f"eik é {COUNT}")


def test_the_same_collection_in_rd_keeps_its_metres(world: World, api: str, settings: Any) -> None:
    open_to(settings, api)
    config = {"url": f"{api}/collections/bomen", "collection": "bomen", "crs": "rd"}
    run = world.fetch(world.source("ogc-api-features", config))
    assert (run.state, run.rows) == ("loaded", COUNT), said(run)
    report, _rows = loaded(world)
    assert report.geometry is not None
    assert report.geometry.bbox is not None
    assert report.geometry.crs == "EPSG:28992"
    assert report.geometry.bbox[0] == pytest.approx(128_417.0, abs=1)


def test_the_check_names_the_collections_and_the_preview_reads_few(world: World, api: str, settings: Any) -> None:
    open_to(settings, api)
    asked: dict[str, Any] = {"by": world.steward, "dataset_id": world.dataset, "connector_name": "ogc-api-features"}
    for collection in ("", "bome"):
        with pytest.raises(Invalid) as refused:
            lake.check_source(**asked, config={"url": api, "collection": collection})
        assert refused.value.faults[0].field == "collection"
        assert "bomen" in refused.value.faults[0].params["known"]
    lines = lake.check_source(**asked, config={"url": api, "collection": "bomen"})
    assert lines[-1]["params"] == {"collection": "Bomen"}
    preview = lake.preview_source(**asked, config={"url": api, "collection": "bomen", "page_size": 5})
    assert [column["name"] for column in preview.columns][:2] == ["nr", "soort"]
    assert len(preview.rows) == 20


@needs_mapserver
@pytest.mark.parametrize("layer", ["bomen", "bomen_json"])
def test_a_layer_of_a_wfs_comes_in_whole_as_gml_or_in_pages(world: World, wfs: str, layer: str, settings: Any) -> None:
    open_to(settings, wfs)
    url = f"{wfs}?vendor=x&request=GetCapabilities"
    run = world.fetch(world.source("wfs", {"url": url, "type_name": f"ms:{layer}", "page_size": 40}))
    assert (run.state, run.rows) == ("loaded", COUNT), said(run)
    report, rows = loaded(world)
    assert report.geometry is not None
    assert report.format == ("geojson" if layer == "bomen_json" else "gml")
    assert report.geometry.crs == "EPSG:28992"
    found = rows.query("t", "SELECT count(DISTINCT nr), max(soort) FROM t").fetchone()
    assert found == (COUNT, f"eik é {COUNT}")


@needs_mapserver
def test_the_check_of_a_wfs_names_its_layers_and_counts(world: World, wfs: str, settings: Any) -> None:
    open_to(settings, wfs)
    asked: dict[str, Any] = {"by": world.steward, "dataset_id": world.dataset, "connector_name": "wfs"}
    with pytest.raises(Invalid) as refused:
        lake.check_source(**asked, config={"url": wfs})
    assert refused.value.faults[0].params["known"] == "ms:bomen, ms:bomen_json, ms:liegt"
    lines = lake.check_source(**asked, config={"url": wfs, "type_name": "ms:bomen"})
    assert lines[-1]["params"] == {"count_term": str(COUNT)}
    preview = lake.preview_source(**asked, config={"url": wfs, "type_name": "ms:bomen_json"})
    assert len(preview.rows) == 20


@needs_mapserver
def test_a_wfs_that_counts_wrong_is_not_believed(world: World, wfs: str, settings: Any) -> None:
    open_to(settings, wfs)
    run = world.fetch(world.source("wfs", {"url": wfs, "type_name": "ms:liegt"}))
    assert run.failure is not None
    assert run.failure["code"] == "source.wrong-count"
    assert run.failure["params"]["came"] == COUNT
    assert world.versions() == []


FEATURES: list[dict[str, Any]] = trees(8)["features"]
ITEMS = "/collections/bomen/items"


def page(site: Site, start: int, stop: int, following: str | None, total: int = 8, **more: Any) -> Answer:
    links = [{"rel": "next", "href": following if "://" in following else site.url(following)}] if following else []
    shape = {"type": "FeatureCollection", "features": FEATURES[start:stop], "links": links, "numberMatched": total}
    return say(json.dumps(shape | more).encode(), Content_Type="application/geo+json")


def renamed(site: Site) -> Answer:
    features = [f | {"properties": {"nummer": f["properties"]["nr"]}} for f in FEATURES[4:]]
    return page(site, 4, 8, None, features=features)


LIES: dict[str, tuple[Any, str]] = {
    "a loop of links": (lambda site: page(site, 4, 6, f"{ITEMS}?limit=1000"), "source.page-again"),
    "one page for ever": (lambda site: page(site, 0, 4, "/third"), "source.page-again"),
    "fewer than told": (lambda site: page(site, 4, 7, None), "source.wrong-count"),
    "more than told": (lambda site: page(site, 4, 8, None, 5), "source.wrong-count"),
    "a row twice": (lambda site: page(site, 3, 7, None), "source.rows-twice"),
    "other columns": (renamed, "source.columns-changed"),
    "to another server": (lambda site: page(site, 4, 8, "http://169.254.169.254/latest"), "source.elsewhere"),
    "redirected inwards": (lambda site: say(b"", 302, Location="http://10.0.0.8/geheim"), "egress.private"),
    "a login page": (lambda site: say(b"<!doctype html><p>Log in", Content_Type="application/json"), "source.not-json"),
    "cut off": (lambda site: say(json.dumps({"features": FEATURES[4:]}).encode()[:-30]), "source.not-json"),
    "cut off in transit": (lambda site: say(b"{", length=5000), "egress.failed"),
    "an error with status 200": (lambda site: say(b'{"code": "x", "description": "stuk"}'), "source.no-rows"),
    "no objects": (lambda site: say(b'{"features": [1, 2]}'), "source.row"),
    "too busy": (lambda site: say(b"", 429, Retry_After="60"), "source.busy-there"),
    "broken": (lambda site: say(b"", 500), "source.broken-there"),
    "too much": (lambda site: page(site, 4, 8, None, filler="x" * 1_100_000), "egress.too-big"),
}


def paged(site: Site) -> Given:
    """A collection of two pages that are as they should be."""
    collection = {"id": "bomen", "title": "Bomen", "links": []}
    site.answers["/collections"] = say(json.dumps({"collections": [collection]}).encode())
    site.answers[f"{ITEMS}?limit=1000"] = page(site, 0, 4, "/second")
    site.answers["/second"] = page(site, 4, 8, None)
    return read(CONNECTOR, {"url": site.url("/"), "collection": "bomen", "max_mb": 1}, "replace")


@pytest.mark.parametrize("lie", LIES)
def test_pages_that_lie_are_refused(data_folder: Path, site: Site, settings: Any, lie: str, tmp_path: Path) -> None:
    open_to(settings, site.url(""))
    given = paged(site)
    made, code = LIES[lie]
    site.answers["/second"] = made(site)
    with pytest.raises(SluisError) as refused:
        CONNECTOR.fetch(given, {}, fresh(tmp_path), lambda *_, **__: None)
    assert refused.value.code == code


def test_after_a_lie_the_last_good_version_stays(world: World, site: Site, settings: Any) -> None:
    open_to(settings, site.url(""))
    given = paged(site)
    source = world.source("ogc-api-features", dict(given.config))
    good = world.fetch(source)
    assert (good.state, good.rows) == ("loaded", 8), said(good)
    site.answers["/second"] = page(site, 4, 7, None)
    run = world.fetch(source)
    assert run.failure is not None
    assert (run.state, run.failure["code"]) == ("failed", "source.wrong-count")
    latest = lake.latest_ready(by=world.viewer, dataset_id=world.dataset)
    assert latest is not None
    assert latest.id == good.table_version_id


def test_endless_pages_end_at_the_size(data_folder: Path, site: Site, settings: Any, tmp_path: Path) -> None:
    open_to(settings, site.url(""))
    given = paged(site)
    for n in range(40):
        filler = [{"type": "Feature", "properties": {"nr": n, "soort": "x" * 50_000, "hoogte": 1, "gemeten": ""}}]
        links = [{"rel": "next", "href": f"/p/{n + 1}"}]
        path = f"/p/{n}" if n else "/second"
        site.answers[path] = say(json.dumps({"features": filler, "links": links}).encode())
    with pytest.raises(SluisError) as refused:
        CONNECTOR.fetch(given, {}, fresh(tmp_path), lambda *_, **__: None)
    assert refused.value.code == "source.too-big"
    assert len(site.hits) < 30


def fresh(folder: Path) -> Path:
    (folder / "into").mkdir()
    return folder / "into"
