"""Whole pieces of work on a real Spark Connect server (Sail): files that are read, made and sent out are the same."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import shared_path
from tests.engines import sail, sail_process
from tests.integration.lake.big_tables import FIRST_PART, written
from tests.integration.lake.growing import FIRST, Desk
from tests.integration.lake.test_transformations import Chain
from tests.integration.lake.whole_work import again, chain_of, exported_bytes, grown, people, read

from sluis.foundation.models import Job
from sluis.foundation.service import blobs, run_until_idle
from sluis.kernel import clock
from sluis.kernel.clock import FixedClock
from sluis.lake import service
from sluis.lake.engines import orders, shapes, slices, spark
from sluis.lake.engines.shapes import Order, Piece
from sluis.lake.engines.slices import Slice
from sluis.lake.export.joining import JOINED
from sluis.lake.models import TableVersion
from sluis.lake.transforming.working import Work, worked_out


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with sail() as where:
        yield where


@pytest.fixture
def engine(address: str, data_folder: Path, settings: Any) -> str:
    settings.SLUIS = replace(settings.SLUIS, engine=address, engine_from_mb=0)
    return address


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The entries that went there."""
    found: list[str] = []
    carried = spark.Spark.make

    def noted(self: spark.Spark, order: Order, places: Sequence[Slice] = ()) -> Iterator[Piece]:
        found.append(order["entry"].rpartition(":")[2])
        yield from carried(self, order, places)

    monkeypatch.setattr(spark.Spark, "make", noted)
    return found


def here(settings: Any) -> None:
    settings.SLUIS = replace(settings.SLUIS, engine="")


def test_a_file_is_read_the_same(engine: str, sent: list[str], settings: Any, tmp_path: Path) -> None:
    source = tmp_path / "mensen.csv"
    source.write_text(people(40_000))
    far = read(source, tmp_path / "far")
    here(settings)
    assert far == read(source, tmp_path / "near")
    assert (far[0]["rows_loaded"], far[0]["rows_rejected"], set(far[1])) == (
        39_960,
        40,
        {"data.parquet", "rejects.csv"},
    )
    assert sent == ["ingest"]


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "leeg.csv": ("", {}),
    "kop.csv": ("a;b\n1;2\n", {"header_row": 40}),
    "kolom.csv": ("a;b\n1;2\n", {"types": {"zz": "integer"}}),
    "half.json": ('[{"a": 1}, {"a": ', {}),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_the_same(engine: str, sent: list[str], settings: Any, tmp_path: Path, name: str) -> None:
    text, options = WRONG[name]
    source = tmp_path / name
    source.write_text(text)
    far = read(source, tmp_path / "far", **options)
    here(settings)
    assert far == read(source, tmp_path / "near", **options)
    assert far[0]["code"]
    assert sent == ["ingest"]


