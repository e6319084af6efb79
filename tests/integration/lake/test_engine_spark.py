"""Apache Spark itself as the engine: Sail is one implementation, this is the other."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.engines import apache_spark, executor, spark_home
from tests.integration.lake.big_tables import FIRST_PART, both_parts, outcomes, profiled, written
from tests.integration.lake.whole_work import again, chain_of, exported_bytes, people, read
from tests.storage_servers import bucket, environment

from sluis.lake.engines import running, slices

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home() -> Path:
    found = spark_home()
    if found is None or not shutil.which("java"):
        pytest.skip("no Apache Spark here: make test-all gets it, and it needs Java 17")
    return found


@pytest.fixture(scope="module")
def address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with apache_spark(home, tmp_path_factory.mktemp("spark")) as where:
        yield where


def test_the_same_profile_and_outcomes(
    address: str, data_folder: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "ROWS", 13_000)
    monkeypatch.setattr(slices, "SLICES_A_GROUP", 2)
    parts = both_parts(tmp_path)
    near = profiled(parts), outcomes(parts)
    settings.SLUIS = replace(settings.SLUIS, engine=address, engine_from_mb=0)
    assert running.examined().startswith("4.")
    assert (profiled(parts), outcomes(parts)) == near


def test_the_same_files(
    address: str, data_folder: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "ROWS", 7000)
    source, table = tmp_path / "mensen.csv", written(tmp_path, "a.parquet", FIRST_PART)
    source.write_text(people(40_000))
    near = read(source, tmp_path / "near"), read(source, tmp_path / "refused", types={"zz": "integer"})
    made = {form: exported_bytes(table, tmp_path / form, form) for form in ("csv", "geojson", "gpkg")}
    settings.SLUIS = replace(settings.SLUIS, engine=address, engine_from_mb=0)
    assert near == (read(source, tmp_path / "far"), read(source, tmp_path / "again", types={"zz": "integer"}))
    assert near[1][0]["code"]
    assert made == {form: exported_bytes(table, tmp_path / f"far-{form}", form) for form in made}


@pytest.mark.django_db(transaction=True)
def test_the_same_work_with_files_out_of_the_bucket(
    home: Path, data_folder: Path, settings: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No folder of ours means anything there: executors have a disk of their own."""
    (tmp_path / "a").mkdir()
    near = chain_of(tmp_path / "a")
    disk = tmp_path_factory.mktemp("executor") / "disk"
    with bucket(tmp_path_factory.mktemp("s3")) as server:
        own = executor(environment(server), disk)
        with apache_spark(home, tmp_path_factory.mktemp("spark"), own) as where:
            settings.SLUIS = replace(settings.SLUIS, engine=where, engine_from_mb=0, **server)
            assert near == again(settings, tmp_path / "b", chain_of)
    assert near[0] in {path.name for path in disk.glob("blobs/??/??/*")}
