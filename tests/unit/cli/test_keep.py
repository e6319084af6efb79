"""Backup and restore on a folder with a small database and files: what comes back is equal, or it is refused."""

import hashlib
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from sluis.cli import keep
from sluis.kernel.errors import Conflict, Invalid


def put_blob(data: Path, content: bytes) -> Path:
    sha256 = hashlib.sha256(content).hexdigest()
    place = data / "blobs" / sha256[:2] / sha256[2:4] / sha256
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    with closing(sqlite3.connect(folder / keep.DATABASE)) as db:
        db.executescript(
            """PRAGMA journal_mode = WAL;
            CREATE TABLE foundation_audithead (id INTEGER PRIMARY KEY, seq INTEGER, hash TEXT);
            CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, body BLOB);
            INSERT INTO foundation_audithead VALUES (1, 7, 'abc');
            INSERT INTO thing VALUES (1, 'één', x'00ff'), (2, NULL, NULL);"""
        )
        db.commit()
    put_blob(folder, b"een tabel")
    put_blob(folder, b"een ander bestand")
    (folder / "secret-key").write_text("geheim")
    (folder / "audit-head.json").write_text('{"seq": 7, "hash": "abc"}')
    return folder


@pytest.fixture(params=["folder", "one-file.tar"])
def kept(data: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    target = tmp_path / request.param
    keep.backup(data, target)
    return target


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in (folder / "blobs").glob("??/??/*")}


def test_what_comes_back_is_equal(data: Path, kept: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    manifest = keep.restore(kept, back)
    assert bytes_of(back) == bytes_of(data)
    assert keep.state(back / keep.DATABASE) == keep.state(data / keep.DATABASE)
    assert (manifest["audit_seq"], manifest["audit_head"]) == (7, "abc")
    assert (back / "audit-head.json").read_text() == (data / "audit-head.json").read_text()


def test_secrets_stay_behind(kept: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    keep.restore(kept, back)
    assert not (back / "secret-key").exists()
    whole = b"".join(f.read_bytes() for f in ([kept] if kept.is_file() else kept.rglob("*")) if f.is_file())
    assert b"geheim" not in whole


def test_a_backup_is_never_written_over(data: Path, kept: Path) -> None:
    with pytest.raises(Conflict):
        keep.backup(data, kept)


def test_a_folder_in_use_is_never_restored_over(data: Path, kept: Path) -> None:
    before = bytes_of(data)
    with pytest.raises(Conflict):
        keep.restore(kept, data)
    assert bytes_of(data) == before


def test_rows_written_while_the_snapshot_is_taken_do_not_come_along_halfway(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / keep.DATABASE)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO thing VALUES (3, 'half', NULL)")
        keep.backup(data, tmp_path / "live")
        db.commit()
    keep.restore(tmp_path / "live", tmp_path / "back")
    with closing(sqlite3.connect(tmp_path / "back" / keep.DATABASE)) as db:
        assert db.execute("SELECT count(*) FROM thing").fetchone() == (2,)


def test_a_flipped_byte_in_a_file_stops_the_restore(data: Path, tmp_path: Path) -> None:
    keep.backup(data, tmp_path / "kept")
    victim = next((tmp_path / "kept" / "blobs").glob("??/??/*"))
    victim.write_bytes(b"x" + victim.read_bytes()[1:])
    with pytest.raises(Invalid) as refused:
        keep.restore(tmp_path / "kept", tmp_path / "back")
    assert refused.value.code == "backup.damaged"
    assert not (tmp_path / "back" / keep.DATABASE).exists()


def test_a_damaged_file_stops_the_backup_and_leaves_nothing(data: Path, tmp_path: Path) -> None:
    victim = next((data / "blobs").glob("??/??/*"))
    victim.write_bytes(b"anders")
    for name in ("kept", "kept.tar"):
        with pytest.raises(Invalid):
            keep.backup(data, tmp_path / name)
    assert {f.name for f in tmp_path.iterdir()} == {"var"}


def test_a_changed_database_stops_the_restore(data: Path, tmp_path: Path) -> None:
    keep.backup(data, tmp_path / "kept")
    with closing(sqlite3.connect(tmp_path / "kept" / keep.DATABASE)) as db:
        db.execute("UPDATE thing SET name = 'two' WHERE id = 2")
        db.commit()
    with pytest.raises(Invalid):
        keep.restore(tmp_path / "kept", tmp_path / "back")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "Z" * 64, ""])
def test_a_manifest_cannot_point_outside_the_folder(name: str, data: Path, tmp_path: Path) -> None:
    keep.backup(data, tmp_path / "kept")
    path = tmp_path / "kept" / keep.MANIFEST
    manifest = json.loads(path.read_text())
    manifest["blobs"][name] = 1
    path.write_text(json.dumps(manifest))
    with pytest.raises(Invalid):
        keep.restore(tmp_path / "kept", tmp_path / "back")


def test_an_archive_cannot_write_outside_its_folder(data: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as archive:
        archive.add(data / "secret-key", "../escaped")
    with pytest.raises(Invalid):
        keep.restore(evil, tmp_path / "deep" / "back")
    assert not list(tmp_path.rglob("escaped"))


def test_the_dump_sees_every_cell(data: Path) -> None:
    before = keep.state(data / keep.DATABASE)["dump"]
    with closing(sqlite3.connect(data / keep.DATABASE)) as db:
        db.execute("UPDATE thing SET body = x'00fe' WHERE id = 1")
        db.commit()
    assert keep.state(data / keep.DATABASE)["dump"] != before
