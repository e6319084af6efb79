"""A job waits for what is away outside: long, ever further apart, seen, behind other work, and with an end."""

import json
import socket
import threading
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.tasks import task
from tests.integration.foundation.test_what_is_counted import read
from tests.mail_server import mail_server
from tests.serving import free_port
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.cli.terminal import speech
from sluis.foundation import service
from sluis.foundation.jobs import patience, recurring, worker
from sluis.foundation.models import AuditEntry, Job
from sluis.foundation.service import run_until_idle, send_mail
from sluis.kernel import ids
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Invalid, Unavailable

pytestmark = pytest.mark.django_db(transaction=True)
outside: dict[str, Exception | None] = {}
calls: list[str] = []
heard: list[str] = []


@task
def reach(word: str) -> None:
    calls.append(word)
    if error := outside["there"]:
        raise error


@task
def other(word: str) -> None:
    calls.append(word)


@task
def to_mail(address: str) -> None:
    send_mail(key="een", to=address, subject="Dag", body="Dag")


@task
def come_back() -> None:
    calls.append("come_back")
    if error := outside["there"]:
        raise error


def away(**more: object) -> Unavailable:
    return Unavailable("test.away", "de emmer is weg", **more)


@pytest.fixture(autouse=True)
def fresh(data_folder, fixed_clock, monkeypatch):
    outside["there"] = away()
    calls.clear()
    heard.clear()
    speech.json = speech.quiet = False
    monkeypatch.setattr(recurring, "_work", {})
    monkeypatch.setattr(recurring, "_last", {})
    monkeypatch.setattr(worker, "_on_failure", {})
    monkeypatch.setattr(patience, "lane", patience._Lane())


def attempts(fixed_clock, most: int = 1000) -> list[float]:
    """The waits between the attempts of the one job until it ends."""
    waits = []
    for _ in range(most):
        run_until_idle()
        found = Job.objects.get()
        if found.state != "ready":
            break
        waits.append((found.run_after - fixed_clock.now()).total_seconds())
        fixed_clock.moment = found.run_after
    return waits


def test_what_is_away_is_waited_for_half_a_day_ever_further_apart(fixed_clock):
    worker.on_failure(reach, lambda failure, word: heard.append(failure["code"]))
    reach.enqueue("a")
    began = fixed_clock.now()
    waits = attempts(fixed_clock)
    assert all(5 * 2**n <= wait <= 7.5 * 2**n for n, wait in enumerate(waits[:7]))
    assert all(600 <= wait <= 900 for wait in waits[7:])
    assert len(set(waits[7:])) > 1, "by chance, so that not all come at once"
    assert timedelta(hours=12) < fixed_clock.now() - began < timedelta(hours=12, minutes=16)
    assert heard == ["test.away"], "the thing itself is told once, at the end"
    assert Job.objects.get().state == "failed"


def test_after_a_night_it_is_done_without_anybody(fixed_clock):
    reach.enqueue("a")
    for _ in range(40):
        attempts(fixed_clock, 1)
    outside["there"] = None
    attempts(fixed_clock, 1)
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("successful", 41)


@pytest.mark.parametrize(
    ("error", "times"),
    [(away(passes=False), 4), (RuntimeError("no"), 4), (Invalid("test.no", "nee"), 1)],
    ids=["waiting does not help", "a fault", "the input"],
)
def test_what_is_wrong_in_the_work_itself_ends_soon(fixed_clock, error, times):
    outside["there"] = error
    reach.enqueue("a")
    assert len(attempts(fixed_clock)) == times - 1
    assert len(calls) == times


def test_a_job_that_takes_its_worker_along_ends_also_after_it_waited_long(fixed_clock):
    reach.enqueue("a")
    attempts(fixed_clock, 30)
    fixed_clock.advance(timedelta(minutes=15))
    for _ in range(worker.MAX_ATTEMPTS):
        assert worker._take("dies", worker.WHEN_QUIET) is not None
        patience.lane = patience._Lane()  # what it held goes with its process
        fixed_clock.advance(worker.LEASE + timedelta(seconds=1))
    assert worker._take("dies", worker.WHEN_QUIET) is None
    assert Job.objects.get().failure["error"]["code"] == "job.gave-up"


def test_a_name_that_does_not_exist_is_waited_for_an_hour_and_the_time_before_does_not_count(fixed_clock):
    """A container that starts again has none for a while; who had a typing error in his settings hears it today."""
    outside["there"] = away(nameless=True)
    reach.enqueue("a")
    began = fixed_clock.now()
    attempts(fixed_clock)
    assert Job.objects.get().state == "failed"
    assert timedelta(hours=1) < fixed_clock.now() - began < timedelta(hours=1, minutes=30)
    Job.objects.all().delete()
    outside["there"] = away()
    reach.enqueue("b")
    attempts(fixed_clock, 30)
    outside["there"], began = away(nameless=True), fixed_clock.now()
    attempts(fixed_clock, 3)
    outside["there"] = away()
    attempts(fixed_clock, 1)
    assert patience.since_nameless(Job.objects.get().failure) is None, "its name was there once more"
    outside["there"], began = away(nameless=True), fixed_clock.now()
    attempts(fixed_clock)
    assert Job.objects.get().state == "failed"
    assert timedelta(hours=1) < fixed_clock.now() - began < timedelta(hours=1, minutes=31)


