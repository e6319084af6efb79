"""Structures for reading a released table fast: promised, made one by one, never in the way, forgotten in the end."""

from typing import Any

import pytest
from django.conf import settings
from tests.integration.release.conftest import decided, publish
from tests.integration.release.conftest import ready as lying_ready

from sluis.cli.doctor.content import check_files, check_speed
from sluis.foundation.models import Job
from sluis.foundation.service import audit, blobs, run_until_idle
from sluis.kernel.actor import SYSTEM
from sluis.lake.rows import duck
from sluis.lake.serving import plan
from sluis.release import aids, public, ready
from sluis.release import service as release
from sluis.release.models import ReadingAid, Release
from sluis.release.publishing import held_blobs

pytestmark = pytest.mark.django_db
SLUG = "laadpalen-in-merwede"
ROWS = f"/api/v1/datasets/{SLUG}/rows"
GROUPS = f"/api/v1/datasets/{SLUG}/groups?by=plaats"


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table counts as a large one with room enough, and no process has opened anything yet."""
    monkeypatch.setattr(plan, "LEAST_ROWS", 0)
    monkeypatch.setattr(plan, "BUDGET", 1000)
    monkeypatch.setattr(ready, "_LOOK_AGAIN_SECONDS", 0.0)
    ready._opened.clear()


@pytest.fixture
def outside(steward: Any, owner: Any, palen: Any) -> Release:
    """Published, while nothing has been made yet."""
    decided(owner, lying_ready(steward, palen))
    run_until_idle(least=0)
    return Release.objects.get()


def _table(outside: Release) -> str:
    assert outside.table
    return outside.table["sha256"]


def _asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that DuckDB gets from now on."""
    asked: list[str] = []
    real = duck.cursor_of_thread

    def counted() -> Any:
        asked.append("")
        return real()

    monkeypatch.setattr(duck, "cursor_of_thread", counted)
    return asked


def test_the_same_is_answered_before_and_after_and_the_table_is_left_alone(
    outside: Release, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [ROWS, f"{ROWS}?plaats=Gorinchem&sort=-paal&count=true", f"{ROWS}/0", GROUPS]
    before = [client.get(address).content for address in addresses]
    assert not aids.files(_table(outside))[0]
    run_until_idle()
    names, coming = aids.files(_table(outside))
    assert {"vectors", "cube"} <= set(names)
    assert not coming
    asked = _asked(monkeypatch)
    from sluis.lake.rows import page

    page._counts.clear()
    assert [client.get(address).content for address in addresses] == before
    assert not asked
    assert set(names.values()) <= set(held_blobs())
    made = [entry.detail["name"] for entry in audit.entries_about("release", outside.id) if "name" in entry.detail]
    assert made.count("vectors") == 1
    assert aids.make(_table(outside)) == 0, "doing it again changes nothing"


def test_a_kill_costs_one_and_a_lost_job_is_asked_again(outside: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    real = aids.sandbox.run

    def killed(entry: str, request: Any, **more: Any) -> Any:
        if request.get("name") == "cube":
            raise KeyboardInterrupt
        return real(entry, request, **more)

    monkeypatch.setattr(aids.sandbox, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        aids.make(_table(outside))
    names, coming = aids.files(_table(outside))
    assert "vectors" in names
    assert coming
    monkeypatch.setattr(aids.sandbox, "run", real)
    assert aids.ask_again() == 0, "a job is waiting"
    Job.objects.all().delete()
    assert aids.ask_again() == 1
    run_until_idle()
    assert "cube" in aids.files(_table(outside))[0]
    assert not aids.files(_table(outside))[1]


def test_what_does_not_fit_is_left_out_and_said(outside: Release, monkeypatch: pytest.MonkeyPatch, client: Any) -> None:
    monkeypatch.setattr(plan, "BUDGET", 0)
    run_until_idle()
    (only,) = release.reading_aids(by=SYSTEM, slug=SLUG)
    assert (only.name, only.sha256, only.note) == ("vectors", "", "past niet binnen de ruimte")
    (job,) = Job.objects.filter(task__endswith="make_aids")
    assert "past niet binnen de ruimte" in job.log
    assert client.get(ROWS).json()["rows"]
    assert aids.ask_again() == 0, "what was left out is not asked again"


def test_a_lost_file_makes_it_slower_and_nothing_else_until_it_is_made_again(outside: Release, client: Any) -> None:
    run_until_idle()
    before = client.get(ROWS).content
    (good,) = check_speed(settings.SLUIS, deep=True)
    blobs.path(aids.files(_table(outside))[0]["vectors"]).unlink()
    ready._opened.clear()
    assert client.get(ROWS).content == before
    (lost,) = check_speed(settings.SLUIS, deep=True)
    assert (good.state, lost.state) == ("good", "warning")
    assert all(finding.state == "good" for finding in check_files(settings.SLUIS, deep=True))
    assert release.rebuild_reading_aids(by=SYSTEM, slug=SLUG) >= 2
    assert next(check_speed(settings.SLUIS, deep=False)).state == "good"
    assert public.ready(public.table(SLUG)) is not None


def test_a_withdrawn_release_keeps_none(outside: Release, owner: Any) -> None:
    run_until_idle()
    assert list(aids.held_blobs())
    release.withdraw(by=owner, dataset_id=outside.dataset_id, reason="Er staat een fout in.")
    assert not list(aids.held_blobs())
    assert aids.make(_table(outside)) == 0
    aids.ask_again()
    assert not ReadingAid.objects.exists()


def test_a_small_table_gets_none(steward: Any, owner: Any, palen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "LEAST_ROWS", 100_000)
    publish(steward, owner, palen)
    run_until_idle()
    assert not ReadingAid.objects.exists()
    assert public.ready(public.table(SLUG)) is None
