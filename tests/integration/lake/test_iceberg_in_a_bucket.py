"""With a bucket the Iceberg tables stand there whole: each host writes them, any engine with a key reads them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.conf import settings as live
from django.test import Client
from tests.integration.lake.growing import FIRST, Desk
from tests.storage_servers import Way, bucket, lying

from sluis.cli.doctor.content import check_catalogue
from sluis.foundation.service import blobs
from sluis.foundation.storage import Bucket
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Unavailable
from sluis.lake import service
from sluis.lake.iceberg import catalogue as kept
from sluis.lake.iceberg import snapshots
from sluis.lake.iceberg.catalogue import database
from sluis.lake.service import TableVersionRecord

pytestmark = pytest.mark.django_db(transaction=True)
MORE = "code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n"
# An engine that is not ours: another process, that knows the catalogue and the bucket and nothing of Sluis.
READ = """
import json, sys
from pyiceberg.catalog.sql import SqlCatalog
known = json.load(sys.stdin)
table = SqlCatalog("sluis", init_catalog_tables="false", **known).load_table("sluis.bomen")
found = {"location": table.metadata_location, "versions": {}, "files": []}
for one in table.snapshots():
    rows = table.scan(snapshot_id=one.snapshot_id).to_arrow().to_pylist()
    found["versions"][one.summary["sluis.version"]] = rows
    found["files"] += [one.manifest_list, *(manifest.manifest_path for manifest in one.manifests(table.io))]
    found["files"] += [task.file.file_path for task in table.scan(snapshot_id=one.snapshot_id).plan_files()]
