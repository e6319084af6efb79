"""Files of a large table that are made after the publication: promised, fixed once, and never in the way."""

import hashlib
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from tests.integration.release.conftest import decided, publish, ready

from sluis.foundation.models import Job
from sluis.foundation.service import audit, blobs, run_until_idle
from sluis.kernel.errors import Gone, Unavailable
from sluis.release import copies, making, projection, public
from sluis.release import service as release
from sluis.release.models import PublicDataset, Release, ReleaseCopy
from sluis.release.publishing import held_blobs
from sluis.release.types import Stage

pytestmark = pytest.mark.django_db
SLUG = "laadpalen-in-merwede"
DOWNLOAD = f"/api/v1/datasets/{SLUG}/releases/1/download"


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table counts as a large one."""
    monkeypatch.setattr(making, "SMALL_BYTES", 0)


@pytest.fixture
def outside(steward: Any, owner: Any, palen: Any) -> Release:
    """Published, while nobody has made the copies yet."""
    lying = ready(steward, palen)
    decided(owner, lying)
    run_until_idle(least=0)
    assert release.dossier(by=steward, dossier_id=lying.id).stage is Stage.PUBLISHED
    return Release.objects.get()


def test_the_release_stands_outside_with_the_decided_table_before_its_copies(outside: Release, client: Any) -> None:
    (file,) = outside.files
    assert (file["format"], file["sha256"]) == ("parquet", outside.decision.content["table"])
    shown = public.release(SLUG, 1)
    assert [f.format for f in shown.files] == ["parquet"]
    assert shown.coming == ("csv", "json")
    assert PublicDataset.objects.get().formats == ["parquet"], "the feed and the filters name what is there"
    assert client.get(f"/api/v1/datasets/{SLUG}/rows").json()["rows"][0]["paal"] == 1


def test_until_then_the_rows_come_out_of_the_table_at_the_same_address(outside: Release, client: Any) -> None:
    for form, start in (("csv", b"paal,plaats,vermogen"), ("json", b"[")):
        answer = client.get(f"{DOWNLOAD}/{form}")
        assert (answer.status_code, answer["Cache-Control"]) == (302, "no-cache")
        streamed = client.get(answer["Location"])
        assert b"".join(streamed.streaming_content).startswith(start)
        current = client.get(f"/api/v1/datasets/{SLUG}/download/{form}")
        assert current["Location"].endswith(f"{DOWNLOAD}/{form}")
    page = client.get(f"/datasets/{SLUG}").content.decode()
    assert page.count("wordt nog gemaakt") == 2
    assert "wordt nog gemaakt" in client.get(f"/datasets/{SLUG}/versions/1").content.decode()
    listed = client.get(f"/api/v1/datasets/{SLUG}/releases").json()["releases"][0]
    assert listed["coming"] == ["csv", "json"]


def test_a_map_that_is_coming_says_when_to_come_back(outside: Release, client: Any) -> None:
    ReleaseCopy.objects.create(release=outside, **making.file_shape("gpkg", SLUG))
    projection.project(outside.dataset_id)
    with pytest.raises(Unavailable):
        public.file(SLUG, "gpkg")
    answer = client.get(f"{DOWNLOAD}/gpkg")
    assert (answer.status_code, answer["Retry-After"]) == (503, "120")


def test_the_worker_makes_them_and_nothing_of_the_release_changes(outside: Release, client: Any) -> None:
    before = Release.objects.values().get()
    run_until_idle()
    assert Release.objects.values().get() == before
    assert PublicDataset.objects.get().formats == ["parquet", "csv", "json"]
    assert public.release(SLUG, 1).coming == ()
    body = b"".join(client.get(f"{DOWNLOAD}/csv").streaming_content)
    made = ReleaseCopy.objects.get(format="csv")
    assert (hashlib.sha256(body).hexdigest(), len(body)) == (made.sha256, made.size)
    assert {made.sha256, outside.files[0]["sha256"]} <= set(held_blobs())
    told = [entry.detail for entry in audit.entries_about("release", outside.id)]
    assert [(d["format"], d["table"]) for d in told] == [(f, outside.files[0]["sha256"]) for f in ("csv", "json")]
    assert copies.make(outside.id) == 0, "doing it again changes nothing"


def test_a_copy_is_fixed_by_the_database(outside: Release) -> None:
    run_until_idle()
    row = ReleaseCopy.objects.filter(format="csv")
    for change in (lambda: row.update(sha256="0" * 64), lambda: row.update(size=1), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_made_again_they_are_the_same_as_those_of_a_small_table(
    outside: Release, steward: Any, owner: Any, palen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_until_idle()
    monkeypatch.setattr(making, "SMALL_BYTES", 10**9)
    publish(steward, owner, palen)
    first, second = (public.release(SLUG, number) for number in (1, 2))
    assert [(f.format, f.sha256) for f in first.files] == [(f.format, f.sha256) for f in second.files]
    assert not ReleaseCopy.objects.filter(release__number=2).exists()


def test_a_kill_between_two_copies_costs_one_and_a_lost_job_is_asked_again(
    outside: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = copies.make_files

    def killed(sha256: str, columns: Any, geometry: Any, formats: Any) -> Any:
        if formats == ["json"]:
            raise KeyboardInterrupt
        return real(sha256, columns, geometry, formats)

    monkeypatch.setattr(copies, "make_files", killed)
    with pytest.raises(KeyboardInterrupt):
        copies.make(outside.id)
    assert public.release(SLUG, 1).coming == ("json",)
    monkeypatch.setattr(copies, "make_files", real)
    assert copies.ask_again() == 0, "a job is waiting"
    Job.objects.all().delete()
    assert copies.ask_again() == 1
    run_until_idle()
    assert public.release(SLUG, 1).coming == ()


def test_a_withdrawn_release_gets_no_copies(
    outside: Release, steward: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdrawn_meanwhile(*given: Any) -> Any:
        release.withdraw(by=owner, dataset_id=outside.dataset_id, reason="Er staat een fout in.")
        return {"csv": blobs.put_bytes(b"too late")}

    monkeypatch.setattr(copies, "make_files", withdrawn_meanwhile)
    assert copies.make(outside.id) == 0
    assert not ReleaseCopy.objects.exclude(sha256="").exists()
    assert copies.ask_again() == 0
    with pytest.raises(Gone):
        public.file(SLUG, "csv")
