"""Other engines read our tables as Iceberg: the same rows as we do, in every version."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_avro
import duckdb_extension_iceberg
import pytest
from django.conf import settings
from django.db import transaction
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table
from tests.integration.lake.growing import FIRST, Desk

from sluis.cli.doctor.content import check_catalogue
from sluis.foundation.service import blobs, run_until_idle
from sluis.kernel.actor import SYSTEM
from sluis.lake import service
from sluis.lake.iceberg import snapshots
from sluis.lake.iceberg.catalogue import database
from sluis.lake.iceberg.files import located
from sluis.lake.iceberg.plan import Wanted
from sluis.lake.service import TableVersionRecord
from sluis.register.service import get

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"naam":"Gors","nota":{"a":[1,2]}},'
    '"geometry":{"type":"Point","coordinates":[4.97,51.83]}},{"type":"Feature","properties":{"naam":null},'
    '"geometry":{"type":"Polygon","coordinates":[[[5,52],[5.1,52],[5.1,52.1],[5,52]]]}}]}'
)
KINDS = (
    "code;bedrag;meting;ja;dag;moment;tijd\n007;1,50;1,25e3;ja;2024-02-29;2024-02-29 10:11:12;10:11\n"
    "008;-20,00;;nee;1899-12-31;2024-07-01 00:00:00;23:59\n"
)


@pytest.fixture
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """Another engine, that gets its extensions from files and nothing from the network."""
    config: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(config=config) as con:
        for package in (duckdb_extension_avro, duckdb_extension_iceberg):
            (file,) = Path(package.__path__[0]).rglob("*.duckdb_extension")
            con.execute(f"LOAD '{file}'")
        con.execute("SET enable_geoparquet_conversion = false")  # shapes are bytes in Iceberg
        yield con


@pytest.fixture
def catalogue(desk: Desk) -> Iterator[SqlCatalog]:
    """The catalogue as an engine from outside opens it."""
    with closing(SqlCatalog("sluis", uri=database(), init_catalog_tables="false")) as opened:
        yield opened


def settled(desk: Desk) -> None:
    """What the worker does by itself."""
    run_until_idle()
    assert service.behind(by=SYSTEM) == ()


def opened(catalogue: SqlCatalog) -> Table:
    return catalogue.load_table("sluis.bomen")


def names_of(version: TableVersionRecord) -> list[str]:
    assert version.report is not None
    return [column["name"] for column in version.report["columns"]]


def ordered(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=repr)


def same(desk: Desk, duck: duckdb.DuckDBPyConnection, table: Table, version: TableVersionRecord) -> None:
    """pyiceberg and DuckDB read, at the snapshot of this version, the rows that we read."""
    (snapshot,) = [
        one for one in table.snapshots() if one.summary and one.summary[snapshots.NUMBER] == str(version.number)
    ]
    assert snapshot.summary is not None
    assert snapshot.summary[snapshots.VERSION] == str(version.id)
    names = names_of(version)
    ours = ordered(desk.rows(version, ", ".join(f'"{name}"' for name in names)))
    arrow = table.scan(snapshot_id=snapshot.snapshot_id).to_arrow()
    assert ordered([tuple(row[name] for name in names) for row in arrow.to_pylist()]) == ours
    columns = ", ".join(f'"{name}"' for name in names)
    scan = f"iceberg_scan('{table.metadata_location}', snapshot_from_id = {snapshot.snapshot_id})"
    assert ordered(duck.execute(f"SELECT {columns} FROM {scan}").fetchall()) == ours


def test_every_version_is_a_snapshot(desk: Desk, duck: Any, catalogue: Any) -> None:
    made = [
        desk.load(FIRST),
        desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append"),
        desk.load("code;plaats;aantal;datum\nA02;Zaltbommel;6;2024-01-09\nC01;Est;1;2024-03-01\n", "upsert", ("code",)),
        desk.load("code;plaats;aantal;datum;hoogte\nD01;Est;1;2024-03-02;2,5\n", "append"),
        desk.load("code;plaats;aantal;datum;hoogte\nE01;Est;1;2024-03-02;7,0\nE02;Est;2;2024-03-03;8,5\n"),
    ]
    settled(desk)
    table = opened(catalogue)
    assert len(table.snapshots()) == len(made)
    for version in made:
        same(desk, duck, table, version)
    assert ordered(table.scan().to_arrow().select(names_of(made[-1])).to_pylist()) == ordered(
        [dict(zip(names_of(made[-1]), row, strict=True)) for row in desk.rows(made[-1])]
    )
    files = {task.file.file_path for task in table.scan().plan_files()}
    assert files == {located(blobs.path(part["sha256"])) for part in made[-1].parts}


def test_the_same_rows_twice_stay_twice(desk: Desk, duck: Any, catalogue: Any) -> None:
    more = "code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n"
    made = [desk.load(FIRST), desk.load(more, "append"), desk.load(more, "append")]
    made.append(desk.load("code;plaats;aantal;datum\nA02;Zaltbommel;6;2024-01-09\n", "upsert", ("code",)))
    made.append(desk.load(more, "append"))
    settled(desk)
    for version in made:
        same(desk, duck, opened(catalogue), version)


@pytest.mark.parametrize(("name", "text"), [("soorten.csv", KINDS), ("punten.geojson", POINTS)])
def test_every_kind_of_column(desk: Desk, duck: Any, catalogue: Any, name: str, text: str) -> None:
    path = desk.folder / name
    path.write_text(text)
    made = [desk.load_file(path, "replace"), desk.load_file(path, "append")]
    settled(desk)
    for version in made:
        same(desk, duck, opened(catalogue), version)


def test_a_column_that_becomes_something_else_begins_the_table_anew(desk: Desk, duck: Any, catalogue: Any) -> None:
    first = desk.load(FIRST)
    settled(desk)
    widened = desk.load("code;plaats;aantal;datum\nB01;Buren;9,5;2024-02-01\n", "append")
    settled(desk)
    assert first.id != widened.id
    (snapshot,) = opened(catalogue).snapshots()
    same(desk, duck, opened(catalogue), widened)
    last = desk.load("code;aantal\nB01;9,5\n", "replace")
    later = desk.load("code;aantal\nB02;9,5\n", "append")
    settled(desk)
    table = opened(catalogue)
    assert [field.name for field in table.schema().fields] == ["code", "aantal"]
    assert snapshot.snapshot_id not in {one.snapshot_id for one in table.snapshots()}
    for version in (last, later):
        same(desk, duck, table, version)
    assert service.follow(by=SYSTEM, dataset_id=desk.dataset) == 0


def test_a_version_brought_back_to_one_file_is_read_there(desk: Desk, duck: Any, catalogue: Any) -> None:
    desk.load(FIRST)
    last = desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")
    settled(desk)
    whole = service.one_file(by=desk.by, table_version_id=last.id)
    assert len(whole.parts) == 1
    assert service.behind(by=SYSTEM) == ("bomen",)
    settled(desk)
    (task,) = opened(catalogue).scan().plan_files()
    assert task.file.file_path == located(blobs.path(whole.parts[0]["sha256"]))
    same(desk, duck, opened(catalogue), whole)


def test_what_was_cut_off_between_version_and_snapshot_is_written_later(
    desk: Desk, duck: Any, catalogue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [desk.load(FIRST), desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")]
    real, calls = snapshots.write, list[int]()

    def power_cut(table: Table, version: Wanted, names: Any) -> None:
        calls.append(version.number)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(table, version, names)

    with monkeypatch.context() as patch:
        patch.setattr("sluis.lake.iceberg.writing.write", power_cut)
        with pytest.raises(KeyboardInterrupt):
            service.follow(by=SYSTEM, dataset_id=desk.dataset)
    assert calls == [1, 2]
    (finding,) = check_catalogue(settings.SLUIS, False)
    assert (finding.state, "bomen" in finding.text) == ("warning", True)
    assert service.follow(by=SYSTEM, dataset_id=desk.dataset) == 2
    assert service.follow(by=SYSTEM, dataset_id=desk.dataset) == 0
    for version in made:
        same(desk, duck, opened(catalogue), version)
    (finding,) = check_catalogue(settings.SLUIS, False)
    assert finding.state == "good"


def test_all_of_it_is_rebuilt_from_our_versions(desk: Desk, duck: Any, catalogue: Any) -> None:
    made = [desk.load(FIRST), desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")]
    settled(desk)
    before = opened(catalogue)
    for file in Path(before.location().removeprefix("file://")).rglob("*.json"):
        file.unlink()  # as after a restore: backups hold no metadata
    assert service.behind(by=SYSTEM) == ("bomen",)
    assert service.follow_all(by=SYSTEM) == 2
    assert service.follow_all(by=SYSTEM, anew=True) == 2
    for version in made:
        same(desk, duck, opened(catalogue), version)
    assert len(list((settings.SLUIS.data / "iceberg" / desk.dataset.hex).iterdir())) == 1


def test_metadata_that_no_snapshot_needs_is_removed(
    desk: Desk, duck: Any, catalogue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluis.lake.iceberg.following.HISTORY", 2)
    monkeypatch.setattr("sluis.lake.iceberg.snapshots._MANY_FILES", 10)
    made = [desk.load(FIRST)]
    for n in range(4):
        made.append(desk.load(f"code;plaats;aantal;datum\nB{n};Buren;9;2024-02-01\n", "append"))
        settled(desk)
    table = opened(catalogue)
    assert [one.summary[snapshots.NUMBER] for one in table.snapshots() if one.summary] == ["4", "5"]
    for version in made[-2:]:
        same(desk, duck, table, version)


def test_inside_a_transaction_it_waits_for_its_turn(desk: Desk, catalogue: Any) -> None:
    desk.load(FIRST)
    with transaction.atomic():
        assert service.follow(by=SYSTEM, dataset_id=desk.dataset) == 0
    assert service.behind(by=SYSTEM) == (get(by=SYSTEM, dataset_id=desk.dataset).slug,)