json.dump(found, sys.stdout, default=str)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bucket(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture
def way(server: dict[str, Any], desk: Desk, settings: Any, tmp_path: Path) -> Iterator[Way]:
    with lying(server["storage_endpoint"]) as made:
        own = server | {"storage": f"{server['storage']}/{tmp_path.name}", "storage_endpoint": made.address}
        settings.SLUIS = replace(settings.SLUIS, data=tmp_path / "one", **own)
        host("one")
        yield made


def host(name: str) -> None:
    """From here on as on the host of this name, with a disk of its own."""
    folder = live.SLUIS.data.parent / name
    folder.mkdir(exist_ok=True)
    live.SLUIS = replace(live.SLUIS, data=folder)


def followed(desk: Desk) -> int:
    return service.follow(by=SYSTEM, dataset_id=desk.dataset)


def read(server: dict[str, Any]) -> dict[str, Any]:
    known = {
        "uri": database(),
        "s3.endpoint": server["storage_endpoint"],
        "s3.access-key-id": server["storage_key_id"],
        "s3.secret-access-key": server["storage_secret_key"],
        "s3.region": "us-east-1",
    }
    done = subprocess.run(
        [sys.executable, "-c", READ], input=json.dumps(known), capture_output=True, text=True, timeout=120, check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith(("SLUIS_", "AWS_", "DJANGO_"))},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ours(desk: Desk, version: TableVersionRecord) -> list[tuple[str, str]]:
    return sorted((str(code), str(count)) for code, count in desk.rows(version, "code, aantal"))


def theirs(found: dict[str, Any], version: TableVersionRecord) -> list[tuple[str, str]]:
    return sorted((str(row["code"]), str(row["aantal"])) for row in found["versions"][str(version.number)])


def objects() -> set[str]:
    known = blobs.objects()
    assert known is not None
    return set(known.below(f"{known.root}/iceberg"))


def test_two_hosts_write_and_another_engine_reads_every_version(way: Way, desk: Desk, server: dict[str, Any]) -> None:
    made = [desk.load(FIRST)]
    assert followed(desk) == 1
    assert theirs(read(server), made[0]) == ours(desk, made[0])
    host("two")
    made += [
        desk.load(MORE, "append"),
        desk.load("code;plaats;aantal;datum\nA02;Est;6;2024-01-09\n", "upsert", ("code",)),
    ]
    assert followed(desk) == 2
    host("one")
    made.append(desk.load(MORE, "append"))
    assert followed(desk) == 1
    found = read(server)
    for version in made:
        assert theirs(found, version) == ours(desk, version)
    for name in ("one", "two"):
        host(name)
        assert service.behind(by=SYSTEM) == ()
        assert not (live.SLUIS.data / "iceberg").exists()
    root = f"{live.SLUIS.storage}/"
    assert {name.startswith(root) for name in (found["location"], *found["files"])} == {True}
    assert found["location"] in objects()
    proof = service.proven(by=SYSTEM)
    assert (proof.tables, proof.snapshots) == (1, len(made))
    assert proof.rows == sum(version.rows_total for version in made)


def test_a_host_reads_no_more_of_a_part_than_its_end(way: Way, desk: Desk) -> None:
    version = desk.load(FIRST)
    host("two")
    assert followed(desk) == 1
    assert blobs.location(version.parts[0]["sha256"]).startswith(live.SLUIS.storage)
    assert list(blobs.root().glob("??/??/*")) == []


def test_a_bucket_that_fails_now_and_then_makes_no_difference(way: Way, desk: Desk, server: dict[str, Any]) -> None:
    made = [desk.load(FIRST)]
    way.share = 0.2
    assert followed(desk) == 1
    way.share = 0.0
    made.append(desk.load(MORE, "append"))
    way.share = 0.2
    assert followed(desk) == 1
    way.share = 0.0
    found = read(server)
    for version in made:
        assert theirs(found, version) == ours(desk, version)
    assert sum(way.done.values()) > way.done["none"]


def test_a_bucket_that_is_away_does_not_begin_a_table_anew(
    way: Way, desk: Desk, server: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[Bucket.__module__], "_ATTEMPTS", 1)
    desk.load(FIRST)
    followed(desk)
    before = read(server)["location"]
    way.down = True
    with pytest.raises(Unavailable):
        followed(desk)
    with pytest.raises(Unavailable):
        list(check_catalogue(live.SLUIS, False))
    way.down = False
    assert followed(desk) == 0
    assert read(server)["location"] == before


def test_what_stood_on_a_disk_is_written_anew_in_the_bucket_and_back(
    way: Way, desk: Desk, server: dict[str, Any], settings: Any
) -> None:
    there = settings.SLUIS
    settings.SLUIS = replace(there, storage="")
    version = desk.load(FIRST)
    assert followed(desk) == 1
    assert (settings.SLUIS.data / "iceberg").is_dir()
    for part in (version.parts[0]["sha256"], version.source_sha256):
        file = blobs.path(part)
        settings.SLUIS = there
        blobs.put_file(file)
        settings.SLUIS = replace(there, storage="")
    settings.SLUIS = there
    assert service.behind(by=SYSTEM) == ("bomen",)
    (finding,) = check_catalogue(there, False)
    assert finding.state == "warning"
    with pytest.raises(Conflict, match="bomen"):
        service.proven(by=SYSTEM)
    assert service.follow_all(by=SYSTEM) == 1
    assert theirs(read(server), version) == ours(desk, version)
    assert not (there.data / "iceberg").exists()
    (finding,) = check_catalogue(there, False)
    assert (finding.state, there.storage in finding.text) == ("good", True)
    settings.SLUIS = replace(there, storage="")
    assert service.behind(by=SYSTEM) == ("bomen",)
    assert followed(desk) == 1
    assert service.proven(by=SYSTEM).snapshots == 1


def test_what_is_not_needed_goes_and_a_sweep_leaves_the_rest(
    way: Way, desk: Desk, server: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluis.lake.iceberg.following.HISTORY", 2)
    monkeypatch.setattr("sluis.lake.iceberg.snapshots._MANY_FILES", 10)
    made = [desk.load(FIRST)]
    for _ in range(4):
        made.append(desk.load(MORE, "append"))
        followed(desk)
    with kept.opened() as catalogue:
        table = kept.found(catalogue, "bomen", desk.dataset)
    assert table is not None
    before = objects()
    assert before == snapshots._needed(table)
    blobs.sweep(older_than_seconds=-1)
    assert objects() == before
    found = read(server)
    assert set(found["versions"]) == {"4", "5"}
    for version in made[-2:]:
        assert theirs(found, version) == ours(desk, version)
    assert service.follow_all(by=SYSTEM, anew=True) == 2
    assert not objects() & before
    with kept.opened():
        kept.remove_homes([])
    assert objects() == set()


def test_nobody_without_a_key_reads_them(way: Way, desk: Desk, server: dict[str, Any]) -> None:
    desk.load(FIRST)
    followed(desk)
    place = read(server)["location"].removeprefix("s3://")
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{server['storage_endpoint']}/{place}")
    with refused.value:
        assert refused.value.code == 403
    inside = place.partition("/iceberg/")[2]
    for path in (f"/open-lake/iceberg/{inside}", f"/open-lake/bomen/metadata/{inside.rpartition('/')[2]}"):
        assert Client().get(path).status_code == 404
