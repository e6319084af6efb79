"""A small public catalogue: every kind, one with rows, files and two releases. Made once per module."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from tests.integration.api import world

from sluis.api import answering, clients


@pytest.fixture(autouse=True)
def fresh_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Full buckets for every test, too deep to empty by accident."""
    monkeypatch.setattr(answering, "buckets", clients.Buckets(rate=1e9, burst=1e9))


@pytest.fixture(scope="module")
def catalogue(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    data = replace(settings.SLUIS, data=tmp_path_factory.mktemp("data"))
    with django_db_blocker.unblock(), override_settings(SLUIS=data):
        with transaction.atomic():
            world.small_catalogue(tmp_path_factory.mktemp("made"))
            yield
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture
def outside(catalogue: None, db: None) -> None:
    """The catalogue stands outside; what a test adds is gone after it."""
