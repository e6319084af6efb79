"""The audit chain finds every edit, removal and cut, and the database refuses to make one."""

from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from sluis.foundation import audit
from sluis.foundation.models import AuditEntry, AuditHead
from sluis.foundation.service import writing
from sluis.kernel.actor import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def chain(data_folder):
    for number in range(5):
        with writing(by=SYSTEM, action="test.done", subject=("thing", number)) as write:
            write.note(number=number)


def tamper(sql: str) -> None:
    """What somebody with the database in hand can do: set the rules aside first."""
    rules = import_module("sluis.foundation.migrations.0002_append_only")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_no_update")
            cursor.execute("DROP TRIGGER audit_no_delete")
            cursor.execute(sql)
            for statement in rules.SQLITE:
                cursor.execute(statement)
        else:
            cursor.execute("ALTER TABLE foundation_auditentry DISABLE TRIGGER USER")
            cursor.execute(sql)
            cursor.execute("ALTER TABLE foundation_auditentry ENABLE TRIGGER USER")


def test_a_whole_chain_is_sound():
    verdict = audit.verify()
    assert verdict.sound
    assert verdict.entries == 5
    assert (5, verdict.head) == audit.head() == audit.read_anchor()


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE foundation_auditentry SET actor_key='other' WHERE seq=3", "edited"),
        ("UPDATE foundation_auditentry SET detail='{}' WHERE seq=2", "edited"),
        ("DELETE FROM foundation_auditentry WHERE seq=3", "missing"),
        ("DELETE FROM foundation_auditentry WHERE seq=5", "truncated"),
    ],
)
def test_tampering_is_found(sql, fault):
    tamper(sql)
    assert audit.verify().fault == fault


def test_cutting_chain_and_head_together_is_found_by_the_anchor():
    tamper("DELETE FROM foundation_auditentry WHERE seq=5")
    last = AuditEntry.objects.get(seq=4)
    AuditHead.objects.update(seq=4, hash=last.hash)
    assert audit.verify().fault == "anchor"


def test_the_database_refuses_update_and_delete():
    with pytest.raises(DatabaseError, match="append-only"):
        AuditEntry.objects.filter(seq=1).update(action="nothing")
    with pytest.raises(DatabaseError, match="append-only"):
        AuditEntry.objects.filter(seq=1).delete()


def test_a_failed_operation_leaves_no_entry_and_no_event():
    class Boom(Exception):
        pass

    def operation():
        with writing(by=SYSTEM, action="test.failed", subject=("thing", 9)) as write:
            write.emit("thing.failed", {})
            raise Boom

    with pytest.raises(Boom):
        operation()
    assert audit.head()[0] == 5
    with transaction.atomic():
        assert not AuditEntry.objects.filter(action="test.failed").exists()
