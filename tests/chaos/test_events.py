"""Every event several times and in any order: the site stands as if each had come once, and in order."""

import random
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from tests.chaos.conftest import Province, Tell
from tests.chaos.counts import times
from tests.chaos.world import build

from sluis.foundation import outbox
from sluis.foundation.models import AuditEntry, AuditHead, Job, OutboxEvent, WorkerBeat
from sluis.foundation.service import audit, run_until_idle
from sluis.kernel.clock import FixedClock
from sluis.release.models import Release

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SEED = 20261130
_MACHINERY = (AuditEntry, AuditHead, Job, OutboxEvent, WorkerBeat)


def state() -> dict[str, list[dict[str, Any]]]:
    """Every row of every room, without the machinery that counts its own work."""
    rooms = [m for m in apps.get_models() if m.__module__.startswith("sluis.") and m not in _MACHINERY]
    return {
        model._meta.label: sorted((model.objects.values()), key=lambda row: str(sorted(row.items(), key=str)))
        for model in rooms
    }


def differences(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Any]:
    """Rows that came or went, and the fields that became other ones."""
    before, after = ({row.get("id", str(row)): row for row in rows} for rows in (old, new))
    found: list[Any] = sorted(map(str, before.keys() ^ after.keys()))
    for key in before.keys() & after.keys():
        found += [(name, value, after[key][name]) for name, value in before[key].items() if after[key][name] != value]
    return found


def test_again_and_again_in_any_order_is_once(
    province: Province, data_folder: Path, tmp_path: Path, fixed_clock: FixedClock, tell: Tell
) -> None:
    build(province, tmp_path)
    run_until_idle()
    events = [outbox._shape(event) for event in OutboxEvent.objects.order_by("seq")]
    heard = [event for event in events if outbox._subscribers[event["type"]]]
    published = OutboxEvent.objects.filter(type="release.published").count()
    assert published == Release.objects.count()
    before, written = state(), OutboxEvent.objects.count()
    chance, deliveries = random.Random(SEED), times(10_000, 100)
    sent = [event for event in heard for _ in range(chance.randint(1, 5))]
    sent += chance.choices(heard, k=max(0, deliveries - len(sent)))
    chance.shuffle(sent)
    for event in sent:
        for handler in outbox._subscribers[event["type"]]:
            handler.enqueue(event)
        if chance.random() < 0.1:
            run_until_idle()
    run_until_idle()
    assert not Job.objects.exclude(state=Job.State.SUCCESSFUL).exists()
    after = state()
    for label, rows in before.items():
        assert differences(rows, after[label]) == [], label
    assert OutboxEvent.objects.count() == written
    assert OutboxEvent.objects.filter(type="release.published").count() == published
    assert audit.verify().sound
    tell(8, deliveries=len(sent), events=len(heard), seed=SEED)
