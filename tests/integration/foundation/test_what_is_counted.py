"""Every figure says what is so: jobs, events, workers, store, runs in the sandbox and ways out."""

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import DatabaseError
from django.tasks import task
from prometheus_client import REGISTRY as NOT_OURS
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import REPOSITORY
from tests.waiting import until

from sluis.foundation import blobs, egress, sandbox
from sluis.foundation.egress import EgressPolicy
from sluis.foundation.jobs import beats, worker
from sluis.foundation.models import Job
from sluis.foundation.service import run_until_idle, work, writing
from sluis.foundation.telemetry import exposition, figures, instruments
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Invalid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(data_folder, fixed_clock):
    beats._last.clear()


@task
def refuse() -> None:
    raise Invalid("test.refused", "nee")


@task
def fine() -> None:
    pass


def read(name: str, **labels: str) -> float | None:
    """The figure as `/metrics` gives it; None when it is not there."""
    for family in text_string_to_metric_families(exposition.text().decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None


def test_jobs_by_state_by_task_and_by_age(fixed_clock):
    refuse.enqueue()
    run_until_idle()
    fine.enqueue()
    fixed_clock.advance(timedelta(minutes=3))
    held = worker.hold_here(fine)
    assert read("sluis_jobs", state="ready") == 1
    assert read("sluis_jobs", state="running") == 1
    assert read("sluis_jobs", state="failed") == 1
    assert read("sluis_jobs_failed", task=refuse.module_path) == 1
    assert read("sluis_job_oldest_ready_seconds") == 180
    assert read("sluis_jobs_stuck") == 0
    fixed_clock.advance(worker.LEASE * 3)
    assert read("sluis_jobs_stuck") == 1
    assert read("sluis_job_seconds_count", task=refuse.module_path, outcome="failed") >= 1
    before = read("sluis_job_leases_lost_total")
    run_until_idle()
    assert read("sluis_job_leases_lost_total") == before + 1
    assert Job.objects.get(id=held.id).state == "successful"


def test_the_outbox_and_its_age(fixed_clock):
    with writing(by=SYSTEM, action="test.done", subject=("test", 1)) as w:
        w.emit("test.happened", {})
    fixed_clock.advance(timedelta(seconds=42))
    assert (read("sluis_outbox_events"), read("sluis_outbox_oldest_seconds")) == (1, 42)
    run_until_idle()
    assert (read("sluis_outbox_events"), read("sluis_outbox_oldest_seconds")) == (0, 0)


def test_a_worker_is_seen_while_it_works_and_not_after(fixed_clock):
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), kwargs={"pause": 0.02})
    thread.start()
    try:
        until(beats.alive)
        assert read("sluis_workers") == 1
    finally:
        stop.set()
        thread.join()
    assert read("sluis_workers") == 0


def test_a_worker_that_died_is_silent_after_a_minute(fixed_clock):
    beats.beat("host:1:1")
    assert read("sluis_workers") == 1
    fixed_clock.advance(timedelta(seconds=61))
    assert read("sluis_workers") == 0


def test_the_store_the_disk_the_database_and_the_backup(data_folder):
    assert read("sluis_store", what="files") is None
    blobs.put_bytes(b"12345")
    figures.measure()
    assert (read("sluis_store", what="files"), read("sluis_store", what="bytes")) == (1, 5)
    assert read("sluis_disk_bytes", what="free") > 0
    assert read("sluis_database_bytes", part="data") > 100_000
    assert read("sluis_backup_age_seconds") is None
    made = clock.now() - timedelta(hours=5)
    (data_folder / "last-backup.json").write_text(f'{{"made_at": "{made.isoformat()}"}}')
    assert read("sluis_backup_age_seconds") == 18_000


def test_a_figure_that_cannot_be_read_takes_no_other_with_it(monkeypatch):
    def broken() -> figures.Values:
        raise DatabaseError("away")

    one = figures.Figure("sluis_broken", "", (), broken)
    monkeypatch.setitem(figures._figures, "sluis_broken", one)
    assert read("sluis_figures_unread") == 1
    assert read("sluis_jobs", state="ready") == 0


def test_runs_in_the_sandbox_by_how_they_ended(tmp_path):
    folder = REPOSITORY / "tests" / "unit" / "foundation"
    sandbox.configure(code=[folder])
    source = tmp_path / "in.txt"
    source.write_text("x")
    try:
        for name, outcome in (("echo", "done"), ("refuse", "refused"), ("segfault", "sandbox.crash")):
            (tmp_path / name).mkdir()
            entry = f"sandbox_entries:{name}"
            before = count(entry, outcome)
            with nullcontext() if outcome == "done" else pytest.raises(Invalid):
                sandbox.run(entry, {"input": str(source)}, reads=[source], writes=tmp_path / name)
            assert count(entry, outcome) == before + 1
    finally:
        sandbox.configure()


def count(entry: str, outcome: str) -> float:
    return read("sluis_sandbox_seconds_count", entry=entry, outcome=outcome) or 0


@pytest.fixture
def server() -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield running.server_address[1]
    running.shutdown()
    running.server_close()


def test_ways_out_by_how_they_ended(server):
    policy = EgressPolicy(allow_private=("127.0.0.1",))
    before = [read("sluis_egress_requests_total", outcome=o) or 0 for o in ("5xx", "egress.failed")]
    egress.get(f"http://127.0.0.1:{server}/", purpose="test", allow=[f"127.0.0.1:{server}"], policy=policy)
    with pytest.raises(egress.RemoteFailed):
        egress.get("http://127.0.0.1:9/", purpose="test", allow=["127.0.0.1:9"], policy=policy)
    after = [read("sluis_egress_requests_total", outcome=o) or 0 for o in ("5xx", "egress.failed")]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]


def test_nothing_of_others_is_told():
    """The registry of the library tells about this Python process; ours tells about the site."""
    assert instruments.REGISTRY is not NOT_OURS
    assert b"python_info" not in exposition.text()
