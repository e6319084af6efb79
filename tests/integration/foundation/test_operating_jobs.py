"""An operator sees what the work is doing, steers what comes back, and nobody else learns that it exists."""

import json
import logging
from datetime import timedelta

import pytest
from django.tasks import task
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.cli.terminal import speech
from sluis.foundation import service
from sluis.foundation.jobs import recurring, worker
from sluis.foundation.models import AuditEntry, Job
from sluis.foundation.service import create_organisation, create_person, grant, run_until_idle
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db(transaction=True)
log = logging.getLogger("sluis.test")
calls: list[str] = []


@task
def come_back() -> None:
    calls.append("come_back")


@task
def talk(words: list[str]) -> None:
    for word in words:
        log.info("%s", word)
    if "stop" in words:
        raise RuntimeError("jan@merwede.example")


@task
def refuse() -> None:
    raise Invalid("test.refused", "nee")


NAME = come_back.module_path


@pytest.fixture(autouse=True)
def work(data_folder, fixed_clock, monkeypatch):
    calls.clear()
    speech.json = speech.quiet = False
    monkeypatch.setattr(recurring, "_work", {})
    monkeypatch.setattr(recurring, "_last", {})
    recurring.every(timedelta(hours=1), come_back)


@pytest.fixture
def some(db):
    """An operator of everything, one of a single organisation of two, and a viewer."""
    first = create_organisation(by=SYSTEM, slug="een", name="Een")
    second = create_organisation(by=SYSTEM, slug="twee", name="Twee")

    def made(name, role, *organisations):
        person = create_person(by=SYSTEM, email=f"{name}@een.example", name=name, password="een-lange-zin-om-mee")
        for organisation in organisations:
            grant(by=SYSTEM, user_id=person.id, organisation_id=organisation.id, role=role)
        return service.actor_of(person)

    return {
        "all": made("alle", "administrator", first, second),
        "one": made("een", "administrator", first),
        "viewer": made("kijker", "viewer", first, second),
    }


def hours(count: int, fixed_clock) -> None:
    for _ in range(count):
        recurring.enqueue_due()
        run_until_idle()
        fixed_clock.advance(timedelta(hours=1))


def test_paused_work_rests_and_comes_back(fixed_clock):
    hours(2, fixed_clock)
    service.pause_work(by=SYSTEM, task=NAME)
    hours(3, fixed_clock)
    assert len(calls) == 2
    (paused,) = service.recurring_work(by=SYSTEM)
    assert (paused.next_at, paused.last_state) == (None, "successful")
    with pytest.raises(Conflict):
        service.pause_work(by=SYSTEM, task=NAME)
    service.resume_work(by=SYSTEM, task=NAME)
    with pytest.raises(Conflict):
        service.resume_work(by=SYSTEM, task=NAME)
    hours(1, fixed_clock)
    assert len(calls) == 3
    assert [e.action for e in AuditEntry.objects.filter(action__startswith="foundation.work")] == [
        "foundation.work.paused", "foundation.work.resumed",
    ]  # fmt: skip


def test_the_next_time_is_the_time_at_which_it_comes(fixed_clock):
    hours(1, fixed_clock)
    (item,) = service.recurring_work(by=SYSTEM)
    before = len(calls)
    fixed_clock.moment = item.next_at - timedelta(seconds=1)
    recurring.enqueue_due()
    fixed_clock.moment = item.next_at
    recurring.enqueue_due()
    run_until_idle()
    assert len(calls) == before + 2  # the slot before and this one


def test_work_runs_now_also_when_it_is_paused_but_not_twice_at_once(fixed_clock):
    service.pause_work(by=SYSTEM, task=NAME)
    service.run_work(by=SYSTEM, task=NAME)
    with pytest.raises(Conflict):
        service.run_work(by=SYSTEM, task=NAME)
    run_until_idle()
    assert calls == ["come_back"]


def test_nobody_else_learns_of_it(some):
    job_id = service.run_work(by=some["all"], task=NAME)
    assert service.job(by=some["all"], job_id=job_id).task == NAME
    assert service.recurring_work(by=some["all"])
    assert service.recurring_work(by=some["one"]) == ()
    for deed in (service.pause_work, service.resume_work, service.run_work):
        with pytest.raises(NotFound):
            deed(by=some["one"], task=NAME)
        with pytest.raises(NotAllowed):
            deed(by=some["viewer"], task=NAME)
        with pytest.raises(NotFound):
            deed(by=some["all"], task="os.system")
    with pytest.raises(NotFound):
        service.job(by=some["one"], job_id=job_id)
    with pytest.raises(NotAllowed):
        service.job(by=some["viewer"], job_id=job_id)


def test_a_job_keeps_its_last_lines_over_attempts_and_redacted(fixed_clock):
    talk.enqueue([f"regel {n}" for n in range(60)] + ["stop"])
    run_until_idle()
    fixed_clock.advance(timedelta(minutes=1))
    Job.objects.update(args=[["tweede poging"]])
    run_until_idle()
    found = Job.objects.get()
    lines = found.log.splitlines()
    assert found.state == "successful"
    assert len(lines) == 50
    assert "regel 59" in found.log
    assert "regel 1 " not in found.log
    assert "RuntimeError" in found.log
    assert "tweede poging" in lines[-1]
    assert "jan@merwede.example" not in found.log
    assert found.id.hex in lines[0]


def test_a_job_that_says_nothing_writes_nothing_more():
    Job.objects.all().delete()
    come_back.enqueue()
    run_until_idle()
    assert Job.objects.get().log == ""


def command(*words: str):
    return CliRunner().invoke(app, ["jobs", *words, "--json"])


def test_the_command_shows_and_steers(monkeypatch):
    monkeypatch.setattr("sluis.cli.jobs.start", lambda: None)
    refuse.enqueue()
    run_until_idle()
    (row,) = json.loads(command("list", "--state", "failed").stdout)
    assert (row["reason"], row["retryable"]) == ("nee", True)
    assert json.loads(command("show", row["id"]).stdout)["attempts"] == 1
    assert command("retry", row["id"]).exit_code == 0
    assert Job.objects.get().state == "ready"
    assert json.loads(command("work").stdout)[0]["every_seconds"] == 3600
    assert command("pause", "come_back").exit_code == 0
    assert json.loads(command("work").stdout)[0]["paused_since"]
    assert command("run", "come_back").exit_code == 0
    assert command("resume", NAME).exit_code == 0
    assert isinstance(command("retry", "geen-kenmerk").exception, NotFound)
    assert isinstance(command("pause", "back").exception, NotFound), "only whole words of a name count"
    assert command("list", "--state", "klaar").exit_code == 2


def test_waits_between_attempts_grow(fixed_clock):
    talk.enqueue(["stop"])
    waits = []
    for _ in range(worker.MAX_ATTEMPTS - 1):
        run_until_idle()
        found = Job.objects.get()
        waits.append((found.run_after - fixed_clock.now()).total_seconds())
        fixed_clock.moment = found.run_after
    run_until_idle()
    assert waits == [5, 10, 20]
    assert Job.objects.get().state == "failed"
