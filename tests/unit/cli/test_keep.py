"""Backup and restore on a folder with a small database and files: what comes back is equal, or it is refused."""

import hashlib
import json
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from sluis.cli import keep
from sluis.cli.keep import backing_up, earlier, restoring
from sluis.cli.keep.contents import MARK, disk, refuse_unfinished
from sluis.foundation.storage import Disk, Stored
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
    manifest, after = keep.restore(kept, back)
    assert after == {name: manifest[name] for name in after}
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


def test_the_settings_of_the_new_place_stay(data: Path, tmp_path: Path) -> None:
    (data / "sluis.toml").write_text('database = "postgresql://production"')
    keep.backup(data, tmp_path / "kept")
    new = tmp_path / "new"
    new.mkdir()
    (new / "sluis.toml").write_text("port = 9000")
    keep.restore(tmp_path / "kept", new)
    assert (new / "sluis.toml").read_text() == "port = 9000", "else a trial would work on the site itself"
    keep.restore(tmp_path / "kept", tmp_path / "empty")
    assert (tmp_path / "empty" / "sluis.toml").read_bytes() == (data / "sluis.toml").read_bytes()


def test_settings_come_when_all_else_is_there(data: Path, tmp_path: Path) -> None:
    (data / "sluis.toml").write_text("port = 9000")
    keep.backup(data, tmp_path / "kept")
    seen = list[bool]()
    keep.restore(
        tmp_path / "kept", tmp_path / "new", settle=lambda: seen.append((tmp_path / "new/sluis.toml").exists())
    )
    assert seen == [False]


def test_nobody_else_on_the_machine_reads_a_backup_or_what_came_back(kept: Path, tmp_path: Path) -> None:
    keep.restore(kept, tmp_path / "new")
    assert [oct(place.stat().st_mode & 0o077) for place in (kept, tmp_path / "new")] == ["0o0", "0o0"]


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


@pytest.mark.parametrize("name", ["audit-head.json", keep.MANIFEST])
def test_a_changed_word_beside_the_files_stops_the_restore(name: str, data: Path, tmp_path: Path) -> None:
    keep.backup(data, tmp_path / "kept")
    victim = tmp_path / "kept" / name
    victim.write_text(victim.read_text().replace("7", "8", 1))
    with pytest.raises(Invalid) as refused:
        keep.restore(tmp_path / "kept", tmp_path / "back")
    assert (refused.value.code, refused.value.params) == ("backup.damaged", {"file": name})


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "Z" * 64, ""])
def test_a_manifest_cannot_point_outside_the_folder(name: str, data: Path, tmp_path: Path) -> None:
    keep.backup(data, tmp_path / "kept")
    path = tmp_path / "kept" / keep.MANIFEST
    manifest = json.loads(path.read_text())
    manifest["blobs"][name] = 1
    del manifest["seal"], manifest["extras"]  # as in a backup of before there was one, and in one that somebody made up
    path.write_text(json.dumps(manifest))
    with pytest.raises(Invalid):
        keep.restore(tmp_path / "kept", tmp_path / "back")


@pytest.mark.parametrize(
    "text", ["[]", '"x"', '{"format": 1}', '{"format": 1, "database": "a", "blobs": []}', "[" * 99_999]
)
def test_a_manifest_that_is_none_is_said_to_be_none(text: str, tmp_path: Path) -> None:
    (tmp_path / keep.MANIFEST).write_text(text)
    with pytest.raises(Invalid) as refused:
        keep.verify(tmp_path)
    assert refused.value.code == "backup.manifest"