def test_own_faults_keep_their_number_while_it_waited(fixed_clock):
    reach.enqueue("a")
    attempts(fixed_clock, 30)
    outside["there"] = RuntimeError("no")
    assert attempts(fixed_clock) == [5, 10, 20]
    assert Job.objects.get().attempts == 34


def test_a_clock_that_was_wrong_ends_nothing_early(fixed_clock):
    reach.enqueue("a")
    attempts(fixed_clock, 2)
    fixed_clock.advance(timedelta(days=3652))
    attempts(fixed_clock, 2)
    assert Job.objects.get().state == "ready"
    fixed_clock.advance(timedelta(days=-7304))
    assert patience.since_away(Job.objects.get().failure) == fixed_clock.now()


def test_a_night_in_which_sluis_did_not_run_ends_nothing_at_its_first_attempt_after(fixed_clock):
    """A laptop that was closed, or a backup of last week: its network may come a moment later than Sluis."""
    reach.enqueue("a")
    attempts(fixed_clock, patience.FEWEST_AWAY + 1)
    fixed_clock.advance(timedelta(days=3))
    attempts(fixed_clock, 1)
    assert Job.objects.get().state == "ready"
    back = fixed_clock.now()
    attempts(fixed_clock)
    assert Job.objects.get().state == "failed"
    assert timedelta(hours=8) < fixed_clock.now() - back < timedelta(hours=12), "what it waited before counts"


def test_a_mail_to_nobody_is_given_up_soon_and_one_that_may_come_later_waits(fixed_clock, settings):
    with mail_server(settings) as there:
        there.unknown = {"weg@merwede.example"}
        to_mail.enqueue("weg@merwede.example")
        assert len(attempts(fixed_clock)) == worker.MAX_ATTEMPTS - 1
        Job.objects.all().delete()
        there.refuse = True
        to_mail.enqueue("piet@merwede.example")
        assert len(attempts(fixed_clock, 20)) == 20
        there.refuse = False
        attempts(fixed_clock, 1)
        assert list(there.read) == ["piet@merwede.example"]


def test_mail_that_never_goes_out_by_itself_is_given_up_and_a_server_that_is_away_waited_for(
    fixed_clock, settings, monkeypatch
):
    def ended(times: int) -> tuple[str, bool]:
        Job.objects.all().delete()
        to_mail.enqueue("piet@merwede.example")
        attempts(fixed_clock, times)
        job = Job.objects.get()
        return job.failure["error"]["code"], job.state == "failed"

    with mail_server(settings, accounts={"sluis": "goed"}) as there:
        options = settings.MAILERS["default"]["OPTIONS"]
        options |= {"username": "sluis", "password": "fout"}
        assert ended(worker.MAX_ATTEMPTS) == ("mail.login", True)
        options["password"] = "goed"
        to_mail.enqueue("jan@merwede.example")
        run_until_idle()
        assert list(there.read) == ["jan@merwede.example"]
        options["port"] = free_port()
        assert ended(20) == ("mail.away", False)
        for answer, code, over in (
            (socket.EAI_NONAME, "mail.no-host", True),
            (socket.EAI_AGAIN, "mail.away", False),
        ):
            monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(answer, "")))
            assert ended(25) == (code, over)


def test_it_is_seen_and_runs_now_when_somebody_says_so(fixed_clock, monkeypatch):
    monkeypatch.setattr("sluis.cli.jobs.start", lambda: None)
    reach.enqueue("a")
    began = fixed_clock.now()
    attempts(fixed_clock, 9)
    run_until_idle()
    assert (read("sluis_jobs_away", code="test.away"), service.backlog().away) == (1, 1)
    (seen,) = service.jobs(by=SYSTEM, state="waiting")
    assert (seen.state, seen.away_since, seen.retryable, seen.attempts) == ("waiting", began, True, 10)
    assert seen.run_after > fixed_clock.now()
    assert service.jobs(by=SYSTEM, state="ready") == ()
    shown = CliRunner().invoke(app, ["jobs", "list", "--state", "waiting", "--json"])
    (row,) = json.loads(shown.stdout)
    assert (row["reason"], row["next_at"]) == ("de emmer is weg", seen.run_after.isoformat(timespec="seconds"))
    speech.json = False
    table = CliRunner().invoke(app, ["jobs", "list"]).stdout
    assert row["next_at"] in table
    assert service.delayed_here().next_at == seen.run_after
    assert CliRunner().invoke(app, ["jobs", "retry", row["id"]]).exit_code == 0
    before = len(calls)
    run_until_idle()
    assert len(calls) == before + 1
    outside["there"] = None
    service.retry_job(by=SYSTEM, job_id=seen.id)
    run_until_idle()
    assert Job.objects.get().state == "successful"
    assert AuditEntry.objects.filter(action="foundation.job.retried").count() == 2
    assert read("sluis_jobs_away", code="test.away") is None
    with pytest.raises(Conflict):
        service.retry_job(by=SYSTEM, job_id=seen.id)


