"""Blobs in a bucket of a real S3 server, straight and over a way that drops, cuts, shortens and changes."""

import os
import random
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client
from tests.file_servers import GUEST
from tests.storage_servers import Way, bucket, flipped, lying
from tests.waiting import until

from sluis.cli import keep
from sluis.foundation import blobs
from sluis.foundation.storage import Bucket, Disk, cache, copy_all
from sluis.foundation.storage import bucket as our_bucket
from sluis.kernel.errors import Invalid, NotFound, Unavailable

SEED = 20261128


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bucket(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture
def way(server: dict[str, Any]) -> Iterator[Way]:
    with lying(server["storage_endpoint"]) as made:
        yield made


@pytest.fixture
def lake(server: dict[str, Any], way: Way, settings: Any, tmp_path: Path) -> Bucket:
    """A folder of its own in the bucket, and an empty disk; everything passes the way."""
    own = server | {"storage": f"{server['storage']}/{tmp_path.name}", "storage_endpoint": way.address}
    settings.SLUIS = replace(settings.SLUIS, data=tmp_path, **own)
    found = our_bucket()
    assert found is not None
    return found


def forgotten(*hashes: str) -> None:
    """As on a machine that never had these files."""
    for sha in hashes:
        blobs.root().joinpath(sha[:2], sha[2:4], sha).unlink(missing_ok=True)


def unused(*hashes: str) -> None:
    for sha in hashes:
        os.utime(blobs.root() / sha[:2] / sha[2:4] / sha, (1, 1))


def test_what_was_put_is_in_the_bucket_and_comes_back_on_an_empty_machine(lake: Bucket) -> None:
    small, empty = blobs.put_bytes(b"water"), blobs.put_bytes(b"")
    large = blobs.put_bytes(random.Random(SEED).randbytes(40_000_000))
    assert {one.sha256: one.size for one in lake.stored()} == {
        small.sha256: 5, empty.sha256: 0, large.sha256: 40_000_000
    }  # fmt: skip
    forgotten(small.sha256, empty.sha256, large.sha256)
    for ref in (small, empty, large):
        assert blobs.size(ref.sha256) == ref.size
        assert blobs.is_whole(ref.sha256)
        assert sha256(blobs.path(ref.sha256).read_bytes()).hexdigest() == ref.sha256
    assert not list(blobs.root().parent.joinpath("tmp").iterdir())
    with pytest.raises(NotFound):
        blobs.path("0" * 64)


def test_many_who_ask_at_once_fetch_once(lake: Bucket, way: Way) -> None:
    ref = blobs.put_bytes(random.Random(SEED).randbytes(3_000_000))
    forgotten(ref.sha256)
    before = way.done.total()
    with ThreadPoolExecutor(8) as asking:
        assert len({path.stat().st_ino for path in asking.map(blobs.path, [ref.sha256] * 24)}) == 1
    assert way.done.total() - before == 2  # how large, and the bytes


def test_a_fifth_of_all_requests_goes_wrong_and_no_byte_is(lake: Bucket, way: Way) -> None:
    chance = random.Random(SEED)
    contents = [chance.randbytes(chance.choice((0, 1, 900, 70_000, 9_000_000))) for _ in range(60)]
    way.share = 0.2
    kept = {blobs.put_bytes(data).sha256: data for data in contents}
    forgotten(*kept)
    for sha, data in kept.items():
        assert blobs.path(sha).read_bytes() == data
        found = blobs.content(sha)
        assert isinstance(found, Path)
        forgotten(sha)
        found = blobs.content(sha)
        assert isinstance(found, blobs.Elsewhere)
        assert b"".join(found.part(0, found.size)) == data
        forgotten(sha)
        assert b"".join(found.part(1, found.size - 2)) == data[1:-1] if len(data) > 2 else True
    assert sum(way.done[fault] for fault in way.faults) > 50
    assert sorted(one.sha256 for one in lake.stored()) == sorted(kept)


@pytest.mark.parametrize("size", [60_000, 30_000_000])
def test_what_changes_on_the_way_in_is_not_kept(lake: Bucket, way: Way, size: int) -> None:
    way.share, way.faults = 1.0, ("flip",)
    data = random.Random(SEED).randbytes(size)
    with pytest.raises(Unavailable):
        blobs.put_bytes(data)
    way.share = 0.0
    assert not list(lake.stored())
    assert not list(blobs.root().glob("??/??/*"))


@pytest.mark.parametrize("size", [60_000, 30_000_000])
def test_what_changes_on_the_way_out_reaches_nobody(lake: Bucket, way: Way, size: int) -> None:
    """Neither as a file, nor as a stream: of that the last piece never comes."""
    data = random.Random(SEED).randbytes(size)
    ref = blobs.put_bytes(data)
    forgotten(ref.sha256)
    found = blobs.content(ref.sha256)
    assert isinstance(found, blobs.Elsewhere)
    way.share, way.faults = 1.0, ("flip",)
    with pytest.raises(Unavailable) as refused:
        blobs.path(ref.sha256)
    assert refused.value.code == "storage.damaged"
    got = list[bytes]()
    with pytest.raises(Unavailable):
        got.extend(found.part(0, size))
    assert sum(map(len, got)) < size
    assert not list(blobs.root().glob("??/??/*"))
    assert not blobs.is_whole(ref.sha256)


def test_a_bucket_that_is_away_is_told_and_nothing_is_half_kept(lake: Bucket, way: Way, db: None) -> None:
    ref = blobs.put_bytes(b"was there before")
    assert until(lambda: Client().get("/readyz").json()["checks"]["storage"])
    way.down = True
    with pytest.raises(Unavailable) as refused:
        blobs.put_bytes(b"does not come in")
    assert (refused.value.code, refused.value.params["retry_after"]) == ("storage.away", 30)
    assert blobs.path(ref.sha256).read_bytes() == b"was there before"
    forgotten(ref.sha256)
    with pytest.raises(Unavailable):
        blobs.path(ref.sha256)
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["storage"]) == (503, False)
    way.down = False
    assert [one.sha256 for one in lake.stored()] == [ref.sha256]
    assert blobs.path(ref.sha256).read_bytes() == b"was there before"


