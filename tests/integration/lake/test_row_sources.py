"""Rows of services that page each in their own way; held against small servers that follow their documentation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.integration.lake.sources import World, open_to, said
from tests.row_servers import Asked, Rows, Service, arcgis, cbs, ckan, opendatasoft, serving, socrata

from sluis.kernel.errors import Invalid, SluisError
from sluis.lake import service as lake
from sluis.lake.connectors.base import UNCHANGED, Fetched
from sluis.lake.connectors.given import read
from sluis.lake.connectors.registry import connector

pytestmark = pytest.mark.django_db(transaction=True)
ROWS: Rows = [{"nr": n, "soort": f"é {n}", "bedrag": n / 8} for n in range(25)]
POINTS: Rows = [{"OBJECTID": 3 * n, "nr": n, "gewijzigd": 1_767_312_000_000 + n} for n in range(1, 26)]
SECRET = "zeer-geheim-77"
Answer = Callable[[str, Asked, dict[str, str]], tuple[int, Any]]


@pytest.fixture
def world(data_folder: Path) -> World:
    return World()


def table(world: World) -> duckdb.DuckDBPyRelation:
    version = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert version is not None
    (path,) = lake.data_files(by=world.steward, table_version_id=version.id).paths
    return duckdb.sql(f"FROM read_parquet('{path}')")


def fetched(name: str, config: dict[str, Any], into: Path, state: dict[str, Any] | None = None) -> Any:
    into.mkdir()
    made = connector(name)
    return made.fetch(read(made, config, "replace"), state or {}, into, lambda *_, **__: None)


@pytest.mark.parametrize("pages", [True, False])
def test_a_layer_of_arcgis_comes_in_whole_by_pages_or_by_keys(world: World, settings: Any, pages: bool) -> None:
    with serving(arcgis(POINTS, pages=pages)) as service:
        open_to(settings, service.url)
        config = {"url": f"{service.url}/arcgis/rest/services/x/FeatureServer/0?f=html", "token": "goed"}
        run = world.fetch(world.source("arcgis", config))
        assert (run.state, run.rows) == ("loaded", 25), said(run)
        assert not any("goed" in str(asked) for _path, asked, _headers in service.seen)
    found = table(world).query("t", "SELECT count(DISTINCT nr), epoch_ms(min(gewijzigd)) FROM t").fetchone()
    assert found == (25, 1_767_312_000_001)


def test_arcgis_says_no_with_status_200(settings: Any, data_folder: Path, tmp_path: Path) -> None:
    with serving(arcgis(POINTS, pages=True)) as service:
        open_to(settings, service.url)
        with pytest.raises(Invalid) as refused:
            fetched("arcgis", {"url": f"{service.url}/FeatureServer/0", "token": SECRET}, tmp_path / "a")
        assert refused.value.params["reason"] == "Token Required"
    with pytest.raises(Invalid) as wrong:
        read(connector("arcgis"), {"url": f"{service.url}/FeatureServer"}, "replace")
    assert wrong.value.faults[0].field == "url"


def test_a_table_of_ckan_comes_in_pages_and_a_file_as_it_is(world: World, settings: Any, tmp_path: Path) -> None:
    with serving(ckan(ROWS, table=True)) as service:
        open_to(settings, service.url)
        run = world.fetch(world.source("ckan", {"url": service.url, "resource": "bron", "token": "goed"}))
        assert (run.state, run.rows) == ("loaded", 25), said(run)
    assert table(world).query("t", "SELECT sum(bedrag) FROM t").fetchone() == (sum(range(25)) / 8,)
    with serving(ckan(ROWS, table=False)) as service:
        open_to(settings, service.url)
        made = fetched("ckan", {"url": service.url, "resource": "bron", "token": "goed"}, tmp_path / "a")
        assert (made.filename, made.path.read_bytes()) == ("file.csv", b"a;b\n1;2\n")
        with pytest.raises(SluisError) as refused:
            fetched("ckan", {"url": service.url, "resource": "bron", "token": SECRET}, tmp_path / "b")
        assert refused.value.code == "source.denied"


def test_a_table_of_socrata_comes_in_pages(world: World, settings: Any) -> None:
    with serving(socrata(ROWS)) as service:
        open_to(settings, service.url)
        config = {"url": service.url, "dataset": "w9cx-8kzq", "page_size": 10, "token": SECRET}
        run = world.fetch(world.source("socrata", config))
        assert (run.state, run.rows) == ("loaded", 25), said(run)
        assert service.seen[-1][2]["X-App-Token"] == SECRET
        assert len(service.seen) == 4


def test_an_export_of_opendatasoft_is_counted(settings: Any, data_folder: Path, tmp_path: Path) -> None:
    with serving(opendatasoft(ROWS, told=25)) as service:
        open_to(settings, service.url)
        config = {"url": service.url, "dataset": "bomen"}
        assert fetched("opendatasoft", config, tmp_path / "a").path.read_text().count("\n") == 24
        assert fetched("opendatasoft", config | {"form": "geojson"}, tmp_path / "b").filename == "bomen.geojson"
        service.answer = opendatasoft(ROWS[:20], told=25)
        with pytest.raises(SluisError) as refused:
            fetched("opendatasoft", config, tmp_path / "c")
        assert (refused.value.code, refused.value.params["came"]) == ("source.wrong-count", 20)


def test_observations_of_cbs_come_with_their_texts_and_only_when_changed(
    world: World, settings: Any, tmp_path: Path
) -> None:
    with serving(cbs()) as service:
        open_to(settings, service.url)
        config = {"url": f"{service.url}/CBS", "table": "85496NED"}
        source = world.source("cbs-odata", config)
        run = world.fetch(source)
        assert (run.state, run.rows) == ("loaded", 6), said(run)
        assert world.fetch(source).state == "unchanged"
        made = fetched("cbs-odata", config, tmp_path / "a")
        assert isinstance(made, Fetched)
        assert fetched("cbs-odata", config, tmp_path / "b", dict(made.state)) is UNCHANGED
        with pytest.raises(SluisError) as refused:
            fetched("cbs-odata", config | {"table": "85496NE"}, tmp_path / "c")
        assert refused.value.code == "source.not-there"
    found = table(world).query("t", "SELECT * FROM t WHERE id = 0")
    row = dict(zip(found.columns, found.fetchall()[0], strict=True))
    assert [row[name] for name in ("measuretitel", "measureeenheid", "regiostitel", "periodentitel")] == [
        "Inwoners", "aantal", "Utrecht", "2023" if isinstance(row["periodentitel"], str) else 2023,
    ]  # fmt: skip


def paged(kind: str, size: int = 10) -> Answer:
    """A service with items below data.items that follows its pages in this way."""

    def answer(path: str, asked: Asked, headers: dict[str, str]) -> tuple[int, Any]:
        home = f"http://{headers['Host']}"
        if path == "/token":
            return 200, {"access_token": "voor-nu", "token_type": "Bearer"}
        start = {
            "number": lambda: (int(asked.get("p", 1)) - 1) * size,
            "cursor": lambda: int(asked.get("p", "c0")[1:]),
        }.get(kind, lambda: int(asked.get("p", 0)))()
        body: dict[str, Any] = {"data": {"items": ROWS[start : start + size]}, "meta": {"total": len(ROWS)}}
        following, sent = start + size, dict[str, str]()
        if following < len(ROWS):
            body["next"] = f"c{following}" if kind == "cursor" else f"/rows?p={following}"
            sent = {"Link": f'<{home}/rows?p=0>; rel="first", <{home}/rows?p={following}>; rel="next"'}
        return 200, (body, sent)

    return answer


WAYS: dict[str, dict[str, Any]] = {
    "link": {"next_place": "next"},
    "link-header": {},
    "number": {"page_name": "p", "total_place": "meta.total"},
    "offset": {"page_name": "p", "size_name": "n", "page_size": 10},
    "cursor": {"page_name": "p", "next_place": "next"},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_web_service_is_followed_in_its_own_way(settings: Any, data_folder: Path, tmp_path: Path, way: str) -> None:
    with serving(paged(way)) as service:
        open_to(settings, service.url)
        config = {"url": f"{service.url}/rows?x=1", "rows_place": "data.items", "id_place": "nr", "paging": way}
        made = fetched("rest", config | WAYS[way], tmp_path / "a")
        lines = made.path.read_text().splitlines()
    assert len(lines) == 25
    assert lines[3] == '{"nr": 3, "soort": "\\u00e9 3", "bedrag": 0.375}'
    assert len(service.seen) == 3


@pytest.mark.parametrize(
    ("account", "more", "header", "value"),
    [
        ("basic", {"user": "ik"}, "Authorization", "Basic aWs6emVlci1nZWhlaW0tNzc="),
        ("bearer", {}, "Authorization", f"Bearer {SECRET}"),
        ("header", {"header_name": "X-Api-Key"}, "X-Api-Key", SECRET),
        ("oauth", {"user": "ik", "scope": "lezen"}, "Authorization", "Bearer voor-nu"),
    ],
)
def test_a_web_service_hears_who_we_are(
    settings: Any, data_folder: Path, tmp_path: Path, account: str, more: dict[str, Any], header: str, value: str
) -> None:
    with serving(paged("link")) as service:
        open_to(settings, service.url)
        config = {"url": f"{service.url}/rows", "rows_place": "data.items", "account": account, "secret": SECRET}
        if account == "oauth":
            more = more | {"token_url": f"{service.url}/token"}
        fetched("rest", config | more, tmp_path / "a")
        assert service.seen[-1][2][header] == value
        if account == "oauth":
            body, headers = service.posted[0]
            assert body == b"grant_type=client_credentials&scope=lezen"
            assert headers["Authorization"] == "Basic aWs6emVlci1nZWhlaW0tNzc="


def lie(service: Service, kind: str) -> None:
    good = service.answer

    def answer(path: str, asked: Asked, headers: dict[str, str]) -> tuple[int, Any]:
        status, (body, sent) = good(path, asked, headers)
        if kind == "page ignored":
            return good(path, {}, headers)
        if kind == "endless cursor":
            return status, body | {"data": {"items": [{"nr": len(service.seen)}]}, "next": "c0"}
        if kind == "elsewhere":
            return status, body | {"next": "http://169.254.169.254/latest/meta-data"}
        if kind == "fewer":
            return status, body | {"data": {"items": body["data"]["items"][:5]}}
        return status, (body | {"data": {"rijen": []}}, sent)

    service.answer = answer


@pytest.mark.parametrize(
    ("kind", "way", "code"),
    [
        ("page ignored", "number", "source.page-again"),
        ("endless cursor", "cursor", "source.page-again"),
        ("elsewhere", "link", "source.elsewhere"),
        ("fewer", "number", "source.wrong-count"),
        ("no list", "link", "source.no-rows"),
    ],
)
def test_a_web_service_that_lies_is_refused(
    settings: Any, data_folder: Path, tmp_path: Path, kind: str, way: str, code: str
) -> None:
    with serving(paged(way)) as service:
        lie(service, kind)
        open_to(settings, service.url)
        config = {"url": f"{service.url}/rows", "rows_place": "data.items", "paging": way}
        with pytest.raises(SluisError) as refused:
            fetched("rest", config | WAYS[way], tmp_path / "a")
    assert refused.value.code == code


def test_what_a_choice_needs_is_asked_and_a_code_with_odd_signs_is_refused(
    settings: Any, data_folder: Path, tmp_path: Path
) -> None:
    made = connector("rest")
    with pytest.raises(Invalid) as refused:
        read(made, {"url": "https://x.example", "paging": "cursor", "account": "oauth"}, "replace")
    assert {fault.field for fault in refused.value.faults} == {"page_name", "next_place", "user", "token_url"}
    with serving(paged("link")) as service:
        open_to(settings, service.url)
        with pytest.raises(Invalid) as odd:
            fetched("rest", {"url": service.url, "account": "bearer", "secret": "geheim-é"}, tmp_path / "a")
    assert odd.value.code == "egress.header"
    assert "geheim-é" not in str(odd.value)
