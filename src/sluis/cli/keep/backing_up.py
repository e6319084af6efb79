"""Makes a backup: a new folder, which takes over what an earlier one beside it holds, or one file on its own."""

import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sluis.cli.keep.contents import DATABASE, EXTRAS, FORMAT, MANIFEST, blob, damaged, disk, hash_of, seal, state
from sluis.cli.keep.earlier import Earlier
from sluis.cli.terminal import progress
from sluis.foundation import anchors
from sluis.foundation.storage import Bucket, Store
from sluis.foundation.storage.disk import fsync
from sluis.foundation.storage.whole import digest
from sluis.kernel import clock
from sluis.kernel.errors import Conflict, Invalid, NotFound
from sluis.kernel.text import N_

TRIES = 3
UNFINISHED = ".unfinished"

type Dump = Callable[[Path], None]


def backup(data: Path, target: Path, bucket: Bucket | None = None, dump: Dump | None = None) -> dict[str, Any]:
    """Write `data` to `target` (a new folder, or one file when the name ends in .tar); returns the manifest.

    The files come from the bucket when there is one; the database, where it is no file in `data`, from `dump`. When
    this returns, the backup stands on its disk.

    Raises Conflict when the target exists already, Invalid when there is nothing to keep or a file is damaged.
    """
    if target.exists():
        raise Conflict(
            "backup.exists", N_("{target} bestaat al; een back-up wordt nooit overschreven."), target=str(target)
        )
    if dump is None and not (data / DATABASE).exists():
        raise Invalid("backup.empty", N_("In {data} staat geen database."), data=str(data))
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)  # of an attempt that was killed
    one_file = target.suffix == ".tar"
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=".backup-")) if one_file else unfinished
    try:
        folder.mkdir(mode=0o700, exist_ok=True)  # it holds names and addresses: for nobody else on this machine
        making = _Making(data, folder, bucket or disk(data), dump)
        manifest = making.steady(making.packed if one_file else making.copied, unfinished)
        unfinished.replace(target)
        fsync(target.parent)
        _note(data, manifest["made_at"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.unlink(missing_ok=True) if unfinished.is_file() else None
    return manifest


def _note(data: Path, made_at: str) -> None:
    """Leave word for /metrics and sluis doctor; who may only read the folder makes backups all the same."""
    with suppress(OSError):
        (data / "last-backup.json").write_text(json.dumps({"made_at": made_at}), encoding="utf-8")


class _Making:
    """`folder` becomes the backup, or holds what goes into the one file."""

    def __init__(self, data: Path, folder: Path, store: Store, dump: Dump | None) -> None:
        self.data, self.folder, self.store, self.dump = data, folder, store, dump
        self.sizes: dict[str, int] = {}

    def steady(self, write: Callable[[Path], dict[str, Any]], target: Path) -> dict[str, Any]:
        """What the snapshot points at was there before it, or was put since. A file that went after that was perhaps
        pointed at: then this was not one moment, and is done again."""
        for left in reversed(range(TRIES)):
            try:
                self.sizes = self._stored()
                self._moment()
                self.sizes |= self._stored()
                return write(target)
            except NotFound:
                if not left:
                    raise
        raise AssertionError

    def _stored(self) -> dict[str, int]:
        return {one.sha256: one.size for one in self.store.stored()}

    def _moment(self) -> None:
        for name in EXTRAS:  # before the snapshot: an anchor newer than its chain would look like a chain that was cut
            if (self.data / name).exists():
                shutil.copyfile(self.data / name, self.folder / name)
        if isinstance(self.store, Bucket):
            for anchor in anchors.known(self.data, self.store)[-1:]:
                anchors.to_folder(self.folder, anchor)
        database = self.folder / DATABASE
        database.unlink(missing_ok=True)
        self.dump(database) if self.dump else _snapshot(self.data / DATABASE, database)

    def copied(self, target: Path) -> dict[str, Any]:
        earlier = Earlier.beside(target)
        with progress("backup", len(self.sizes)) as step:
            for sha256, size in sorted(self.sizes.items()):
                step(sha256[:12])
                file = self.folder / blob(sha256)
                file.parent.mkdir(parents=True, exist_ok=True)
                if not file.exists() and not earlier.gives(sha256, size, file):
                    self._fetch(sha256, file, file.with_suffix(UNFINISHED))
        for sha256 in earlier.read_back():  # one that is damaged there is taken anew
            self._fetch(sha256, file := self.folder / blob(sha256), file.with_suffix(UNFINISHED))
        manifest = self._manifest()
        for name in (*EXTRAS, DATABASE, MANIFEST):
            if (self.folder / name).exists():
                fsync(self.folder / name)
        fsync(self.folder)
        return manifest

    def packed(self, target: Path) -> dict[str, Any]:
        manifest = self._manifest()
        target.unlink(missing_ok=True)
        target.touch(mode=0o600)
        with tarfile.open(target, "w") as archive, progress("backup", len(self.sizes)) as step:
            for name in (MANIFEST, DATABASE, *EXTRAS):
                if (self.folder / name).exists():
                    archive.add(self.folder / name, name)
            for sha256 in manifest["blobs"]:
                step(sha256[:12])
                one = self.folder / "one"
                self._fetch(sha256, one, one.with_suffix(UNFINISHED))
                archive.add(one, blob(sha256))
        fsync(target)
        return manifest

    def _fetch(self, sha256: str, target: Path, part: Path) -> None:
        """Copy a file out of the store; what stands at `target` is replaced, never written in: others may share it.
        Raises Invalid when its bytes do not fit its name."""
        with part.open("wb") as out:
            found = digest(self.store.read(sha256), out)
        if found != sha256:
            raise damaged(target)
        fsync(part)
        part.replace(target)

    def _manifest(self) -> dict[str, Any]:
        database = self.folder / DATABASE
        manifest = {
            "format": FORMAT,
            "made_at": clock.now().isoformat(),
            "database": hash_of(database),
            "extras": {name: hash_of(file) for name in EXTRAS if (file := self.folder / name).exists()},
            "blobs": dict(sorted(self.sizes.items())),
            **state(database),
        }
        manifest["seal"] = seal(manifest)
        (self.folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        return manifest


def _snapshot(source: Path, target: Path) -> None:
    reading = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(reading, uri=True, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
