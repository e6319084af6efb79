"""Fixtures every test may use."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from sluis.kernel import clock
from tests.once import made_once

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SLUIS_SHARED", REPOSITORY.parent / "shared"))

# A busy machine is no fault; and a fixture of a test is one for all its examples, as each of these tests expects.
# Whether a change may land is no matter of chance: each run tries the same examples, and `make test-all` new ones.
_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
hypothesis_settings.register_profile("looking", deadline=None, suppress_health_check=_FINE, derandomize=False)
hypothesis_settings.register_profile("calm", hypothesis_settings.get_profile("looking"), derandomize=True)
hypothesis_settings.load_profile("calm")

LONGEST_FIRST = ("integration/cli", "journeys", "chaos", "contract", "integration", "repository", "unit")
"""Folders of tests in the order in which workers take them: what takes a minute at the end is waited for by all."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Half as many again as there are cores: a quarter of its time a test waits, for a process of its own mostly."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    cores = len(os.sched_getaffinity(0))
    return cores + cores // 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = [f"tests/{folder}/" for folder in LONGEST_FIRST]
    items.sort(
        key=lambda item: next((n for n, place in enumerate(places) if item.nodeid.startswith(place)), len(places))
    )


def shared_path(relative: str) -> Path:
    """A file of the shared reference material, read where it stands; skips, saying so, where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"reference material {relative} is not here (set SLUIS_SHARED)")
    return path


@pytest.fixture
def fixed_clock() -> Iterator[clock.FixedClock]:
    """A clock that stands at 23 November 2026, 10:00 in the Netherlands, until the test moves it."""
    standing = clock.FixedClock()
    before = clock.install(standing)
    yield standing
    clock.install(before)


@pytest.fixture
def within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long tries to sign in take here, they come within the minute that they are counted by."""
    from allauth.core.internal import ratelimit

    moments = count(1_800_000_000.0, 0.001)
    standing = SimpleNamespace(time=lambda: next(moments), monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(ratelimit, "time", standing)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `sluis migrate` leaves it, for a process of its own that migrating is not the point of. Copy it:
    to make one takes seconds."""
    return made_once(tmp_path_factory, "migrated", _migrate)


def _migrate(folder: Path) -> None:
    from tests.serving import surroundings

    command = [sys.executable, "-m", "sluis", "migrate", "--quiet"]
    subprocess.run(command, env=surroundings(folder), check=True, capture_output=True)


@pytest.fixture
def data_folder(tmp_path: Path, settings: object) -> Path:
    """An empty data folder for this test alone."""
    from dataclasses import replace

    settings.SLUIS = replace(settings.SLUIS, data=tmp_path)  # type: ignore[attr-defined]
    return tmp_path


def _emptied(tables: list[str]) -> list[str]:
    filled = {"register_vocabulary", "register_concept", "django_content_type", "auth_permission"}
    return [table for table in tables if table not in filled]


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_append_only_triggers() -> Iterator[None]:
    """Emptying the test database between tests is the one deletion the append-only tables must stand. What Django and
    we fill in ourselves after that, and no test that leaves anything behind changes, is not thrown away first."""
    from django.db import connection

    operations = type(connection.ops)
    flush = operations.sql_flush

    def on_sqlite(self: Any, style: object, tables: list[str], **kwargs: object) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = dict(cursor.fetchall())
        drops = [f"DROP TRIGGER {name}" for name in triggers]
        return [*drops, *flush(self, style, _emptied(tables), **kwargs), *triggers.values()]

    def on_postgresql(self: Any, style: object, tables: list[str], **kwargs: object) -> list[str]:
        aside = "SET LOCAL session_replication_role = {}".format
        return [aside("replica"), *flush(self, style, _emptied(tables), **kwargs), aside("origin")]

    operations.sql_flush = on_sqlite if connection.vendor == "sqlite" else on_postgresql
    yield
    operations.sql_flush = flush


@pytest.fixture(autouse=True)
def _dutch() -> Iterator[None]:
    """Every test starts in Dutch, whatever language the one before it left active in this process."""
    from django.utils import translation

    translation.activate("nl")
    yield
    translation.activate("nl")


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """A command run in this process says less than who serves, and sets Django up anew; the next test does not."""
    root, ours = logging.getLogger(), logging.getLogger("sluis")
    handlers, level = root.handlers[:], ours.level
    yield
    root.handlers[:] = handlers
    ours.setLevel(level)


@pytest.fixture(autouse=True)
def _all_drivers() -> Iterator[None]:
    """Reading a map leaves GDAL with one driver, which is meant for a child; here the next test gets them all back."""
    yield
    drivers = sys.modules.get("sluis.lake.vector.drivers")
    if drivers is not None and drivers._handles.cache_info().currsize:
        for handle in drivers._handles().values():
            drivers._gdal().GDALRegisterDriver(handle)
