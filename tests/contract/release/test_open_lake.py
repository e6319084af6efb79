"""The open lake, attached from outside in one line by real engines: DuckDB, PyIceberg and Spark (Sail)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import duckdb
import duckdb_extension_avro
import duckdb_extension_httpfs
import duckdb_extension_iceberg
import pytest
from django.test import Client
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError
from tests.integration.release.conftest import describe, merwede, owner, publish, steward
from tests.processes import deployed

from sluis.api import answering, clients
from sluis.foundation.service import audit
from sluis.lake import service as lake
from sluis.release import openlake
from sluis.release import service as release

__all__ = ["merwede", "owner", "steward"]

pytestmark = pytest.mark.django_db(transaction=True)
ONE = (
    "code;bedrag;meting;ja;dag;moment;tijd;vast\n007;1,50;1,25e3;ja;2024-02-29;2024-02-29 10:11:12;10:11;3\n"
    "008;-20,00;;nee;1899-12-31;2024-07-01 00:00:00;23:59;4\n"
)
TWO = "code;bedrag;meting;ja;dag;moment;tijd;hoogte\n009;7,00;1,5e3;ja;2024-03-01;2024-03-01 10:11:12;08:00;1,5\n"
CHANGED = "code;bedrag\n010;geen\n"
POINTS = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"naam":"Gors"},'
    '"geometry":{"type":"Point","coordinates":[4.97,51.83]}},{"type":"Feature","properties":{"naam":null},'
    '"geometry":{"type":"Polygon","coordinates":[[[5,52],[5.1,52],[5.1,52.1],[5,52]]]}}]}'
)


class Desk:
    """Somebody who publishes."""

    def __init__(self, organisation: Any, steward: Any, owner: Any, folder: Path) -> None:
        self.organisation, self.steward, self.owner, self.folder = organisation, steward, owner, folder

    def described(self, title: str) -> Any:
        return describe(self.steward, self.organisation, title)

    def out(self, dataset: Any, text: str, ending: str = "csv") -> None:
        """The file is read as any, and comes out as the next release."""
        path = self.folder / f"data.{ending}"
        path.write_text(text)
        lake.ingest_now(by=self.steward, dataset_id=dataset.id, path=path)
        assert publish(self.steward, self.owner, dataset).failure is None


@pytest.fixture
def desk(
    live_server: Any, merwede: Any, steward: Any, owner: Any, settings: Any, tmp_path: Path, monkeypatch: Any
) -> Desk:
    settings.SLUIS = replace(settings.SLUIS, data=tmp_path, base_url=live_server.url)
    monkeypatch.setattr(answering, "buckets", clients.Buckets(rate=1e9, burst=1e9))
    deployed()
    assert audit.head()[0] > 0
    return Desk(merwede, steward, owner, tmp_path)


@pytest.fixture
def attached(desk: Desk, live_server: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB, with its extensions from files."""
    config: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(config=config) as con:
        for package in (duckdb_extension_httpfs, duckdb_extension_avro, duckdb_extension_iceberg):
            (file,) = Path(package.__path__[0]).rglob("*.duckdb_extension")
            con.execute(f"LOAD '{file}'")
        con.execute(
            f"ATTACH '' AS sluis (TYPE iceberg, ENDPOINT '{live_server.url}/api/iceberg', AUTHORIZATION_TYPE 'none')"
        )
        yield con


def opened(live_server: Any) -> Any:
    """PyIceberg."""
    return load_catalog("sluis", type="rest", uri=f"{live_server.url}/api/iceberg")


def sail(address: str, *questions: str) -> list[Any]:
    command = [sys.executable, str(Path(__file__).with_name("sail_reads.py")), address, *questions]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def status(client: Client, path: str) -> int:
    with closing(client.get(path)) as answer:
        return answer.status_code


def test_three_engines_read_every_release_and_no_draft(desk: Desk, attached: Any, live_server: Any) -> None:
    dataset, draft = desk.described("Peilbuizen van Merwede"), desk.described("Nog binnen")
    desk.out(dataset, ONE)
    desk.out(dataset, TWO)
    (desk.folder / "draft.csv").write_text(ONE)
    lake.ingest_now(by=desk.steward, dataset_id=draft.id, path=desk.folder / "draft.csv")

    served = Client().get(f"/api/v1/datasets/{dataset.slug}/releases/1/download/parquet")
    (desk.folder / "one.parquet").write_bytes(b"".join(served))  # type: ignore[call-overload]
    first = duckdb.sql(f"SELECT * FROM '{desk.folder}/one.parquet' ORDER BY code").fetchall()
    assert len(first) == 2

    table = "sluis.merwede.peilbuizen_van_merwede"
    assert attached.execute("SELECT name FROM (SHOW ALL TABLES)").fetchall() == [("peilbuizen_van_merwede",)]
    assert attached.execute(f"SELECT * FROM {table} AT (VERSION => 1) ORDER BY code").fetchall() == first
    assert attached.execute(f"SELECT code, hoogte FROM {table}").fetchall()[0][0] == "009"

    known = opened(live_server)
    assert known.list_tables("merwede") == [("merwede", "peilbuizen_van_merwede")]
    seen = known.load_table("merwede.peilbuizen_van_merwede")
    rows = seen.scan(snapshot_id=1).to_arrow().sort_by("code").to_pylist()
    assert [tuple(row.values()) for row in rows] == first
    assert seen.scan(row_filter="code = '009'").to_arrow().num_rows == 1
    assert seen.snapshot_by_name("release-2").snapshot_id == 2

    asked = [
        f"SELECT count(*), sum(bedrag) FROM {table}", f"SELECT code, tijd FROM {table} VERSION AS OF 1 ORDER BY code"
    ]  # fmt: skip
    (newest, *_), codes = sail(live_server.url, *asked)
    assert [newest[0], float(newest[1])] == [1, 7.0]
    assert [code for code, _ in codes] == ["007", "008"]


