"""What every command begins with: nothing when the database is up to date, and all of it when it is not."""

import hashlib
import shutil
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder

from sluis.cli import start
from sluis.process.models import CurrentDefinition, Definition
from sluis.process.settling import settle_shipped
from sluis.process.shipped import shipped

pytestmark = pytest.mark.django_db


def test_a_migration_that_is_not_noted_is_waiting() -> None:
    assert start._all_applied()
    last = MigrationRecorder.Migration.objects.filter(app="lake").order_by("-name")[0]
    last.delete()
    assert not start._all_applied()
    assert start._waiting() == [f"lake.{last.name}"]
    MigrationRecorder.Migration.objects.all().delete()
    assert not start._all_applied(), "a database in which nothing stands"


def test_of_what_is_shipped_only_a_file_that_is_not_there_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_shipped()
    for kind in ("policies", "processes"):
        shutil.copytree(shipped(kind), tmp_path / kind)
    changed = tmp_path / "policies" / "openness.dmn"
    changed.write_bytes(changed.read_bytes() + b"<!-- newer -->")
    monkeypatch.setattr("sluis.process.settling.shipped", lambda kind: tmp_path / kind)
    before = Definition.objects.count()
    for _ in range(2):
        assert settle_shipped() == ()
        assert Definition.objects.count() == before + 1
        current = CurrentDefinition.objects.get(key="openness").definition_id
        assert current == hashlib.sha256(changed.read_bytes()).hexdigest()
