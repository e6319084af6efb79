"""Whoever changes the audit chain behind our back is found, every time and however carefully it was done."""

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings as live
from django.db import connection

from sluis.foundation import audit
from sluis.foundation.models import AuditEntry, AuditHead
from sluis.foundation.service import writing
from sluis.kernel.actor import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
ENTRIES, SEEDS = 30, 20
TRIGGERS = ("audit_no_update", "audit_no_delete")


@pytest.fixture
def chain(data_folder: Path) -> None:
    for n in range(ENTRIES):
        with writing(by=SYSTEM, action="test.happened", subject=("thing", n)) as write:
            write.note(n=n)
    assert audit.verify().sound
    assert audit.head()[0] == ENTRIES
    with connection.cursor() as cursor:
        saved = cursor.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'foundation_auditentry'"
        ).fetchall()
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER {name}")
    yield
    with connection.cursor() as cursor:
        for (sql,) in saved:
            cursor.execute(sql)


def _recompute(start: int) -> None:
    """A careful attacker: every hash from `start` on fits again, the head too."""
    previous = AuditEntry.objects.filter(seq=start - 1).values_list("hash", flat=True).first() or audit.GENESIS
    for entry in AuditEntry.objects.filter(seq__gte=start).order_by("seq"):
        entry.previous_hash = previous
        entry.hash = previous = audit._hash(entry)
        AuditEntry.objects.filter(pk=entry.pk).update(previous_hash=entry.previous_hash, hash=entry.hash)
    last = AuditEntry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    AuditHead.objects.filter(id=1).update(seq=last, hash=previous)


def edit(seq: int, chance: random.Random) -> None:
    field = chance.choice(["actor_key", "action", "subject_id"])
    AuditEntry.objects.filter(seq=seq).update(**{field: "iemand-anders"})


def edit_detail(seq: int, chance: random.Random) -> None:
    AuditEntry.objects.filter(seq=seq).update(detail={"n": -1})


def edit_time(seq: int, chance: random.Random) -> None:
    from datetime import timedelta

    entry = AuditEntry.objects.get(seq=seq)
    AuditEntry.objects.filter(seq=seq).update(at=entry.at - timedelta(microseconds=1))


def delete(seq: int, chance: random.Random) -> None:
    AuditEntry.objects.filter(seq=seq).delete()


def delete_and_close_up(seq: int, chance: random.Random) -> None:
    delete(seq, chance)
    for later in range(seq + 1, ENTRIES + 1):
        AuditEntry.objects.filter(seq=later).update(seq=later - 1)


def truncate(seq: int, chance: random.Random) -> None:
    AuditEntry.objects.filter(seq__gte=seq).delete()


def swap(seq: int, chance: random.Random) -> None:
    other = seq % ENTRIES + 1
    AuditEntry.objects.filter(seq=seq).update(seq=10_000)
    AuditEntry.objects.filter(seq=other).update(seq=seq)
    AuditEntry.objects.filter(seq=10_000).update(seq=other)


def insert(seq: int, chance: random.Random) -> None:
    for later in range(ENTRIES, seq - 1, -1):
        AuditEntry.objects.filter(seq=later).update(seq=later + 1)
    model = AuditEntry.objects.order_by("seq").first()
    assert model is not None
    model.pk = model.seq = seq
    model.action = "test.never-happened"
    model.hash = audit._hash(model)
    model.save(force_insert=True)


ATTACKS = (edit, edit_detail, edit_time, delete, delete_and_close_up, truncate, swap, insert)


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("attack", ATTACKS)
def test_tampering_is_always_found(attack: Callable[[int, random.Random], None], careful: bool, chain: None) -> None:
    from django.db import transaction

    missed = []
    for seed in range(SEEDS):
        chance = random.Random(seed)
        seq = chance.randint(1, ENTRIES)
        with transaction.atomic():
            attack(seq, chance)
            if careful:
                _recompute(seq)
            if audit.verify().sound:
                missed.append(seed)
            transaction.set_rollback(True)
        assert audit.verify().sound, "the chain itself is whole again"
    assert missed == []


def test_a_chain_that_starts_over_is_found(chain: None) -> None:
    AuditEntry.objects.all().delete()
    AuditHead.objects.filter(id=1).update(seq=0, hash=audit.GENESIS)
    assert audit.verify().fault == "anchor"


@pytest.mark.parametrize("anchor", [None, "", "{}", '{"seq": 0, "hash": ""}', '{"seq": 3, "hash": "0"}'])
def test_an_anchor_that_is_gone_or_rewritten_is_found(anchor: str | None, chain: None) -> None:
    audit.anchor_path().unlink()
    if anchor is not None:
        audit.anchor_path().write_text(anchor)
    assert audit.verify().fault == "anchor"


@pytest.mark.parametrize(
    "statement", ["UPDATE foundation_auditentry SET action = 'x'", "DELETE FROM foundation_auditentry"]
)
def test_the_database_itself_refuses_to_change_the_chain(statement: str, data_folder: Path) -> None:
    with writing(by=SYSTEM, action="test.happened", subject=("thing", 1)):
        pass
    name = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(name)) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)


def test_a_backup_made_while_writing_is_restored_to_a_sound_chain(data_folder: Path, elsewhere: Path) -> None:
    """The anchor in a backup is never newer than the chain in it, whatever is written in between."""
    from sluis.cli import keep
    from sluis.cli.keep import backing_up

    database = Path(connection.settings_dict["NAME"])
    with writing(by=SYSTEM, action="test.happened", subject=("thing", 1)):
        pass
    snapshot = backing_up._snapshot

    def busy(source: Path, target: Path) -> None:
        snapshot(database, target)
        with writing(by=SYSTEM, action="test.happened", subject=("thing", 2)):
            pass

    (live.SLUIS.data / keep.DATABASE).touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backing_up, "_snapshot", busy)
        manifest = keep.backup(live.SLUIS.data, elsewhere / "copy")
    anchored = json.loads((elsewhere / "copy" / "audit-head.json").read_text())
    assert anchored["seq"] <= manifest["audit_seq"]