def test_shapes_are_bytes_to_every_engine(desk: Desk, attached: Any, live_server: Any) -> None:
    dataset = desk.described("Haltes")
    desk.out(dataset, POINTS, "geojson")
    attached.execute("SET enable_geoparquet_conversion = false")
    ours = attached.execute("SELECT naam, geometry FROM sluis.merwede.haltes ORDER BY naam").fetchall()
    theirs = opened(live_server).load_table("merwede.haltes").scan().to_arrow().sort_by("naam").to_pylist()
    assert ours == [(row["naam"], row["geometry"]) for row in theirs]
    assert all(isinstance(shape, bytes) and shape[0] in (0, 1) for _, shape in ours)
    (found,) = sail(live_server.url, "SELECT naam, length(geometry) FROM sluis.merwede.haltes ORDER BY naam NULLS LAST")
    assert found == [[name, len(shape)] for name, shape in ours]


def test_what_is_taken_back_is_gone_from_the_catalogue_and_from_its_files(desk: Desk, live_server: Any) -> None:
    dataset = desk.described("Peil")
    desk.out(dataset, ONE)
    known = opened(live_server)
    seen = known.load_table("merwede.peil")
    client, (manifests,) = Client(), [one.manifest_list for one in seen.snapshots()]
    files = [manifests.removeprefix("s3:/"), f"/open-lake/{dataset.slug}/1/{dataset.slug}.parquet"]
    assert [status(client, file) for file in files] == [200, 200]
    release.withdraw(by=desk.owner, dataset_id=dataset.id, reason="Fout in de meting.")
    with pytest.raises(NoSuchTableError, match=r"Fout in de meting\."):
        known.load_table("merwede.peil")
    assert known.list_namespaces() == []
    assert [status(client, file) for file in files] == [410, 410]


def test_a_table_begins_where_a_column_became_something_else(desk: Desk, attached: Any, live_server: Any) -> None:
    """Readers find columns by name: an older release would be read wrongly, so it is not offered."""
    dataset = desk.described("Peil")
    for text in (ONE, TWO, CHANGED):
        desk.out(dataset, text)
    seen = opened(live_server).load_table("merwede.peil")
    assert [one.snapshot_id for one in seen.snapshots()] == [3]
    assert attached.execute("SELECT * FROM sluis.merwede.peil").fetchall() == [("010", "geen")]


def test_only_reading_and_no_list(desk: Desk) -> None:
    dataset = desk.described("Peil")
    desk.out(dataset, ONE)
    client, catalogue = Client(), "/api/iceberg/v1"
    assert client.get("/open-lake?list-type=2").status_code == 403
    assert client.post(f"{catalogue}/namespaces", {}, "application/json").status_code == 405
    assert client.delete(f"{catalogue}/namespaces/merwede/tables/peil").status_code == 405
    assert client.put(f"/open-lake/{dataset.slug}/1/{dataset.slug}.parquet", b"x").status_code == 405
    for path in ("/namespaces/elders", "/namespaces/elders/tables", "/namespaces/merwede/tables/geen"):
        answer = client.get(catalogue + path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)
    for path in ("1/ander.parquet", "2/peil.parquet", "metadata/1-0.avro", "metadata/x.metadata.json"):
        assert client.get(f"/open-lake/{dataset.slug}/{path}").status_code == 404
    part = client.get(f"/open-lake/{dataset.slug}/1/{dataset.slug}.parquet", headers={"Range": "bytes=0-3"})
    assert (part.status_code, b"".join(part)) == (206, b"PAR1")  # type: ignore[call-overload]
    assert client.head(f"{catalogue}/namespaces/merwede/tables/peil").status_code == 200
    assert client.get(f"{catalogue}/namespaces/merwede/tables?pageSize=1").json()["next-page-token"] == "peil"
    assert client.get(f"{catalogue}/namespaces/merwede/tables?pageToken=peil").json()["identifiers"] == []


@pytest.mark.parametrize("place", ["metadata", "1"])
def test_a_name_that_is_no_name_is_told_as_text_and_never_as_markup(db: None, place: str) -> None:
    name = "<x:script xmlns:x='urn&colon;x'>&"
    answer = Client().get(f"/open-lake/peil/{place}/{quote(name)}")
    assert answer.status_code == 404
    assert ElementTree.fromstring(answer.content).findtext("Key") == f"/open-lake/peil/{place}/{name}"  # noqa: S314


def test_the_same_table_gives_the_same_bytes_on_every_machine(desk: Desk) -> None:
    from sluis.release.openlake import reading

    dataset = desk.described("Peil")
    desk.out(dataset, ONE)
    place, document = openlake.table("merwede", "peil")
    names = [place, document["snapshots"][0]["manifest-list"]]
    first = [openlake.metadata_file("peil", name.rpartition("/")[2]) for name in names]
    reading._known.cache_clear()
    assert [openlake.metadata_file("peil", name.rpartition("/")[2]) for name in names] == first
    assert json.loads(first[0]) == document
