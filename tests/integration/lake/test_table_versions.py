"""From an upload to a ready table version, through the real sandbox and jobs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from django.conf import settings

from sluis.cli.doctor.content import check_tables
from sluis.foundation.models import Job, User
from sluis.foundation.service import (
    acting,
    actor_of,
    blobs,
    create_organisation,
    create_person,
    grant,
    run_until_idle,
)
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, VISITOR, Actor
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, SluisError, Stale, TooMany
from sluis.lake import jobs, operations
from sluis.lake.models import TableVersion, Upload
from sluis.lake.service import (
    abandoned_versions,
    append_upload,
    cancel_upload,
    data_files,
    finish_upload,
    ingest_now,
    latest_ready,
    rejects_path,
    rerun,
    start_upload,
    table_version,
    upload,
    versions,
)
from sluis.register.service import create

pytestmark = pytest.mark.django_db(transaction=True)
CSV = b"code;bedrag;datum\n0001;1.234,50;31-12-2024\n0002;5,00;01-02-2024\n0003;te;veel;velden\n"


class World:
    def __init__(self) -> None:
        self.organisation = create_organisation(by=SYSTEM, slug="merwede", name="Merwede")
        self.steward = self.person("steward@merwede.example", "data_steward")
        self.colleague = self.person("collega@merwede.example", "data_steward")
        self.viewer = self.person("lezer@merwede.example", "viewer")
        self.stranger = self.person("vreemd@merwede.example")
        self.dataset = create(by=self.steward, organisation_id=self.organisation.id, title="Bomen").id

    def person(self, email: str, role: str = "") -> Actor:
        user: User = create_person(by=SYSTEM, email=email, name=email, password="een-lang-wachtwoord-8")
        if role:
            grant(by=SYSTEM, user_id=user.id, organisation_id=self.organisation.id, role=role)
        return acting(user.id)

    def uploaded(self, data: bytes = CSV) -> UUID:
        record = start_upload(by=self.steward, dataset_id=self.dataset, filename="bomen.csv", length=len(data))
        append_upload(by=self.steward, upload_id=record.id, offset=0, chunks=[data])
        return record.id


@pytest.fixture
def world(data_folder: Path) -> World:
    return World()


def test_upload_becomes_a_ready_version(world: World) -> None:
    version_id = finish_upload(by=world.steward, upload_id=world.uploaded())
    assert table_version(by=world.viewer, table_version_id=version_id).status == "queued"
    run_until_idle()
    record = table_version(by=world.viewer, table_version_id=version_id)
    assert (record.status, record.number, record.failure) == ("ready", 1, None)
    assert (record.rows_read, record.rows_loaded, record.rows_rejected) == (3, 2, 1)
    assert record.report is not None
    assert record.profile is not None
    assert record.profile["rows"] == 2
    assert [column["type"] for column in record.report["columns"]] == ["text", "decimal", "date"]
    with duckdb.connect() as con:
        path = data_files(by=world.viewer, table_version_id=version_id).paths[0]
        assert con.execute(f"SELECT code, bedrag::VARCHAR FROM read_parquet('{path}')").fetchall() == [
            ("0001", "1234.50"),
            ("0002", "5.00"),
        ]
    assert "4,ragged" in rejects_path(by=world.viewer, table_version_id=version_id).read_text()
    assert not Upload.objects.exists()
    assert not list((settings.SLUIS.data / "uploads").iterdir())


def test_latest_ready_and_rerun_with_corrections(world: World) -> None:
    first = finish_upload(by=world.steward, upload_id=world.uploaded())
    run_until_idle()
    second = rerun(by=world.steward, table_version_id=first, options={"types": {"code": "integer"}})
    latest = latest_ready(by=world.viewer, dataset_id=world.dataset)
    assert latest is not None
    assert latest.id == first
    run_until_idle()
    latest = latest_ready(by=world.viewer, dataset_id=world.dataset)
    assert latest is not None
    assert latest.id == second
    assert (latest.rows_read, latest.rows_loaded, latest.rows_rejected) == (3, 0, 3)
    assert [record.number for record in versions(by=world.viewer, dataset_id=world.dataset)] == [2, 1]
    reasons = rejects_path(by=world.viewer, table_version_id=second).read_text()
    assert "2,type,Kolom code: '0001' past niet bij het gekozen type integer." in reasons


def test_a_refused_file_fails_with_its_reason_and_leaves_nothing(world: World) -> None:
    version_id = finish_upload(by=world.steward, upload_id=world.uploaded(b"%PDF-1.7 nee"))
    run_until_idle()
    record = table_version(by=world.viewer, table_version_id=version_id)
    assert record.status == "failed"
    assert record.failure is not None
    assert record.failure["code"] == "file.type"
    assert latest_ready(by=world.viewer, dataset_id=world.dataset) is None
    with pytest.raises(NotFound):
        data_files(by=world.viewer, table_version_id=version_id).paths[0]
    assert not list((settings.SLUIS.data / "tmp").iterdir())


def test_killed_halfway_starts_over_and_nothing_is_half_saved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*args: object, **kwargs: object) -> None:
        raise Killed

    version_id = finish_upload(by=world.steward, upload_id=world.uploaded())
    settle = operations.settle
    monkeypatch.setattr(operations, "settle", killed)
    with pytest.raises(Killed):
        operations.complete(by=world.steward, table_version_id=version_id)
    halfway = TableVersion.objects.get(id=version_id)
    assert (halfway.status, halfway.data_sha256, halfway.report) == ("running", "", None)
    monkeypatch.setattr(operations, "settle", settle)
    assert run_until_idle()
    assert table_version(by=world.viewer, table_version_id=version_id).status == "ready"
    assert Job.objects.filter(state=Job.State.FAILED).count() == 0


def test_ingest_now_reports_progress_and_raises_the_reason(world: World, tmp_path: Path) -> None:
    path = tmp_path / "bomen.csv"
    path.write_bytes(CSV)
    told: list[float] = []
    version_id = ingest_now(
        by=world.steward, dataset_id=world.dataset, path=path, on_progress=lambda part, text: told.append(part)
    )
    assert table_version(by=world.steward, table_version_id=version_id).status == "ready"
    assert told
    path.write_bytes(b"")
    with pytest.raises(SluisError) as caught:
        ingest_now(by=world.steward, dataset_id=world.dataset, path=path)
    assert caught.value.code == "file.empty"
    assert versions(by=world.steward, dataset_id=world.dataset)[0].status == "failed"


def test_a_killed_command_is_taken_over_by_a_worker(
    world: World, tmp_path: Path, monkeypatch: Any, fixed_clock: FixedClock
) -> None:
    path = tmp_path / "bomen.csv"
    path.write_bytes(CSV)
    monkeypatch.setattr(operations, "run_held", lambda job, work: None)  # the process is gone before it did anything
    version_id = ingest_now(by=world.steward, dataset_id=world.dataset, path=path)
    assert not run_until_idle(), "while the lease runs, nobody else touches it"
    assert not abandoned_versions()
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    run_until_idle()
    assert table_version(by=world.steward, table_version_id=version_id).status == "ready"
    assert latest_ready(by=world.steward, dataset_id=world.dataset) is not None


def test_an_interrupted_command_fails_its_version_at_once(world: World, tmp_path: Path, monkeypatch: Any) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "bomen.csv"
    path.write_bytes(CSV)
    monkeypatch.setattr(operations, "make_table", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ingest_now(by=world.steward, dataset_id=world.dataset, path=path)
    assert versions(by=world.steward, dataset_id=world.dataset)[0].status == "failed"
    assert Job.objects.get().state == Job.State.FAILED


def test_a_version_without_a_job_is_failed_and_no_other(world: World) -> None:
    lost = finish_upload(by=world.steward, upload_id=world.uploaded())
    TableVersion.objects.filter(id=lost).update(status=TableVersion.Status.RUNNING)
    Job.objects.all().delete()
    waiting = finish_upload(by=world.steward, upload_id=world.uploaded())
    assert abandoned_versions() == (lost,)
    (named,) = check_tables(settings.SLUIS, False)
    assert (named.check, named.state) == ("tables", "warning")
    assert "versie 1" in named.text
    assert "sluis worker" in named.way_out
    jobs.fail_abandoned.func()
    record = table_version(by=world.steward, table_version_id=lost)
    assert record.failure is not None
    assert (record.status, record.failure["code"]) == ("failed", "table.abandoned")
    assert table_version(by=world.steward, table_version_id=waiting).status == "queued"
    assert not abandoned_versions()
    assert [finding.state for finding in check_tables(settings.SLUIS, False)] == ["good"]


def test_what_is_settled_stays_settled(world: World, monkeypatch: Any) -> None:
    version_id = finish_upload(by=world.steward, upload_id=world.uploaded())
    make = operations.make_table

    def failed_meanwhile(*args: Any) -> Any:
        made = make(*args)
        operations.note_failure(by=SYSTEM, table_version_id=version_id, failure={"code": "test"})
        return made

    monkeypatch.setattr(operations, "make_table", failed_meanwhile)
    with pytest.raises(Stale):
        operations.complete(by=world.steward, table_version_id=version_id)
    operations.complete(by=world.steward, table_version_id=version_id)
    operations.note_failure(by=SYSTEM, table_version_id=version_id, failure={"code": "again"})
    row = TableVersion.objects.get(id=version_id)
    assert (row.status, row.failure) == ("failed", {"code": "test"})


def test_wrong_corrections_are_refused_before_anything_is_queued(world: World) -> None:
    upload_id = world.uploaded()
    with pytest.raises(Invalid):
        finish_upload(by=world.steward, upload_id=upload_id, options={"delimiter": "x"})
    assert not TableVersion.objects.exists()
    assert upload(by=world.steward, upload_id=upload_id).complete


def test_who_may(world: World) -> None:
    asked = {"dataset_id": world.dataset, "filename": "a.csv", "length": 5}
    for actor, error in ((world.viewer, NotAllowed), (VISITOR, NotSignedIn)):
        with pytest.raises(error):
            start_upload(by=actor, **asked)
    with pytest.raises((NotFound, NotAllowed)):
        start_upload(by=world.stranger, **asked)
    upload_id = world.uploaded()
    for actor in (world.colleague, world.viewer, world.stranger, VISITOR, actor_of(None)):
        with pytest.raises(NotFound):
            upload(by=actor, upload_id=upload_id)
        with pytest.raises(NotFound):
            append_upload(by=actor, upload_id=upload_id, offset=0, chunks=[b"x"])
    version_id = finish_upload(by=world.steward, upload_id=upload_id)
    for actor in (world.stranger, VISITOR):
        with pytest.raises(NotFound):
            table_version(by=actor, table_version_id=version_id)
        with pytest.raises(NotFound):
            rerun(by=actor, table_version_id=version_id)
    with pytest.raises(NotAllowed):
        rerun(by=world.viewer, table_version_id=version_id)


def test_upload_resumes_after_a_cut(world: World) -> None:
    def cut() -> Iterator[bytes]:
        yield CSV[:10]
        raise ConnectionResetError

    record = start_upload(by=world.steward, dataset_id=world.dataset, filename="../../a/b.csv", length=len(CSV))
    assert record.filename == "b.csv"
    with pytest.raises(ConnectionResetError):
        append_upload(by=world.steward, upload_id=record.id, offset=0, chunks=cut())
    assert upload(by=world.steward, upload_id=record.id).offset == 10
    with pytest.raises(Conflict):
        finish_upload(by=world.steward, upload_id=record.id)
    for wrong in (0, 9, 11):
        with pytest.raises(Stale):
            append_upload(by=world.steward, upload_id=record.id, offset=wrong, chunks=[b"x"])
    done = append_upload(by=world.steward, upload_id=record.id, offset=10, chunks=[CSV[10:]])
    assert done.complete
    with pytest.raises(Invalid) as caught:
        append_upload(by=world.steward, upload_id=record.id, offset=len(CSV), chunks=[b"x"])
    assert caught.value.code == "upload.overrun"
    cancel_upload(by=world.steward, upload_id=record.id)
    with pytest.raises(NotFound):
        upload(by=world.steward, upload_id=record.id)


def test_only_one_writer_at_a_time(world: World) -> None:
    record = start_upload(by=world.steward, dataset_id=world.dataset, filename="a.csv", length=4)

    def second_writer() -> Iterator[bytes]:
        with pytest.raises(Conflict):
            append_upload(by=world.steward, upload_id=record.id, offset=0, chunks=[b"yyyy"])
        yield b"xxxx"

    assert append_upload(by=world.steward, upload_id=record.id, offset=0, chunks=second_writer()).complete
    version_id = finish_upload(by=world.steward, upload_id=record.id)
    source = table_version(by=world.steward, table_version_id=version_id).source_sha256
    assert blobs.path(source).read_bytes() == b"xxxx"


def test_room_is_reserved_and_given_back(world: World, fixed_clock: FixedClock, settings: object) -> None:
    from dataclasses import replace

    settings.SLUIS = replace(settings.SLUIS, upload_quota_gb=1)  # type: ignore[attr-defined]
    asked = {"by": world.steward, "dataset_id": world.dataset, "filename": "a.csv"}
    start_upload(**asked, length=700 * 1024**2)
    with pytest.raises(TooMany) as caught:
        start_upload(**asked, length=700 * 1024**2)
    assert caught.value.code == "upload.no-room"
    with pytest.raises(Invalid):
        start_upload(**asked, length=21 * 1024**3)
    fixed_clock.advance(timedelta(days=3))
    start_upload(**asked, length=700 * 1024**2)
    assert Upload.objects.count() == 1
