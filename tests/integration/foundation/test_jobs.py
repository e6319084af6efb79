"""Jobs run once when all is well, again after a death, and never write after losing their lease."""

import threading
from datetime import timedelta

import pytest
from django.tasks import task

from sluis.foundation.jobs import fencing, recurring, worker
from sluis.foundation.models import AuditEntry, Job, OutboxEvent
from sluis.foundation.service import run_until_idle, subscribe, writing
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Invalid, Stale

pytestmark = pytest.mark.django_db(transaction=True)
calls: list[object] = []


@pytest.fixture(autouse=True)
def fresh(data_folder, fixed_clock):
    calls.clear()


@task
def note(word: str) -> str:
    calls.append(word)
    return word.upper()


@task
def refuse(word: str) -> None:
    raise Invalid("test.refused", "'{word}' kan niet", word=word)


@task
def stumble() -> None:
    calls.append("stumble")
    raise RuntimeError("no")


@task
def heard(event: dict) -> None:
    calls.append(event["data"]["n"])


def test_a_job_runs_and_keeps_its_result():
    result = note.enqueue("hallo")
    assert run_until_idle() == 1
    result.refresh()
    assert result.return_value == "HALLO"
    assert calls == ["hallo"]


def test_a_refusal_fails_at_once_and_says_why():
    refuse.enqueue("x")
    run_until_idle()
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("failed", 1)
    assert job.failure["error"]["params"] == {"word": "x"}


def test_a_stumble_is_tried_again_a_limited_number_of_times(fixed_clock):
    heard_failure = []
    worker.on_failure(stumble, lambda failure: heard_failure.append(failure["code"]))
    stumble.enqueue()
    for _ in range(10):
        run_until_idle()
        fixed_clock.advance(timedelta(minutes=5))
    assert len(calls) == worker.MAX_ATTEMPTS
    assert Job.objects.get().state == "failed"
    assert heard_failure == ["job.gave-up"]


def test_a_dead_workers_job_goes_to_the_next_and_the_dead_one_cannot_write(fixed_clock):
    note.enqueue("a")
    dead = worker._take("dead", 0)
    assert worker._take("second", 0) is None
    fixed_clock.advance(worker.LEASE + timedelta(seconds=1))
    taken = worker._take("second", 0)
    assert taken.id == dead.id
    assert taken.fence == dead.fence + 1
    token = fencing.current.set(fencing.Hold(dead.id, dead.fence))
    try:
        with pytest.raises(Stale), writing(by=SYSTEM, action="late.write", subject=("thing", 1)):
            pass
    finally:
        fencing.current.reset(token)
    assert not AuditEntry.objects.filter(action="late.write").exists()


def test_events_reach_each_subscriber_once_per_event():
    subscribe("thing.counted", heard)
    with writing(by=SYSTEM, action="count", subject=("thing", 1)) as write:
        write.emit("thing.counted", {"n": 1})
        write.emit("thing.counted", {"n": 2})
    run_until_idle()
    assert sorted(calls) == [1, 2]
    assert OutboxEvent.objects.filter(sent_at=None).count() == 0


def test_recurring_work_is_enqueued_once_per_slot(fixed_clock):
    recurring.every(timedelta(hours=1), heard)
    try:
        recurring._last.clear()
        assert recurring.enqueue_due() >= 1
        recurring._last.clear()
        assert recurring.enqueue_due() == 0
        fixed_clock.advance(timedelta(hours=1))
        assert recurring.enqueue_due() >= 1
    finally:
        recurring._work.pop(heard.module_path)


def test_two_workers_share_the_work_without_doing_it_twice():
    for number in range(20):
        note.enqueue(str(number))
    threads = [threading.Thread(target=lambda: (run_until_idle(), worker.connection.close())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(calls, key=int) == [str(n) for n in range(20)]
