"""A source from set-up to a table version: real servers, real sandbox, real jobs."""

import gzip
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from tests.integration.lake.sources import CSV, World, endless, said, settle, state_of, tagged
from tests.web_site import Site, say

from sluis.foundation.models import AuditEntry, Job
from sluis.foundation.service import audit
from sluis.kernel import clock
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, fill
from sluis.lake import jobs, runs
from sluis.lake import service as lake
from sluis.lake.models import Source, SourceRun, SourceSecret, TableVersion
from sluis.lake.rows import duck
from sluis.lake.sourcing import running
from sluis.process import service as process

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "zeer-geheim-wachtwoord-77"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def world(data_folder: Path, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> World:
    folders = (str(tmp_path_factory.mktemp("folders")),)
    settings.SLUIS = replace(settings.SLUIS, folders=folders)
    return World()


def listed(settings: Any, site: Site) -> None:
    settings.SLUIS = replace(settings.SLUIS, connect_allow=(f"127.0.0.1:{site.port}",))


def test_a_file_on_the_web_becomes_a_version_and_is_left_alone_until_it_changes(
    world: World, site: Site, settings: Any
) -> None:
    listed(settings, site)
    site.answers["/bomen.csv"] = tagged(CSV, '"een"')
    source = world.source("http-file", {"url": site.url("/bomen.csv")})
    first = world.fetch(source)
    assert (first.state, first.rows, first.bytes) == ("loaded", 2, len(CSV))
    version = TableVersion.objects.get(id=first.table_version_id)
    assert (version.filename, version.source_sha256, version.status) == ("bomen.csv", first.sha256, "ready")
    second = world.fetch(source)
    assert second.state == "unchanged"
    assert site.hits[-1][1]["If-None-Match"] == '"een"'
    site.answers["/bomen.csv"] = tagged(CSV, '"twee"')  # another mark, the same bytes
    assert world.fetch(source).state == "unchanged"
    site.answers["/bomen.csv"] = tagged(b"code;soort\n0001;eik\n", '"drie"')
    last = world.fetch(source)
    assert last.state == "loaded"
    assert "Verdwenen kolommen: {columns}.{'columns': 'bedrag'}" in said(last)
    assert "Nieuwe kolommen: {columns}.{'columns': 'soort'}" in said(last)
    assert world.versions() == ["ready", "ready"]
    assert audit.verify().sound


def test_a_mark_that_cannot_be_sent_back_is_left_out(world: World, site: Site, settings: Any) -> None:
    listed(settings, site)
    site.answers["/bomen.csv"] = tagged(CSV, '"\xe9"')
    source = world.source("http-file", {"url": site.url("/bomen.csv")})
    assert [world.fetch(source).state for _ in range(2)] == ["loaded", "unchanged"]
    assert "If-None-Match" not in site.hits[-1][1]


def test_a_gzipped_file_is_unpacked_and_named_without_its_ending(world: World, site: Site, settings: Any) -> None:
    listed(settings, site)
    site.answers["/bomen.csv.gz"] = say(gzip.compress(CSV[:10]) + gzip.compress(CSV[10:]))
    run = world.fetch(world.source("http-file", {"url": site.url("/bomen.csv.gz")}))
    assert (run.state, run.rows) == ("loaded", 2)
    assert TableVersion.objects.get().filename == "bomen.csv"


PACKED = gzip.compress(b"code;hash\n" + b"".join(b"%d;%d\n" % (n, n * n * n % 99_991) for n in range(5000)))
LIES: dict[str, tuple[Any, str]] = {
    "cut off": (say(CSV, length=len(CSV) + 100), "egress.failed"),
    "cut off inside": (say(PACKED[:-300], Content_Encoding="gzip"), "egress.failed"),
    "gzip cut off": (say(PACKED[:-300]), "source.gzip"),
    "endless": (endless, "egress.too-big"),
    "bomb in transit": (say(gzip.compress(b"0" * 5_000_000), Content_Encoding="gzip"), "egress.too-big"),
    "bomb in a file": (say(gzip.compress(b"0" * 5_000_000)), "source.too-big"),
    "not there": (say(b"nee", 404), "source.not-there"),
    "broken": (say(b"nee", 500), "source.broken-there"),
    "nothing": (say(b"", 204), "source.status"),
    "a page": (say(b"<!doctype html><html><body>Log in</body></html>", Content_Type="text/csv"), "file.type"),
    "empty": (say(b""), "file.empty"),
    "inwards": (say(b"", 302, Location="http://10.0.0.8/geheim"), "egress.private"),
    "to the cloud": (say(b"", 302, Location="http://169.254.169.254/latest/meta-data/"), "egress.private"),
    "not modified, unasked": (say(b"", 304), "source.status"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_source_fails_with_its_reason_and_the_last_good_version_stays(
    world: World, site: Site, settings: Any, lie: str
) -> None:
    listed(settings, site)
    site.answers["/bomen.csv"] = say(CSV)
    source = world.source("http-file", {"url": site.url("/bomen.csv"), "max_mb": 1})
    good = world.fetch(source)
    site.answers["/bomen.csv"], code = LIES[lie]
    run = world.fetch(source)
    assert run.failure is not None, said(run)
    assert (run.state, run.failure["code"]) == ("failed", code)
    latest = lake.latest_ready(by=world.viewer, dataset_id=world.dataset)
    assert latest is not None
    assert latest.id == good.table_version_id
    assert not list((settings.SLUIS.data / "tmp").glob("source-*"))


def test_a_server_that_asks_for_rest_gets_it(world: World, site: Site, settings: Any, fixed_clock: FixedClock) -> None:
    listed(settings, site)
    site.answers["/x"] = say(b"", 429, Retry_After="7200")
    source = world.source("http-file", {"url": site.url("/x")})
    assert world.fetch(source).state == "failed"
    assert state_of(source).next_at == clock.now() + timedelta(hours=2)
    site.answers["/x"] = say(b"", 503, Retry_After="Mon, 23 Nov 2026 12:00:00 GMT")
    assert world.fetch(source).state == "failed"
    assert state_of(source).next_at == clock.now() + timedelta(hours=3)
    site.answers["/x"] = say(CSV)
    assert world.fetch(source).state == "loaded"
    assert state_of(source).next_at is None  # by hand only, and nothing to try again


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_let_in_stops_at_once_and_his_steward_hears_it(
    world: World, site: Site, settings: Any, status: int
) -> None:
    listed(settings, site)
    site.answers["/x"] = say(CSV)
    entry = {"url": site.url("/x"), "token": "geheim"}
    source = world.source("http-file", entry, schedule={"every": "day", "at": "06:00"})
    good = world.fetch(source)
    site.answers["/x"] = say(b"", status)
    assert world.stopped(source) == "source.denied"
    assert not running.anything_due()
    latest = lake.latest_ready(by=world.viewer, dataset_id=world.dataset)
    assert latest is not None
    assert latest.id == good.table_version_id
    site.answers["/x"] = say(CSV + b"0003;2,50\n")
    lake.retry_source(by=world.steward, source_id=source)
    settle()
    assert lake.source(by=world.viewer, source_id=source).standing == "good"
    assert not state_of(source).paused


def test_a_public_server_that_says_no_once_is_tried_again(world: World, site: Site, settings: Any) -> None:
    listed(settings, site)
    site.answers["/x"] = say(b"", 403)
    source = world.source("http-file", {"url": site.url("/x")})
    run = world.fetch(source)
    assert run.failure is not None
    assert (run.state, run.failure["code"]) == ("failed", "source.denied")
    assert not state_of(source).paused
    assert state_of(source).next_at is not None


def test_a_refusal_that_asks_for_rest_is_no_refusal(world: World, site: Site, settings: Any) -> None:
    listed(settings, site)
    site.answers["/x"] = say(b"", 403, Retry_After="60")
    run = world.fetch(world.source("http-file", {"url": site.url("/x")}))
    assert run.failure is not None
    assert (run.state, run.failure["code"]) == ("failed", "source.busy-there")


@pytest.mark.parametrize(
    ("answer", "code", "hours"),
    [(socket.EAI_NONAME, "egress.no-host", 1), (socket.EAI_AGAIN, "egress.failed", 12)],
    ids=["no such name", "no DNS"],
)
def test_a_name_that_does_not_exist_is_waited_for_shortly_and_a_dns_that_is_away_long(
    world: World, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch, answer: int, code: str, hours: int
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(answer, "")))
    source = world.source("http-file", {"url": "https://bron.example/x"}, schedule={"every": "day", "at": "06:00"})
    began, _ = clock.now(), world.fetch(source)
    for _ in range(4):
        in_turn(source, fixed_clock)
    assert process.notices(by=world.steward)[1] == 1
    while not state_of(source).paused:
        in_turn(source, fixed_clock)
    assert timedelta(hours=hours) < clock.now() - began < timedelta(hours=hours + 2)
    last = SourceRun.objects.filter(state="dead").get().failure
    assert last is not None
    assert last["code"] == code
    assert process.notices(by=world.steward)[1] == 2, "away, and stopped"


def test_attempts_come_slower_until_the_source_is_given_up_and_its_steward_is_told(
    world: World, site: Site, settings: Any, fixed_clock: FixedClock
) -> None:
    listed(settings, site)
    site.answers["/x"] = say(b"", 404)
    source = world.source("http-file", {"url": site.url("/x")}, schedule={"every": "day", "at": "06:00"}, attempts=3)
    world.fetch(source)
    for minutes in (1, 5):
        assert state_of(source).next_at == clock.now() + timedelta(minutes=minutes)
        assert running.claim_due() == 0
        fixed_clock.advance(timedelta(minutes=minutes))
        assert running.anything_due()
        assert running.claim_due() == 1
        settle()
    states = list(SourceRun.objects.order_by("created_at", "id").values_list("state", "attempt", "trigger"))
    assert states == [("failed", 1, "hand"), ("failed", 2, "retry"), ("dead", 3, "retry")]
    assert (state_of(source).paused, state_of(source).next_at) == (True, None)
    assert lake.source(by=world.viewer, source_id=source).standing == "dead"
    notices, total = process.notices(by=world.steward)
    assert total == 1
    assert notices[0].content["params"] == {"source": "Bron", "dataset": "Bomen"}
    assert [row.id for row in lake.sources(by=world.steward, stopped=True)[0]] == [source]
    assert lake.sources(by=world.viewer, stopped=True)[1] == 0
    site.answers["/x"] = say(CSV)
    fixed_clock.advance(timedelta(minutes=1))
    lake.retry_source(by=world.steward, source_id=source)
    settle()
    again = lake.source(by=world.viewer, source_id=source)
    assert (again.standing, again.failures, again.paused) == ("good", 0, False)
    assert again.next_at is not None


def in_turn(source: UUID, fixed_clock: FixedClock) -> float:
    """Wait for the next attempt, and make it; returns how many minutes that took."""
    due = state_of(source).next_at
    assert due is not None
    assert running.claim_due() == 0, "nothing piles up meanwhile"
    waited, fixed_clock.moment = due - clock.now(), due
    assert running.claim_due() == 1
    settle()
    return waited / timedelta(minutes=1)


def test_a_source_that_is_away_for_a_night_is_told_of_and_waited_for(
    world: World, site: Site, settings: Any, fixed_clock: FixedClock
) -> None:
    listed(settings, site)
    site.answers["/x"] = say(b"", 502)
    source = world.source("http-file", {"url": site.url("/x")}, schedule={"every": "minutes", "count": 5}, attempts=3)
    world.fetch(source)
    waits = [in_turn(source, fixed_clock) for _ in range(2)]
    notices, total = process.notices(by=world.steward)
    assert total == 1, "after some minutes, and not when the night is over"
    assert notices[0].content["params"] == {"source": "Bron", "dataset": "Bomen", "times": 3}
    waits += [in_turn(source, fixed_clock) for _ in range(40)]
    assert all(low <= wait <= low * 1.5 for wait, low in zip(waits, [1, 5, *[10] * 40], strict=True))
    assert len(set(waits[2:])) > 1
    assert lake.source(by=world.viewer, source_id=source).standing == "failed"
    assert process.notices(by=world.steward)[1] == 1
    site.answers["/x"] = say(CSV)
    in_turn(source, fixed_clock)
    found = lake.source(by=world.viewer, source_id=source)
    assert (found.standing, found.failures) == ("good", 0)
    assert found.next_at == clock.now() + timedelta(minutes=5)


def test_a_source_that_stays_away_is_given_up_and_its_own_faults_count_apart(
    world: World, site: Site, settings: Any, fixed_clock: FixedClock
) -> None:
    listed(settings, site)
    site.answers["/x"] = say(b"", 502)
    source = world.source("http-file", {"url": site.url("/x")}, schedule={"every": "day", "at": "06:00"}, attempts=2)
    began, _ = clock.now(), world.fetch(source)
    for _ in range(20):
        in_turn(source, fixed_clock)
    site.answers["/x"] = say(b"", 404)
    in_turn(source, fixed_clock)
    assert not state_of(source).paused, "the first fault of its own"
    site.answers["/x"] = say(b"", 502)
    while not state_of(source).paused:
        in_turn(source, fixed_clock)
    assert timedelta(hours=12) < clock.now() - began < timedelta(hours=13)
    assert SourceRun.objects.filter(state="dead").count() == 1
    assert process.notices(by=world.steward)[1] == 2, "away, and stopped"


def test_a_source_is_not_given_up_at_the_first_attempt_after_a_night_in_which_sluis_did_not_run(
    world: World, site: Site, settings: Any, fixed_clock: FixedClock
) -> None:
    listed(settings, site)
    site.answers["/x"] = say(b"", 502)
    source = world.source("http-file", {"url": site.url("/x")}, schedule={"every": "day", "at": "06:00"})
    world.fetch(source)
    for _ in range(14):
        in_turn(source, fixed_clock)
    fixed_clock.advance(timedelta(days=3))
    assert running.claim_due() == 1
    settle()
    assert not state_of(source).paused
    back = clock.now()
    while not state_of(source).paused:
        in_turn(source, fixed_clock)
    assert timedelta(hours=8) < clock.now() - back < timedelta(hours=12), "what it waited before counts"


def test_a_schedule_queues_each_turn_once_and_a_busy_source_skips_its_turn(
    world: World, fixed_clock: FixedClock
) -> None:
    source = world.source("demo", {"station": "Kade", "days": 1}, schedule={"every": "minutes", "count": 60})
    assert not running.anything_due()
    fixed_clock.advance(timedelta(hours=1))
    assert running.claim_due() == 1
    assert running.claim_due() == 0
    fixed_clock.advance(timedelta(hours=1))
    assert running.claim_due() == 0  # the first still waits
    assert state_of(source).next_at == clock.now() + timedelta(hours=1)
    with pytest.raises(Conflict):
        lake.run_now(by=world.steward, source_id=source)
    settle()
    assert SourceRun.objects.get().state == "loaded"
    lake.pause_source(by=world.steward, source_id=source)
    fixed_clock.advance(timedelta(days=2))
    assert not running.anything_due()
    lake.resume_source(by=world.steward, source_id=source)
    assert state_of(source).next_at == clock.now() + timedelta(hours=1)


def test_a_thousand_due_sources_are_claimed_in_five_batches(world: World, fixed_clock: FixedClock) -> None:
    made = state_of(world.source("demo", {"station": "Kade", "days": 1}, schedule={"every": "minutes", "count": 60}))
    names = [f.name for f in Source._meta.fields if f.name not in ("id", "dataset")]
    copies = [Source(dataset_id=made.dataset_id, **{n: getattr(made, n) for n in names}) for _ in range(999)]
    Source.objects.bulk_create(copies)
    fixed_clock.advance(timedelta(hours=1))
    assert [running.claim_due() for _ in range(6)] == [200] * 5 + [0]
    assert SourceRun.objects.filter(state="queued").count() == 1000
    assert Job.objects.filter(task=jobs.run_source.module_path).count() == 1000


def test_a_run_that_was_killed_starts_over_and_one_without_a_job_is_told_of(world: World) -> None:
    source = world.source("demo", {"station": "Kade", "days": 1})
    run_id = lake.run_now(by=world.steward, source_id=source)
    runs.begin(SourceRun.objects.all(), run_id, "")  # and the worker dies here
    settle()
    run = SourceRun.objects.get(id=run_id)
    assert run.state == "loaded"
    assert "afgebroken en begint opnieuw" in said(run)
    lost = lake.run_now(by=world.steward, source_id=source)
    Job.objects.filter(args=[str(lost)]).delete()
    assert running.settle_abandoned() == 1
    assert SourceRun.objects.get(id=lost).failure["code"] == "source.abandoned"  # type: ignore[index]


def test_runs_that_brought_nothing_go_after_a_while_but_for_the_newest(world: World, fixed_clock: FixedClock) -> None:
    source = world.source("demo", {"station": "Kade", "days": 1})
    loaded, *nothing = [(fixed_clock.advance(timedelta(seconds=1)), world.fetch(source))[1] for _ in range(3)]
    assert [run.state for run in (loaded, *nothing)] == ["loaded", "unchanged", "unchanged"]
    fixed_clock.advance(timedelta(days=89))
    assert running.prune() == 0
    fixed_clock.advance(timedelta(days=2))
    assert running.prune() == 1
    assert set(SourceRun.objects.values_list("id", flat=True)) == {loaded.id, nothing[1].id}


def test_a_version_whose_end_was_not_heard_settles_its_run(world: World) -> None:
    source = world.source("demo", {"station": "Kade", "days": 1})
    run = world.fetch(source)
    SourceRun.objects.filter(id=run.id).update(state="running", finished_at=None)
    running.settle_abandoned()
    assert SourceRun.objects.get(id=run.id).state == "loaded"


def test_a_secret_is_sealed_and_shows_nowhere(world: World, site: Site, settings: Any) -> None:
    listed(settings, site)

    def echo(handler: Any) -> None:
        say(CSV, Content_Disposition=f'attachment; filename="{SECRET}.csv"')(handler)

    site.answers["/x"] = echo
    source = world.source("http-file", {"url": site.url("/x"), "token": SECRET})
    assert site.hits == []
    told = lake.check_saved_source(by=world.steward, source_id=source)
    run = world.fetch(source)
    assert site.hits[-1][1]["Authorization"] == f"Bearer {SECRET}"
    record = lake.source(by=world.steward, source_id=source)
    assert record.secrets == ("token",)
    assert SourceSecret.objects.get().sealed.startswith("gAAAA")
    stored: list[Any] = [SourceSecret.objects.get().sealed, state_of(source).config, said(run), told, record]
    stored += [TableVersion.objects.get().filename, list(AuditEntry.objects.values_list("detail", flat=True))]
    stored += list(Job.objects.values_list("args", "kwargs", "result", "failure"))
    assert SECRET not in str(stored)


def test_another_key_of_the_installation_is_told_with_the_way_out(world: World, site: Site, settings: Any) -> None:
    listed(settings, site)
    site.answers["/x"] = say(CSV)
    source = world.source("http-file", {"url": site.url("/x"), "token": SECRET})
    settings.SECRET_KEY = "een heel andere sleutel van genoeg lengte om te tellen"
    run = world.fetch(source)
    assert run.failure is not None
    assert run.failure["code"] == "source.secret-unreadable"
    assert run.failure["params"]["source"] == "Bron"
    assert lake.unreadable_secrets() == ("Bron",)
    lake.change_source(
        by=world.steward, source_id=source, title="Bron", config={"url": site.url("/x"), "token": SECRET}
    )
    assert lake.unreadable_secrets() == ()
    assert world.fetch(source).state == "loaded"


def test_a_secret_of_another_source_does_not_open(world: World) -> None:
    one = world.source("http-file", {"url": "https://een.example/x", "token": SECRET})
    other = world.source("http-file", {"url": "https://twee.example/x", "token": "anders"})
    SourceSecret.objects.filter(source_id=other).update(sealed=SourceSecret.objects.get(source_id=one).sealed)
    with pytest.raises(Conflict) as refused:
        lake.check_saved_source(by=world.steward, source_id=other)
    assert refused.value.code == "source.secret-unreadable"


def test_who_may_do_what(world: World) -> None:
    source = world.source("demo", {"station": "Kade", "days": 1})
    for watcher in (world.viewer, world.owner):
        assert lake.source(by=watcher, source_id=source).title == "Bron"
        for deed in (lake.run_now, lake.pause_source, lake.resume_source, lake.remove_source, lake.retry_source):
            with pytest.raises(NotAllowed):
                deed(by=watcher, source_id=source)
    with pytest.raises(NotFound):
        lake.source(by=world.stranger, source_id=source)
    with pytest.raises(NotFound):
        lake.run_now(by=world.stranger, source_id=source)
    lake.pause_source(by=world.administrator, source_id=source)
    lake.remove_source(by=world.administrator, source_id=source)
    with pytest.raises(ObjectDoesNotExist):
        state_of(source)


def test_a_source_removed_while_it_is_fetched_brings_nothing_more(world: World) -> None:
    source = world.source("demo", {"station": "Kade", "days": 1})
    lake.run_now(by=world.steward, source_id=source)
    lake.remove_source(by=world.steward, source_id=source)
    settle()
    assert world.versions() == []
    assert not Job.objects.exclude(state="successful").exists()


def test_a_changed_source_forgets_what_it_had(world: World) -> None:
    source = world.source("demo", {"station": "Kade", "days": 1})
    world.fetch(source)
    assert state_of(source).state
    lake.change_source(by=world.steward, source_id=source, title="Bron 2", config={"station": "Kade", "days": 2})
    assert (state_of(source).state, state_of(source).loaded_sha256) == ({}, "")
    assert world.fetch(source).rows == 48


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": " "}, "title"),
        ({"mode": "samen"}, "mode"),
        ({"mode": "upsert"}, "key"),
        ({"attempts": 0}, "attempts"),
        ({"config": {"station": ""}}, "station"),
        ({"config": {"station": "x", "days": 900}}, "days"),
        ({"schedule": {"every": "day", "at": "x"}}, "at"),
    ],
)
def test_a_source_that_is_filled_in_wrong_is_not_saved(world: World, more: dict[str, Any], field: str) -> None:
    good = {"connector_name": "demo", "title": "Bron", "config": {"station": "Kade", "days": 1}}
    with pytest.raises(Invalid) as refused:
        lake.create_source(by=world.steward, dataset_id=world.dataset, **(good | more))
    assert [fault.field for fault in refused.value.faults] == [field]
    assert not Source.objects.exists()


