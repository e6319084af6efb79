"""Many write at once, each on a connection of its own: what an operation read is what it writes upon."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.tasks import task
from tests.waiting import PATIENCE_SECONDS

from sluis.foundation import audit, blobs, outbox
from sluis.foundation.jobs import worker
from sluis.foundation.models import AuditEntry, Job, Organisation, OutboxEvent, PausedWork
from sluis.foundation.service import create_organisation, run_until_idle, subscribe, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict
from sluis.lake.models import TableVersion
from sluis.lake.service import request_ingest
from sluis.register.service import create

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4
done: list[object] = []


@pytest.fixture(autouse=True)
def fresh(data_folder):
    done.clear()


@task
def note(number: int) -> None:
    done.append(number)


@task
def heard(event: dict) -> None:
    done.append(event["data"]["n"])


def at_once(work: Callable[[int], None], threads: int = THREADS) -> list[Exception]:
    """Run `work(n)` in so many threads that start together; returns what they raised."""
    start, raised = threading.Barrier(threads), []

    def run(n: int) -> None:
        try:
            start.wait(PATIENCE_SECONDS)
            work(n)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
            raised.append(error)
        finally:
            connection.close()

    running = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in running)
    return raised


def test_versions_of_one_table_get_the_next_number_each():
    organisation = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
    dataset = create(by=SYSTEM, organisation_id=organisation.id, title="Paaltjes").id
    blob = blobs.put_bytes(b"a;b\n1;2\n")
    ask = {"by": SYSTEM, "dataset_id": dataset, "blob": blob, "filename": "a.csv"}
    assert at_once(lambda _: [request_ingest(**ask) for _ in range(3)]) == []
    numbers = TableVersion.objects.filter(dataset_id=dataset).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, 3 * THREADS + 1))
    assert audit.verify().sound


def test_a_name_that_all_want_is_given_once():
    raised = at_once(lambda _: create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede"))
    assert [type(error) for error in raised] == [Conflict] * (THREADS - 1)
    assert Organisation.objects.count() == 1
    assert audit.verify().entries == 1


def test_what_was_read_is_still_so_when_it_is_written():
    """Read, think, write: a counter in a row that nobody locks comes out right."""

    def add(n: int) -> None:
        for _ in range(3):
            with writing(by=SYSTEM, action="test.counted", subject=("thing", n)):
                known = PausedWork.objects.filter(task__startswith="n-").count()
                PausedWork.objects.create(task=f"n-{known}", since=clock.now())

    assert at_once(add) == []
    assert PausedWork.objects.count() == 3 * THREADS
    verdict = audit.verify()
    assert (verdict.sound, verdict.entries) == (True, 3 * THREADS)


def test_events_are_numbered_in_the_order_of_the_commits():
    def emit(n: int) -> None:
        for _ in range(3):
            with writing(by=SYSTEM, action="test.emitted", subject=("thing", n)) as write:
                write.emit("test.happened", {"n": n})

    assert at_once(emit) == []
    in_chain = list(AuditEntry.objects.order_by("seq").values_list("subject_id", flat=True))
    assert [str(event.data["n"]) for event in OutboxEvent.objects.order_by("seq")] == in_chain


def test_two_operations_that_meet_each_others_rows_do_not_wait_for_each_other():
    """In the one order and in the other: on PostgreSQL that would be a deadlock without the line."""
    for name in ("a", "b"):
        PausedWork.objects.create(task=name, since=clock.now())

    def touch(n: int) -> None:
        for _ in range(10):
            with writing(by=SYSTEM, action="test.touched", subject=("thing", n)):
                for name in ("ab", "ba")[n % 2]:
                    PausedWork.objects.filter(task=name).update(since=clock.now())

    assert at_once(touch) == []
    assert audit.verify().entries == 10 * THREADS


def test_each_job_runs_once_whoever_takes_it():
    for n in range(40):
        note.enqueue(n)

    def work(n: int) -> None:
        while worker.run_one(f"test-{n}"):
            pass

    assert at_once(work) == []
    assert Counter(done) == Counter(range(40))
    assert set(Job.objects.values_list("state", "attempts", "fence")) == {("successful", 1, 1)}


def test_each_event_is_handed_on_once_whoever_relays_it():
    subscribe("test.relayed", heard)
    for n in range(40):
        with writing(by=SYSTEM, action="test.emitted", subject=("thing", n)) as write:
            write.emit("test.relayed", {"n": n})
    assert at_once(lambda _: [outbox.relay(5) for _ in range(20)]) == []
    assert not OutboxEvent.objects.filter(sent_at=None).exists()
    run_until_idle()
    assert Counter(done) == Counter(range(40))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer, so nobody passes over anything")
def test_a_job_that_another_is_taking_is_passed_over():
    note.enqueue(1)
    note.enqueue(2)
    taken, let_go = threading.Event(), threading.Event()

    def hold(_: int) -> None:
        with transaction.atomic():
            Job.objects.select_for_update().order_by("run_after", "id").first()
            taken.set()
            let_go.wait(PATIENCE_SECONDS)

    holding = threading.Thread(target=at_once, args=(hold, 1))
    holding.start()
    assert taken.wait(PATIENCE_SECONDS)
    assert worker.run_one("second")
    let_go.set()
    holding.join()
    assert done == [2]
    assert worker.run_one("second")
    assert done == [2, 1]