def test_who_waits_for_the_thing_sees_why_and_until_when(fixed_clock):
    first, second = ids.new_id(), ids.new_id()
    reach.enqueue(str(first))
    assert service.delayed(first) is None, "not tried yet"
    run_until_idle()
    found = service.delayed(second, first)
    assert (found.next_at, found.failure["code"]) == (Job.objects.get().run_after, "test.away")
    assert service.delayed(second) is None


def test_what_waits_holds_back_no_other_work_and_is_tried_by_one_thread_at_a_time(fixed_clock):
    for number in range(20):
        reach.enqueue(f"waits {number}")
    run_until_idle()
    assert read("sluis_job_oldest_ready_seconds") == 0
    fixed_clock.advance(timedelta(minutes=10))
    assert read("sluis_job_oldest_ready_seconds") == 0, "that says nothing of the workers"
    other.using(priority=-10).enqueue("other")
    calls.clear()
    worker.run_one()
    assert calls == ["other"], "also before what came first, and what is asked for with less haste"
    held = worker._take("first thread", worker.WHEN_QUIET)
    assert worker._take("second thread", worker.WHEN_QUIET) is None
    other.enqueue("more")
    assert worker._take("second thread", worker.WHEN_QUIET).args == ["more"]
    patience.lane.leave(held.id, well=False)
    assert worker._take("second thread", worker.WHEN_QUIET) is not None


def test_once_an_attempt_is_good_everybody_helps(fixed_clock):
    for number in range(5):
        reach.enqueue(str(number))
    run_until_idle()
    fixed_clock.advance(timedelta(minutes=10))
    outside["there"] = None
    worker.run_one()
    assert worker._take("first thread", worker.WHEN_QUIET) is not None
    assert worker._take("second thread", worker.WHEN_QUIET) is not None


def test_a_thousand_that_wait_are_tried_by_one_of_four_threads(fixed_clock):
    busy, most, gate = [0], [0], threading.Lock()

    def watched(word: str) -> None:
        with gate:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        threading.Event().wait(0.01)
        with gate:
            busy[0] -= 1
        raise away()

    moment = fixed_clock.now()
    failure = {"error": {"kind": "unavailable", "code": "test.away"}, "away": {"times": 3, "since": moment.isoformat()}}
    row = {"task": reach.module_path, "run_after": moment, "created_at": moment, "priority": patience.BEHIND}
    Job.objects.bulk_create(Job(args=[str(n)], attempts=3, failure=failure, **row) for n in range(1000))
    original = reach.func
    object.__setattr__(reach, "func", watched)

    def some() -> None:
        for _ in range(15):
            worker.run_one()
        worker.connection.close()

    threads = [threading.Thread(target=some) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        object.__setattr__(reach, "func", original)
    assert most[0] == 1
    assert Job.objects.filter(attempts=4).exists()


def test_work_that_comes_back_does_not_pile_up_behind_itself(fixed_clock):
    recurring.every(timedelta(minutes=1), come_back)
    for _ in range(45):
        recurring.enqueue_due()
        run_until_idle()
        fixed_clock.advance(timedelta(minutes=1))
    assert Job.objects.count() <= 2, "no more than gave up"
    assert len(calls) >= 40, "and no further apart than it comes"
    (item,) = service.recurring_work(by=SYSTEM)
    assert item.last_state in ("waiting", "failed")
    outside["there"] = None
    if item.last_state == "waiting":
        service.run_work(by=SYSTEM, task=come_back.module_path)
        run_until_idle()
        assert service.recurring_work(by=SYSTEM)[0].last_state == "successful"


def test_paused_work_that_waits_rests_too_until_it_is_resumed_or_asked_for(fixed_clock):
    recurring.every(timedelta(hours=1), come_back)
    recurring.enqueue_due()
    attempts(fixed_clock, 2)
    service.pause_work(by=SYSTEM, task=come_back.module_path)
    before = len(calls)
    fixed_clock.advance(timedelta(hours=20))
    run_until_idle()
    assert len(calls) == before, "whoever pauses it during maintenance means that"
    service.run_work(by=SYSTEM, task=come_back.module_path)
    run_until_idle()
    assert len(calls) == before + 1
    fixed_clock.advance(timedelta(hours=20))
    service.resume_work(by=SYSTEM, task=come_back.module_path)
    run_until_idle()
    assert len(calls) == before + 2
    assert Job.objects.get().state == "ready"
