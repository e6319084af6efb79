"""Apache Spark itself as the engine: Sail is one implementation, this is the other."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.engines import apache_spark, spark_home
from tests.integration.lake.big_tables import both_parts, outcomes, profiled

from sluis.lake.engines import running, slices, spark

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = spark_home()
    if home is None or not shutil.which("java"):
        pytest.skip("no Apache Spark here: make test-all gets it, and it needs Java 17")
    with apache_spark(home, tmp_path_factory.mktemp("spark")) as where:
        yield where


def test_the_same_profile_and_outcomes(
    address: str, data_folder: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "ROWS", 13_000)
    monkeypatch.setattr(spark, "SLICES_A_GROUP", 2)
    parts = both_parts(tmp_path)
    near = profiled(parts), outcomes(parts)
    settings.SLUIS = replace(settings.SLUIS, engine=address, engine_from_mb=0)
    assert running.examined().startswith("4.")
    assert (profiled(parts), outcomes(parts)) == near
