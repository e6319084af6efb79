"""Several machines with a disk each and one bucket: an upload goes on elsewhere, and a release is read elsewhere."""

import random
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.integration.release.conftest import describe, merwede, owner, publish
from tests.processes import deployed
from tests.storage_servers import Way, bucket, lying

from sluis.api import answering, clients
from sluis.foundation.service import acting, blobs, create_person, delayed, grant, run_until_idle
from sluis.foundation.storage import Bucket
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Stale, Unavailable
from sluis.lake import service as lake

__all__ = ["merwede", "owner"]

pytestmark = pytest.mark.django_db(transaction=True)
SEED = 20261128


@pytest.fixture
def steward(merwede: Any) -> Actor:
    """With an account: uploads have an owner."""
    made = create_person(by=SYSTEM, email="s@merwede.example", name="Steward", password="een-lang-wachtwoord-8")
    grant(by=SYSTEM, user_id=made.id, organisation_id=merwede.id, role="data_steward")
    return acting(made.id)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bucket(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture
def way(server: dict[str, Any], settings: Any, tmp_path: Path, monkeypatch: Any) -> Iterator[Way]:
    monkeypatch.setattr(answering, "buckets", clients.Buckets(rate=1e9, burst=1e9))
    with lying(server["storage_endpoint"]) as made:
        own = server | {"storage": f"{server['storage']}/{tmp_path.name}", "storage_endpoint": made.address}
        settings.SLUIS = replace(settings.SLUIS, **own)
        yield made


@pytest.fixture
def machine(way: Way, settings: Any, tmp_path: Path) -> Any:
    """From here on as on the machine of this name."""

    def at(name: str) -> None:
        (tmp_path / name).mkdir(exist_ok=True)
        settings.SLUIS = replace(settings.SLUIS, data=tmp_path / name)

    at("one")
    deployed()
    return at


def test_an_upload_goes_on_at_another_machine(way: Way, machine: Any, merwede: Any, steward: Any) -> None:
    """The first sender breaks off halfway, the second meets a bucket that fails one time in five."""
    lines = random.Random(SEED).choices(["Gorinchem;1\n", "Vianen;22\n", "Leerdam;333\n"], k=3_000_000)
    data = ("plaats;aantal\n" + "".join(lines)).encode()
    dataset = describe(steward, merwede)
    mine = lake.start_upload(by=steward, dataset_id=dataset.id, filename="a.csv", length=len(data)).id

    def broken() -> Iterator[bytes]:
        for start in range(0, 20_000_000, 1 << 16):
            yield data[start : start + (1 << 16)]
        raise ConnectionError("the sender is gone")

    with pytest.raises(ConnectionError):
        lake.append_upload(by=steward, upload_id=mine, offset=0, chunks=broken())
    machine("two")
    there = lake.upload(by=steward, upload_id=mine).offset
    assert there >= 20_000_000
    way.share = 0.2
    rest = [data[n : n + (1 << 20)] for n in range(there, len(data), 1 << 20)]
    assert lake.append_upload(by=steward, upload_id=mine, offset=there, chunks=rest).complete
    machine("three")
    version = lake.finish_upload(by=steward, upload_id=mine)
    run_until_idle()
    way.share = 0.0
    machine("four")
    found = lake.table_version(by=steward, table_version_id=version)
    assert (found.status, found.rows_loaded) == ("ready", len(lines))
    assert blobs.path(found.source_sha256).read_bytes() == data
    pieces = blobs.pieces(mine.hex)
    assert pieces is not None
    assert pieces.chain(len(data)) == []


def test_a_writer_who_lost_his_turn_changes_nothing(machine: Any) -> None:
    pieces = blobs.pieces("ab" * 16)
    assert pieces is not None
    pieces.add(0, 1, b"aaaa")
    pieces.add(4, 1, b"lost")
    pieces.add(4, 2, b"bb")
    pieces.add(8, 1, b"late")
    pieces.add(6, 3, b"cccccc")
    assert b"".join(pieces.read(pieces.chain(12))) == b"aaaabbcccccc"
    assert pieces.chain(6, below=3)[-1].end == 6
    pieces.add(2, 4, b"d")
    assert [piece.end for piece in pieces.chain(12)] == []  # a hole: those bytes are asked for again
    pieces.remove()
    assert pieces.chain(12) == []


def test_pieces_that_are_gone_are_asked_for_again(machine: Any, merwede: Any, steward: Any) -> None:
    dataset = describe(steward, merwede)
    mine = lake.start_upload(by=steward, dataset_id=dataset.id, filename="a.csv", length=8).id
    lake.append_upload(by=steward, upload_id=mine, offset=0, chunks=[b"a;b\n"])
    pieces = blobs.pieces(mine.hex)
    assert pieces is not None
    pieces.remove()
    with pytest.raises(Stale):
        lake.append_upload(by=steward, upload_id=mine, offset=4, chunks=[b"1;2\n"])
    assert lake.upload(by=steward, upload_id=mine).offset == 0
    assert lake.append_upload(by=steward, upload_id=mine, offset=0, chunks=[b"a;b\n1;2\n"]).complete


def test_a_release_is_read_at_a_machine_that_never_saw_it(
    way: Way, machine: Any, merwede: Any, steward: Any, owner: Any, tmp_path: Path
) -> None:
    dataset = describe(steward, merwede)
    (tmp_path / "palen.csv").write_text("paal;plaats\n1;Gorinchem\n2;Vianen\n")
    lake.ingest_now(by=steward, dataset_id=dataset.id, path=tmp_path / "palen.csv")
    assert publish(steward, owner, dataset).failure is None
    client, start = Client(), f"/api/v1/datasets/{dataset.slug}"
    with closing(client.get(f"{start}/releases/1/download/parquet")) as answer:
        here, tag = b"".join(answer), answer["ETag"]  # type: ignore[call-overload]
    machine("two")
    way.down = True
    away = client.get(f"{start}/releases/1/download/parquet")
    assert (away.status_code, away["Retry-After"], away.json()["type"].rpartition("/")[2]) == (
        503,
        "30",
        "storage.away",
    )
    assert client.get(f"{start}/rows").status_code == 503
    way.down = False
    with closing(client.get(f"{start}/releases/1/download/parquet", headers={"Range": "bytes=4-99"})) as part:
        assert (part.status_code, b"".join(part)) == (206, here[4:100])  # type: ignore[call-overload]
    assert not list(blobs.root().glob("??/??/*"))
    with closing(client.get(f"{start}/releases/1/download/parquet")) as answer:
        assert (b"".join(answer), answer["ETag"]) == (here, tag)  # type: ignore[call-overload]
    assert len(client.get(f"{start}/rows").json()["rows"]) == 2
    machine("three")
    assert client.get(f"/api/iceberg/v1/namespaces/merwede/tables/{dataset.slug.replace('-', '_')}").status_code == 200
    assert not blobs.root().exists()  # of the file only the end was read


def test_a_bucket_that_goes_away_during_an_upload_loses_only_what_was_not_promised(
    way: Way, machine: Any, merwede: Any, steward: Any
) -> None:
    dataset = describe(steward, merwede)
    mine = lake.start_upload(by=steward, dataset_id=dataset.id, filename="a.csv", length=8).id
    lake.append_upload(by=steward, upload_id=mine, offset=0, chunks=[b"a;b\n"])
    way.down = True
    with pytest.raises(Unavailable):
        lake.append_upload(by=steward, upload_id=mine, offset=4, chunks=[b"1;2\n"])
    way.down = False
    assert lake.upload(by=steward, upload_id=mine).offset == 4
    assert lake.append_upload(by=steward, upload_id=mine, offset=4, chunks=[b"1;2\n"]).complete


def test_a_night_without_the_bucket_needs_nobody_in_the_morning(
    way: Way, machine: Any, merwede: Any, steward: Any, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[Bucket.__module__], "_ATTEMPTS", 1)
    dataset = describe(steward, merwede)
    blob = blobs.put_bytes(b"paal;plaats\n1;Gorinchem\n2;Vianen\n")
    asked = lake.request_ingest(by=steward, dataset_id=dataset.id, blob=blob, filename="palen.csv")
    way.down = True
    for _ in range(10):
        run_until_idle()
        delay = delayed(asked)
        assert delay is not None
        assert delay.failure["code"] == "storage.away"
        fixed_clock.moment = delay.next_at
    assert lake.table_version(by=steward, table_version_id=asked).status in ("queued", "running")
    fixed_clock.advance(timedelta(hours=8))
    way.down = False
    run_until_idle()
    found = lake.table_version(by=steward, table_version_id=asked)
    assert (found.status, found.rows_total) == ("ready", 2)
    assert delayed(asked) is None