AMISS: dict[str, tuple[dict[str, str], str, str, bool]] = {
    "a wrong secret": ({"storage_secret_key": "not-the-key"}, "storage.refused", "SignatureDoesNotMatch", False),
    "a key of nobody": ({"storage_key_id": "niemand"}, "storage.refused", "InvalidAccessKeyId", False),
    "no bucket": ({"storage": "s3://nowhere/x", "storage_key_id": GUEST}, "storage.no-bucket", "", False),
    "no such name": ({"storage_endpoint": "http://opslag.invalid:9000"}, "storage.no-host", "", True),
    "no DNS": ({"storage_endpoint": "http://opslag.invalid:9000"}, "storage.away", "", True),
    "a closed port": ({"storage_endpoint": "http://127.0.0.1:9"}, "storage.away", "", True),
}


DNS = {"no such name": socket.EAI_NONAME, "no DNS": socket.EAI_AGAIN}


@pytest.mark.parametrize("amiss", AMISS)
def test_what_somebody_has_to_mend_is_not_taken_for_what_comes_back(
    lake: Bucket, settings: Any, monkeypatch: pytest.MonkeyPatch, amiss: str, way: Way
) -> None:
    ref = blobs.put_bytes(b"water")
    forgotten(ref.sha256)
    changed, code, reason, passes = AMISS[amiss]
    settings.SLUIS = replace(settings.SLUIS, **changed)
    if amiss in DNS:  # no test asks a real one
        monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(DNS[amiss], "")))
    monkeypatch.setattr(sys.modules[Bucket.__module__], "_ATTEMPTS", 1)
    there = our_bucket()
    assert there is not None
    made = there._made
    monkeypatch.setattr(there, "_made", lambda **_: made(retries=0, seconds=30))
    asked: list[Callable[[], Any]] = [
        lambda: blobs.put_bytes(b"more water"),
        lambda: blobs.put_bytes(b"w" * 17_000_000),
        lambda: blobs.path(ref.sha256),
        lambda: b"".join(there.read(ref.sha256)),
        lambda: b"".join(there.read(ref.sha256, 1, 2)),
        lambda: there.facts(ref.sha256),
        lambda: list(there.stored()),
        lambda: there.remove(ref.sha256),
    ]
    for ask in asked:
        with pytest.raises(Unavailable) as refused:
            ask()
        found = refused.value
        assert found.passes is passes
        if amiss == "no bucket" and found.code == "storage.refused":  # who writes would make it here, and may not
            assert found.params["reason"] == "AccessDenied"
            continue
        assert (found.code, found.params.get("reason", "")) in ((code, reason), (code, "403"))
        assert "not-the-key" not in str(found)
    fault = there.fault()
    assert fault is not None
    assert (fault.code, fault.params.get("reason", "")) == (code, reason)
    assert not blobs.answers()