def test_a_value_that_does_not_fit_is_refused_with_its_row_and_column(
    engine: str, settings: Any, tmp_path: Path
) -> None:
    source = tmp_path / "maten.csv"
    source.write_text("boom;maat\n" + "".join(f"{n};{n}\n" for n in range(2000)) + "2000;krom\n")
    far = read(source, tmp_path / "far", types={"maat": "integer"})
    here(settings)
    assert far == read(source, tmp_path / "near", types={"maat": "integer"})
    told = (tmp_path / "far" / "rejects.csv").read_text()
    assert all(word in told for word in ("2002", "maat", "krom"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["data/2-tabular/bomen-alessandria/alberi.csv", "data/2-tabular/knmi/etmgeg_249.txt"])
def test_real_files_are_read_the_same(engine: str, settings: Any, tmp_path: Path, name: str) -> None:
    source = shared_path(name)
    far = read(source, tmp_path / "far")
    here(settings)
    assert far == read(source, tmp_path / "near")
    assert far[0]["rows_loaded"]


@pytest.mark.django_db(transaction=True)
def test_a_table_its_transformation_and_its_files(engine: str, sent: list[str], settings: Any, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    far = chain_of(tmp_path / "a")
    assert sent == ["ingest", "transform", "export"]
    assert list(tmp_path.joinpath("tmp").iterdir()) == []
    here(settings)
    assert far == again(settings, tmp_path / "b", chain_of)


@pytest.mark.django_db(transaction=True)
def test_a_table_that_grows(engine: str, sent: list[str], settings: Any, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    far = grown(tmp_path / "a")
    assert set(sent) == {"ingest", "join", "whole", "leave_out"}
    here(settings)
    assert far == again(settings, tmp_path / "b", grown)


@pytest.mark.parametrize("form", [*JOINED, "gpkg", "parquet"])
def test_files_of_a_map_are_made_the_same(
    engine: str, sent: list[str], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(slices, "ROWS", 7000)
    source = written(tmp_path, "a.parquet", FIRST_PART)
    far = exported_bytes(source, tmp_path / "far", form)
    assert (list(far), sent) == ([form], ["export"])
    here(settings)
    assert far == exported_bytes(source, tmp_path / "near", form)


@pytest.mark.django_db(transaction=True)
def test_an_engine_that_dies_halfway(
    engine: str, desk: Desk, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fixed_clock: FixedClock
) -> None:
    """Nothing of it is kept, and the job reads it all when the engine is back."""
    source, chance = tmp_path / "veel.csv", random.Random(20261128)
    source.write_text("a;b\n" + "".join(f"{n};{chance.randbytes(400).hex()}\n" for n in range(100_000)))
    carried = spark.Spark.make
    with sail_process() as (dying, server):
        settings.SLUIS = replace(settings.SLUIS, engine=dying)

        def cut(self: spark.Spark, order: Order, places: Sequence[Slice] = ()) -> Iterator[Piece]:
            for piece in carried(self, order, places):
                server.kill()
                yield piece

        monkeypatch.setattr(spark.Spark, "make", cut)
        ref = blobs.put_file(source)
        made = service.request_ingest(by=desk.by, dataset_id=desk.dataset, blob=ref, filename="veel.csv")
        run_until_idle()
    assert server.returncode
    job = Job.objects.get(task__endswith="ingest_table")
    assert (job.state, job.attempts, job.failure["error"]["code"]) == (Job.State.READY, 1, "engine.failed")
    assert [one.sha256 for one in blobs.stored()] == [ref.sha256]
    assert list(tmp_path.joinpath("tmp").iterdir()) == []
    monkeypatch.setattr(spark.Spark, "make", carried)
    settings.SLUIS = replace(settings.SLUIS, engine=engine)
    Job.objects.update(run_after=clock.now())
    run_until_idle()
    version = service.table_version(by=desk.by, table_version_id=made)
    assert (version.status, version.rows_total) == (TableVersion.Status.READY, 100_000)


@pytest.mark.django_db(transaction=True)
def test_a_transformation_waits_for_an_engine_that_is_away(
    data_folder: Path, settings: Any, tmp_path: Path, fixed_clock: FixedClock
) -> None:
    chain = Chain(tmp_path)
    chain.bring()
    target = chain.another("Kopie")
    made = chain.made(target, "SELECT * FROM mensen")
    settings.SLUIS = replace(settings.SLUIS, engine="sc://127.0.0.1:1", engine_from_mb=0)
    service.run_transformation(by=chain.by, transformation_id=made)
    run_until_idle()
    assert (chain.runs(made), chain.numbers(target)) == (["running"], [])
    here(settings)
    Job.objects.update(run_after=clock.now())
    run_until_idle()
    assert (chain.runs(made), chain.numbers(target)) == (["made"], [1])


def test_another_version_there(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "versions", lambda: {**shapes.versions(), "pyogrio": "0.0.1"})
    source = tmp_path / "a.csv"
    source.write_text(FIRST)
    told, kept = read(source, tmp_path / "out")
    assert (told["code"], told["params"]["here"], kept) == ("engine.version", "pyogrio 0.0.1", {})


def test_too_slow(address: str, data_folder: Path, settings: Any, tmp_path: Path) -> None:
    settings.SLUIS = replace(settings.SLUIS, engine=address, engine_from_mb=0, engine_minutes=0.001)
    source = tmp_path / "mensen.csv"
    source.write_text(people(40_000))
    assert read(source, tmp_path / "out")[0]["code"] == "engine.slow"


def test_a_preview_stays_here(engine: str, sent: list[str], tmp_path: Path) -> None:
    work = Work("x", "SELECT 1 AS a", (), (), ())
    assert worked_out(work, tmp_path, key="", first=5)["first"] == [{"a": 1}]
    assert sent == []
