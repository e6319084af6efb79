"""An engine whose executors see no folder of ours: files come to them by name, out of the same bucket."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.engines import executor, sail
from tests.integration.lake.big_tables import both_parts, outcomes, profiled, written
from tests.integration.lake.growing import Desk
from tests.integration.lake.whole_work import chain_of, people
from tests.storage_servers import bucket, environment

from sluis.foundation.service import blobs, run_until_idle
from sluis.kernel.errors import Unavailable
from sluis.lake import service
from sluis.lake.engines import orders, running, slices
from sluis.lake.engines.shapes import Order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bucket(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the executor."""
    return tmp_path_factory.mktemp("executor") / "disk"


@pytest.fixture(scope="module")
def address(server: dict[str, Any], disk: Path) -> Iterator[str]:
    with sail(executor(environment(server), disk)) as where:
        yield where


@pytest.fixture(autouse=True)
def engine(server: dict[str, Any], address: str, settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """No path of ours means anything there."""
    settings.SLUIS = replace(settings.SLUIS, data=tmp_path, engine=address, engine_from_mb=0, **server)
    monkeypatch.setattr(slices, "ROWS", 13_000)
    ordered = orders.ordered

    def pathless(*given: Any, **more: Any) -> Order:
        order = ordered(*given, **more)
        return {**order, "reads": [{**read, "path": "/nowhere"} for read in order["reads"]]}

    for place in ("sluis.lake.engines.running", "sluis.lake.engines.whole"):
        monkeypatch.setattr(f"{place}.ordered", pathless)


def fetched(disk: Path) -> set[str]:
    return {path.name for path in disk.glob("blobs/??/??/*")}


def test_all_work_on_a_table(settings: Any, tmp_path: Path, disk: Path) -> None:
    far = chain_of(tmp_path)
    assert {far[0]} <= fetched(disk)
    assert list(tmp_path.joinpath("tmp").iterdir()) == []


def test_profile_and_contract_of_a_table_in_parts(settings: Any, tmp_path: Path, disk: Path) -> None:
    made = both_parts(tmp_path)
    parts = [blobs.path(blobs.put_file(path).sha256) for path in made]
    far = profiled(parts), outcomes(parts)
    assert {path.name for path in parts} <= fetched(disk)
    settings.SLUIS = replace(settings.SLUIS, engine="")
    assert profiled(parts) == far[0]
    assert [one["status"] for one in outcomes(parts)] == [one["status"] for one in far[1]]


def test_what_is_worked_on_there_does_not_come_here(settings: Any, tmp_path: Path) -> None:
    """Uploaded by way of another host, as a file with a wrong row."""
    (tmp_path / "other").mkdir()
    settings.SLUIS = replace(settings.SLUIS, data=tmp_path / "other")
    desk = Desk(tmp_path)
    source = tmp_path / "mensen.csv"
    source.write_text(people(2000))
    ref = blobs.put_file(source)
    made = service.request_ingest(by=desk.by, dataset_id=desk.dataset, blob=ref, filename=source.name)
    settings.SLUIS = replace(settings.SLUIS, data=tmp_path)
    run_until_idle()
    version = service.table_version(by=desk.by, table_version_id=made)
    assert (version.status, version.rows_total, version.rows_rejected) == ("ready", 1998, 2)
    assert not blobs.place(ref.sha256).exists()
    assert blobs.place(version.data_sha256).exists()


def test_what_has_no_name_yet_stays_here(tmp_path: Path) -> None:
    path = written(tmp_path, "a.parquet", "SELECT 1 AS id")
    assert not orders.elsewhere([path])
    with orders.keeping(path) as (ref, standing):
        assert orders.elsewhere([standing])
    assert blobs.path(ref.sha256) == standing


def test_what_the_doctor_sees(tmp_path: Path) -> None:
    before = {one.sha256 for one in blobs.stored()}
    assert running.examined().startswith("4.")
    assert {one.sha256 for one in blobs.stored()} == before


def test_an_executor_without_the_bucket(settings: Any) -> None:
    with sail() as where:
        settings.SLUIS = replace(settings.SLUIS, engine=where)
        with pytest.raises(Unavailable) as failure:
            running.examined()
    assert failure.value.code == "engine.files"