def test_an_archive_cannot_write_outside_its_folder(data: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as archive:
        archive.add(data / "secret-key", "../escaped")
    with pytest.raises(Invalid):
        keep.restore(evil, tmp_path / "deep" / "back")
    assert not list(tmp_path.rglob("escaped"))


def test_the_dump_sees_every_cell_whatever_a_table_is_called(data: Path) -> None:
    changes = (
        "UPDATE thing SET body = x'00fe' WHERE id = 1",
        """CREATE TABLE "a""b" ("c""d" text)""",
        """INSERT INTO "a""b" VALUES ('x')""",
        """UPDATE "a""b" SET "c""d" = 'y'""",
    )
    seen = {keep.state(data / keep.DATABASE)["dump"]}
    for change in changes:
        with closing(sqlite3.connect(data / keep.DATABASE)) as db, db:
            db.execute(change)
        seen.add(keep.state(data / keep.DATABASE)["dump"])
    assert len(seen) == 1 + len(changes)


def files_of(folder: Path) -> dict[str, int]:
    return {f.name: f.stat().st_ino for f in (folder / "blobs").glob("??/??/*")}


def test_a_later_backup_takes_over_what_the_one_before_it_holds(data: Path, tmp_path: Path) -> None:
    keep.backup(data, tmp_path / "first")
    new = put_blob(data, b"er kwam iets bij")
    keep.backup(data, tmp_path / "second")
    first, second = files_of(tmp_path / "first"), files_of(tmp_path / "second")
    assert second.pop(new.name) not in first.values()
    assert second == first
    for sha256 in first:  # each is whole by itself
        (tmp_path / "first" / "blobs" / sha256[:2] / sha256[2:4] / sha256).unlink()
    keep.restore(tmp_path / "second", tmp_path / "back")
    assert bytes_of(tmp_path / "back") == bytes_of(data)


def test_what_was_damaged_in_the_backup_before_it_is_taken_anew(data: Path, tmp_path: Path) -> None:
    keep.backup(data, tmp_path / "first")
    victim = next((tmp_path / "first" / "blobs").glob("??/??/*"))
    victim.write_bytes(b"x" + victim.read_bytes()[1:])
    keep.backup(data, tmp_path / "second")
    keep.restore(tmp_path / "second", tmp_path / "back")
    assert bytes_of(tmp_path / "back") == bytes_of(data)
    with pytest.raises(Invalid) as refused:
        keep.restore(tmp_path / "first", tmp_path / "other")
    assert refused.value.params == {"file": victim.name}


def test_what_was_read_the_longest_ago_is_read_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(8):
        put_blob(data, b"%d" % n * 10)
    monkeypatch.setattr(earlier, "READ_BACK", 25)
    keep.backup(data, tmp_path / "0")
    looked = set[str]()
    whole = earlier.fits
    monkeypatch.setattr(earlier, "fits", lambda file, sha256: looked.add(sha256) or whole(file, sha256))
    for n in range(4):
        keep.backup(data, tmp_path / str(n + 1))
        assert len(looked) < 4 * (n + 1)
    assert looked == set(bytes_of(data))


def test_what_a_killed_backup_left_is_not_written_in(data: Path, tmp_path: Path) -> None:
    """Its files may be those of an earlier one."""
    keep.backup(data, tmp_path / "first")
    left = tmp_path / f"second{backing_up.UNFINISHED}"
    for sha256 in files_of(tmp_path / "first"):
        place = left / "blobs" / sha256[:2] / sha256[2:4] / sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(tmp_path / "first" / place.relative_to(left))
    keep.backup(data, tmp_path / "second")
    for name in ("first", "second"):
        keep.verify(tmp_path / name)
    assert not left.exists()


@pytest.mark.parametrize("name", ["kept", "kept.tar"])
def test_a_file_that_goes_after_the_snapshot_makes_it_taken_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A version expires and its file is swept while a backup is made: its snapshot may still point at it."""
    victim, before = put_blob(data, b"verloopt zo"), Disk.stored

    def stored(self: Disk) -> Iterator[Stored]:
        found = list(before(self))
        if victim.exists():
            victim.unlink()
            with closing(sqlite3.connect(data / keep.DATABASE)) as db:
                db.execute("DELETE FROM thing WHERE id = 2")
                db.commit()
        yield from found

    monkeypatch.setattr(Disk, "stored", stored)
    manifest = keep.backup(data, tmp_path / name)
    assert victim.name not in manifest["blobs"]
    assert manifest["dump"] == keep.state(data / keep.DATABASE)["dump"]


class Broken(Exception):
    pass


@pytest.mark.parametrize("at", ["files", "database", "settling"])
def test_a_restore_that_broke_off_is_no_site_and_is_finished(
    data: Path, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def broken(*_: object) -> NoReturn:
        raise Broken

    back, settle = tmp_path / "back", broken if at == "settling" else lambda: None
    with monkeypatch.context() as breaking:
        if at == "files":
            breaking.setattr(Disk, "put", broken)
        elif at == "database":
            breaking.setattr(restoring, "_placed", broken)
        with pytest.raises(Broken):
            keep.restore(kept, back, settle=settle)
    with pytest.raises(Conflict) as refused:
        refuse_unfinished(back)
    assert refused.value.code == "restore.unfinished"
    disk(back).work.mkdir(exist_ok=True)
    disk(back).temporary().write_bytes(b"half")
    put_blob(back, b"of another backup")
    keep.restore(kept, back)
    refuse_unfinished(back)
    assert bytes_of(back) == bytes_of(data)
    assert keep.state(back / keep.DATABASE) == keep.state(data / keep.DATABASE)
    assert not (back / MARK).exists()
    assert not list((back / "tmp").glob("*"))