def test_nothing_is_taken_from_the_environment(lake: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """What AWS_… says there may be meant for something else on this machine."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-somebody-else")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    ref = Bucket(lake.address)
    assert ref.fault() is None
    assert list(ref.stored()) == []


def test_the_cache_is_bounded_and_what_is_in_use_stays(lake: Bucket) -> None:
    refs = [blobs.put_bytes(bytes([n]) * 1000) for n in range(10)]
    unused(*[ref.sha256 for ref in refs[:6]])
    with cache.held() as held:
        blobs.path(refs[0].sha256)
        unused(refs[0].sha256)  # an hour passes in the job that asked for it
        held.renew()
        assert cache.shrink(most=3000) == 5
    here = [ref for ref in refs if (blobs.root() / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256).exists()]
    assert here == [refs[0], *refs[6:]]
    assert all(blobs.path(ref.sha256).read_bytes() == bytes([n]) * 1000 for n, ref in enumerate(refs))


def test_a_file_is_never_taken_from_somebody_who_begins_to_read(lake: Bucket) -> None:
    """One removes what he can all the time, others ask and open: nobody finds nothing."""
    refs = [blobs.put_bytes(bytes([n]) * 5000) for n in range(12)]
    busy_with = [threading.Lock() for _ in refs]
    begun, enough, reads = time.monotonic(), threading.Event(), [0] * 4

    def read(seed: int) -> None:
        chance = random.Random(seed)
        while not enough.is_set():
            n = chance.randrange(12)
            with busy_with[n]:
                assert blobs.path(refs[n].sha256).read_bytes() == bytes([n]) * 5000
                if chance.random() < 0.2:  # after the work an hour passes
                    unused(refs[n].sha256)
            reads[seed] += 1

    removed = 0
    with ThreadPoolExecutor(4) as reading:
        busy = [reading.submit(read, n) for n in range(4)]
        while sum(reads) < 200 or removed < 40 or time.monotonic() < begun + 3:
            removed += cache.shrink(most=0)
            if any(one.done() for one in busy):
                break
        enough.set()
    assert [one.result() for one in busy] == [None] * 4


def test_sweep_takes_from_the_bucket_what_nobody_holds(lake: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    held, loose = blobs.put_bytes(b"held"), blobs.put_bytes(b"loose")
    monkeypatch.setattr(blobs, "_holders", [lambda: [held.sha256]])
    assert blobs.sweep() == 0
    assert blobs.sweep(older_than_seconds=-60) == 1
    assert [one.sha256 for one in lake.stored()] == [held.sha256]
    assert lake.size(loose.sha256) is None


@pytest.mark.parametrize("name", ["folder", "one-file.tar"])
def test_a_backup_holds_what_is_in_the_bucket_and_brings_it_back(lake: Bucket, tmp_path: Path, name: str) -> None:
    refs = [blobs.put_bytes(data) for data in (b"water", b"", random.Random(SEED).randbytes(20_000_000))]
    forgotten(*[ref.sha256 for ref in refs])
    with closing(sqlite3.connect(tmp_path / keep.DATABASE)) as database:
        database.execute("CREATE TABLE foundation_audithead (seq INTEGER, hash TEXT)")
    manifest = keep.backup(tmp_path, tmp_path / name, lake)
    assert manifest["blobs"] == {ref.sha256: ref.size for ref in refs}
    for ref in refs:
        lake.remove(ref.sha256)
    keep.restore(tmp_path / name, tmp_path / "back", lake)
    assert all(blobs.is_whole(ref.sha256) for ref in refs)
    assert not (tmp_path / "back" / "blobs").exists()


def test_everything_moves_between_disk_and_bucket_and_goes_on_where_it_was(lake: Bucket, tmp_path: Path) -> None:
    disk = Disk(tmp_path / "elsewhere", tmp_path / "work")
    contents = [b"", b"a" * 10, random.Random(SEED).randbytes(20_000_000)]
    for data in contents:
        (tmp_path / "one").write_bytes(data)
        disk.put(tmp_path / "one", blobs.BlobRef(sha256(data).hexdigest(), len(data)))
    seen: list[tuple[int, int]] = []

    def told(done: int, of: int) -> None:
        seen.append((done, of))
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_all(disk, lake, tmp_path / "on-the-way", told)
    assert len(list(lake.stored())) == 1
    assert copy_all(disk, lake, tmp_path / "on-the-way", lambda done, of: None) == 3
    back = Disk(tmp_path / "back", tmp_path / "work")
    assert copy_all(lake, back, tmp_path / "on-the-way", lambda done, of: None) == 3
    assert {one.sha256 for one in back.stored()} == {sha256(data).hexdigest() for data in contents}
    one = next(disk.stored())
    disk.place(one.sha256).chmod(0o600)
    disk.place(one.sha256).write_bytes(flipped(disk.place(one.sha256).read_bytes()) or b"x")
    with pytest.raises(Invalid):
        copy_all(disk, Disk(tmp_path / "third", tmp_path / "work"), tmp_path / "on-the-way", lambda done, of: None)