def test_a_preview_shows_rows_and_keeps_nothing(world: World, settings: Any) -> None:
    shown = lake.preview_source(
        by=world.steward, dataset_id=world.dataset, connector_name="demo", config={"station": "Kade", "days": 2}
    )
    assert [column["type"] for column in shown.columns] == ["text", "datetime", "integer"]
    assert len(shown.rows) == 20
    assert world.versions() == []
    assert not list((settings.SLUIS.data / "tmp").iterdir())


def test_a_preview_reads_its_own_folder_where_tables_are_read_from_blobs_only(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the server is set up."""
    monkeypatch.setattr(duck, "_folders", [f"{settings.SLUIS.data}/blobs/"])
    monkeypatch.setattr(duck, "_database", None)
    (folder_of(settings) / "a.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"naam": "eik"}, '
        '"geometry": {"type": "Point", "coordinates": [5.1, 51.9]}}]}'
    )
    config = {"folder": str(folder_of(settings)), "pattern": "*.geojson"}
    shown = lake.preview_source(by=world.steward, dataset_id=world.dataset, connector_name="folder", config=config)
    assert shown.rows[0]["naam"] == "eik"
    assert shown.rows[0]["geometry"].startswith("POINT")


def folder_of(settings: Any) -> Path:
    return Path(settings.SLUIS.folders[0])


def test_the_newest_file_of_a_folder(world: World, settings: Any) -> None:
    place = folder_of(settings) / "in"
    place.mkdir()
    (place / "a.csv").write_bytes(CSV)
    (place / "b.csv").write_bytes(b"code;bedrag\n3;4,00\n")
    (place / ".c.csv").write_bytes(b"x")
    (place / "d.txt").write_bytes(b"x")
    os.utime(place / "a.csv", (1, 1_000_000_000))
    os.utime(place / "b.csv", (1, 900_000_000))
    source = world.source("folder", {"folder": "in", "pattern": "*.csv"})
    assert world.fetch(source).rows == 2
    assert world.fetch(source).state == "unchanged"
    os.utime(place / "b.csv", (1, 1_100_000_000))
    assert world.fetch(source).rows == 1


def test_every_new_file_of_a_folder_is_added_in_order(world: World, settings: Any) -> None:
    place = folder_of(settings)
    for number, name in enumerate(("c", "a", "b")):
        (place / f"{name}.csv").write_text(f"code;bedrag\n{name};{number},50\n")
        os.utime(place / f"{name}.csv", (1, 1_000_000_000 + number))
    source = world.source("folder", {"folder": str(place), "pattern": "*.csv", "which": "new"}, mode="append")
    assert world.fetch(source).rows == 1
    for _ in range(3):  # what waits is fetched at once, not at the next turn
        running.claim_due()
        settle()
    versions = lake.versions(by=world.steward, dataset_id=world.dataset)[::-1]
    assert [(v.filename, v.rows_total) for v in versions] == [("c.csv", 1), ("a.csv", 2), ("b.csv", 3)]
    assert world.fetch(source).state == "unchanged"
    (place / "d.csv").write_text("code;bedrag\nd;veel\n")
    run = world.fetch(source)
    assert run.state == "failed", said(run)
    (place / "d.csv").write_text("code;bedrag\nd;9,50\n")
    assert world.fetch(source).state == "loaded"
    assert lake.versions(by=world.steward, dataset_id=world.dataset)[0].rows_total == 4


def test_rows_with_the_same_key_are_replaced(world: World, site: Site, settings: Any) -> None:
    listed(settings, site)
    site.answers["/x"] = say(CSV)
    source = world.source("http-file", {"url": site.url("/x")}, mode="upsert", key=["code"])
    assert world.fetch(source).state == "loaded"
    site.answers["/x"] = say(b"code;bedrag\n0002;7,25\n0003;1,00\n")
    run = world.fetch(source)
    assert run.state == "loaded", said(run)
    assert lake.versions(by=world.steward, dataset_id=world.dataset)[0].rows_total == 3
    last = run.log[-1]
    assert fill(last["text"], last["params"]) == "Versie 2 is klaar: 2 rijen ingelezen, 3 in de tabel."


@pytest.mark.parametrize("way", ["..", "../buiten", "/etc", "/", "link", "link/../../etc", "niets", "in/a.csv"])
def test_no_way_out_of_the_folder(world: World, settings: Any, way: str) -> None:
    root = folder_of(settings)
    (root / "in").mkdir()
    (root / "in" / "a.csv").write_bytes(CSV)
    (root / "link").symlink_to("/etc")
    with pytest.raises(Invalid) as refused:
        lake.check_source(
            by=world.steward, dataset_id=world.dataset, connector_name="folder", config={"folder": way, "pattern": "*"}
        )
    assert refused.value.code == "source.folder"


def test_links_and_other_things_in_the_folder_do_not_count(world: World, settings: Any) -> None:
    root = folder_of(settings)
    (root / "a.csv").symlink_to("/etc/passwd")
    os.mkfifo(root / "b.csv")
    (root / "c.csv").mkdir()
    source = world.source("folder", {"folder": str(root), "pattern": "*.csv"})
    run = world.fetch(source)
    assert run.failure is not None
    assert run.failure["code"] == "source.no-file"


def test_the_own_data_folder_is_no_source(world: World, settings: Any) -> None:
    settings.SLUIS = replace(settings.SLUIS, folders=(str(settings.SLUIS.data),))
    source = world.source("folder", {"folder": str(settings.SLUIS.data), "pattern": "*"})
    run = world.fetch(source)
    assert run.failure is not None
    assert run.failure["code"] == "source.folder"
