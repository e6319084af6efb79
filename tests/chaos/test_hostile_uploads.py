"""Uploads in pieces under attack: stolen, overrun, raced, cut off, without room. What was accepted is what arrives."""

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as live
from django.db import connection
from tests.chaos.conftest import Province

from sluis.foundation.service import blobs, run_until_idle
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Conflict, Invalid, NotFound, SluisError, Stale, TooMany
from sluis.kernel.ids import new_id
from sluis.lake.models import TableVersion, Upload
from sluis.lake.service import append_upload, cancel_upload, finish_upload, start_upload, upload

pytestmark = pytest.mark.django_db(transaction=True)


def begin(province: Province, length: int, name: str = "a.csv") -> UUID:
    steward = province.people["data_steward"]
    return start_upload(by=steward, dataset_id=province.dataset(), filename=name, length=length).id


def test_only_the_owner_touches_an_upload(province: Province) -> None:
    mine = begin(province, 4)
    for role, other in province.people.items():
        if role == "data_steward":
            continue
        for deed in (
            lambda by=other: upload(by=by, upload_id=mine),
            lambda by=other: append_upload(by=by, upload_id=mine, offset=0, chunks=[b"evil"]),
            lambda by=other: finish_upload(by=by, upload_id=mine),
            lambda by=other: cancel_upload(by=by, upload_id=mine),
        ):
            with pytest.raises(NotFound):
                deed()
    with pytest.raises(NotFound):
        upload(by=province.people["data_steward"], upload_id=new_id())


def test_a_writer_that_lost_its_lease_writes_nothing_more(province: Province, fixed_clock: FixedClock) -> None:
    steward = province.people["data_steward"]
    mine = begin(province, 8)

    def slow() -> Iterator[bytes]:
        yield b"old-"
        fixed_clock.advance(timedelta(minutes=2))
        assert append_upload(by=steward, upload_id=mine, offset=0, chunks=[b"new-"]).offset == 4
        yield b"evil"

    with pytest.raises(Conflict):
        append_upload(by=steward, upload_id=mine, offset=0, chunks=slow())
    assert upload(by=steward, upload_id=mine).offset == 4
    assert append_upload(by=steward, upload_id=mine, offset=4, chunks=[b"good"]).complete
    finish_upload(by=steward, upload_id=mine)
    assert blobs.path(TableVersion.objects.get().source_sha256).read_bytes() == b"new-good"


def test_bytes_that_vanished_are_asked_for_again_and_never_become_zeros(province: Province) -> None:
    steward = province.people["data_steward"]
    mine = begin(province, 8)
    append_upload(by=steward, upload_id=mine, offset=0, chunks=[b"1234"])
    (live.SLUIS.data / "uploads" / mine.hex).unlink()  # as after a restore: the backup holds no half files
    with pytest.raises(Stale):
        append_upload(by=steward, upload_id=mine, offset=4, chunks=[b"5678"])
    assert upload(by=steward, upload_id=mine).offset == 0
    append_upload(by=steward, upload_id=mine, offset=0, chunks=[b"12345678"])
    finish_upload(by=steward, upload_id=mine)
    assert blobs.path(TableVersion.objects.get().source_sha256).read_bytes() == b"12345678"


def test_a_complete_upload_whose_file_is_gone_is_a_conflict(province: Province) -> None:
    steward = province.people["data_steward"]
    mine = begin(province, 4)
    append_upload(by=steward, upload_id=mine, offset=0, chunks=[b"1234"])
    (live.SLUIS.data / "uploads" / mine.hex).unlink()
    with pytest.raises(Conflict):
        finish_upload(by=steward, upload_id=mine)


def test_more_than_announced_is_refused_and_not_kept(province: Province) -> None:
    steward = province.people["data_steward"]
    mine = begin(province, 6)
    with pytest.raises(Invalid):
        append_upload(by=steward, upload_id=mine, offset=0, chunks=[b"1234", b"5678"])
    assert (live.SLUIS.data / "uploads" / mine.hex).read_bytes() == b"1234"
    assert upload(by=steward, upload_id=mine).offset == 4


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "a\\..\\b.csv", "a\x00b.csv", "a\r\nSet-Cookie: x"]
)
def test_a_name_is_a_label_and_never_a_path(name: str, province: Province) -> None:
    record = Upload.objects.get(id=begin(province, 4, name))
    assert not set(record.filename) & set("/\\\r\n\0")


def test_many_at_once_never_reserve_more_than_there_is(province: Province, settings: object) -> None:
    settings.SLUIS = replace(settings.SLUIS, upload_quota_gb=1)  # type: ignore[attr-defined]
    dataset = province.dataset()
    outcomes: list[str] = []

    def reserve() -> None:
        try:
            start_upload(by=province.people["data_steward"], dataset_id=dataset, filename="a", length=300 * 1024**2)
            outcomes.append("taken")
        except SluisError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=reserve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["taken"] * 3 + ["upload.no-room"] * 5
    assert Upload.objects.count() == 3


@pytest.fixture
def narrow(province: Province) -> Iterator[Path]:
    """A disk of 1 MB under the uploads."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder: Path = live.SLUIS.data / "uploads"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_and_what_was_accepted_stays(province: Province, narrow: Path) -> None:
    steward = province.people["data_steward"]
    data = bytes(range(256)) * 8192  # 2 MB
    mine = begin(province, len(data))
    with pytest.raises(TooMany) as caught:
        append_upload(
            by=steward, upload_id=mine, offset=0, chunks=[data[n : n + 65536] for n in range(0, len(data), 65536)]
        )
    assert caught.value.code == "upload.no-room"
    offset = upload(by=steward, upload_id=mine).offset
    assert 0 < offset <= 1024**2
    assert (narrow / mine.hex).read_bytes()[:offset] == data[:offset]
    subprocess.run(["mount", "-o", "remount,size=4m", str(narrow)], check=True)
    append_upload(by=steward, upload_id=mine, offset=offset, chunks=[data[offset:]])
    finish_upload(by=steward, upload_id=mine)
    run_until_idle()
    assert blobs.path(TableVersion.objects.get().source_sha256).read_bytes() == data
