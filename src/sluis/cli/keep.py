"""Backup and restore: a snapshot of the database with every file, and a manifest that says what must come back.

Works while the site is being used: a snapshot is made of one moment, and only then the files are listed. Of a
PostgreSQL that snapshot is a database of SQLite too, so that a backup of one comes back in the other. A file is never
changed after it was written, so every file the snapshot points at is there. Secrets do not go along: a restored site
makes its own, which only means that everybody signs in again.
"""

import hashlib
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sluis.cli.terminal import progress
from sluis.foundation.storage import BlobRef, Disk, Store
from sluis.kernel import clock
from sluis.kernel.canonical import canonical
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_

DATABASE = "sluis.sqlite3"
MANIFEST = "manifest.json"
FORMAT = 1
_EXTRAS = ("audit-head.json", "sluis.toml")


type Dump = Callable[[Path], None]


def backup(data: Path, target: Path, bucket: Store | None = None, dump: Dump | None = None) -> dict[str, Any]:
    """Write `data` to `target` (a new folder, or one file when the name ends in .tar); returns the manifest.

    The files come from the bucket when there is one; the database, where it is no file in `data`, from `dump`.

    Raises Conflict when the target exists already, Invalid when there is nothing to keep.
    """
    if target.exists():
        raise Conflict(
            "backup.exists", N_("{target} bestaat al; een back-up wordt nooit overschreven."), target=str(target)
        )
    if dump is None and not (data / DATABASE).exists():
        raise Invalid("backup.empty", N_("In {data} staat geen database."), data=str(data))
    unfinished = target.with_name(target.name + ".unfinished")
    folder = unfinished if target.suffix != ".tar" else Path(tempfile.mkdtemp(dir=target.parent, prefix=".backup-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = bucket or _disk(data)
        manifest = _copy(data, folder, files, dump, keep_copies=target.suffix != ".tar")
        if target.suffix == ".tar":
            _pack(folder, files, manifest, unfinished)
        unfinished.replace(target)
        _note(data, manifest["made_at"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.unlink(missing_ok=True) if unfinished.is_file() else None
    return manifest


def _note(data: Path, made_at: str) -> None:
    """Leave word for /metrics and sluis doctor; who may only read the folder makes backups all the same."""
    with suppress(OSError):
        (data / "last-backup.json").write_text(json.dumps({"made_at": made_at}), encoding="utf-8")


def _copy(data: Path, folder: Path, store: Store, dump: Dump | None, *, keep_copies: bool) -> dict[str, Any]:
    for name in _EXTRAS:  # before the snapshot: an anchor newer than its chain would look like a chain that was cut
        if (data / name).exists():
            shutil.copyfile(data / name, folder / name)
    dump(folder / DATABASE) if dump else _snapshot(data / DATABASE, folder / DATABASE)
    files = sorted(store.stored(), key=lambda one: one.sha256)
    if keep_copies:
        with progress("backup", len(files)) as step:
            for one in files:
                step(one.sha256[:12])
                _fetch(store, one.sha256, folder / _blob(one.sha256))
    manifest = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "database": _hash(folder / DATABASE),
        "blobs": {one.sha256: one.size for one in files},
        **state(folder / DATABASE),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return manifest


def _pack(folder: Path, store: Store, manifest: dict[str, Any], target: Path) -> None:
    with tarfile.open(target, "w") as archive, progress("backup", len(manifest["blobs"])) as step:
        for name in (MANIFEST, DATABASE, *_EXTRAS):
            if (folder / name).exists():
                archive.add(folder / name, name)
        for sha256 in manifest["blobs"]:
            step(sha256[:12])
            _fetch(store, sha256, folder / "one")
            archive.add(folder / "one", _blob(sha256))


def _fetch(store: Store, sha256: str, target: Path) -> None:
    """Copy a file out of the store. Raises Invalid when its bytes do not fit its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        out.writelines(store.read(sha256))
    _same(target, sha256)


def _disk(data: Path) -> Disk:
    return Disk(data / "blobs", data / "tmp")


def restore(source: Path, data: Path, bucket: Store | None = None) -> dict[str, Any]:
    """Bring a backup back into an empty folder, and its files into the bucket when there is one; every hash is checked
    before it counts. Returns the manifest.

    Raises Conflict when the folder holds something, Invalid when the backup is damaged.
    """
    if data.exists() and any(file.name != "sluis.toml" for file in data.iterdir()):
        raise Conflict(
            "restore.not-empty", N_("{data} is niet leeg; zet een back-up terug in een lege map."), data=str(data)
        )
    with _opened(source) as folder:
        manifest = verify(folder)
        data.mkdir(parents=True, exist_ok=True)
        files = bucket or _disk(data)
        for sha256, size in manifest["blobs"].items():
            files.put(folder / _blob(sha256), BlobRef(sha256, size))
        for name in (*_EXTRAS, DATABASE):  # the database last: without it the folder does not count as a site
            if (folder / name).exists():
                shutil.copyfile(folder / name, data / name)
    return manifest


def verify(folder: Path) -> dict[str, Any]:
    """Check a backup folder against its manifest; raises Invalid and names what does not fit."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(
            "backup.manifest", N_("Dit is geen back-up van Sluis: manifest.json ontbreekt of is kapot.")
        ) from error
    if manifest.get("format") != FORMAT:
        raise Invalid(
            "backup.format", N_("Deze back-up heeft een onbekende vorm ({format})."), format=manifest.get("format")
        )
    _same(folder / DATABASE, manifest["database"])
    with progress("verify", len(manifest["blobs"])) as step:
        for sha256 in manifest["blobs"]:
            step(sha256[:12])
            _same(folder / _blob(sha256), sha256)
    return manifest


def state(database: Path) -> dict[str, Any]:
    """What must be equal after a restore: hash of the canonical dump, and the head of the audit chain."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        head = connection.execute("SELECT seq, hash FROM foundation_audithead").fetchone() or (0, "0" * 64)
        return {"dump": _dump(connection), "audit_seq": head[0], "audit_head": head[1]}


def _dump(connection: sqlite3.Connection) -> str:
    """SHA-256 over every row of every table in a fixed order: equal content gives an equal hash."""
    hasher = hashlib.sha256()
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    for (table,) in tables.fetchall():
        columns = sorted(row[1] for row in connection.execute(f'PRAGMA table_info("{table}")'))
        chosen = ", ".join(f'"{column}"' for column in columns)
        hasher.update(canonical([table, columns]))
        for row in connection.execute(f'SELECT {chosen} FROM "{table}" ORDER BY {chosen}'):  # noqa: S608 - own names
            hasher.update(canonical([value.hex() if isinstance(value, bytes) else value for value in row]))
    return hasher.hexdigest()


def _snapshot(source: Path, target: Path) -> None:
    reading = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(reading, uri=True, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it


@contextmanager
def _opened(source: Path) -> Iterator[Path]:
    """The backup as a folder; a .tar is unpacked beside it, with only plain files inside that folder (PEP 706)."""
    if source.is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory(dir=source.absolute().parent, prefix=".restore-") as name:
        try:
            with tarfile.open(source) as archive:
                archive.extractall(name, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise Invalid(
                "backup.unreadable", N_("{source} is niet te lezen als back-up."), source=str(source)
            ) from error
        yield Path(name)


def _blob(sha256: str) -> str:
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise Invalid("backup.manifest", N_("Dit is geen back-up van Sluis: manifest.json ontbreekt of is kapot."))
    return f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _same(file: Path, sha256: str) -> None:
    if not file.is_file() or _hash(file) != sha256:
        raise Invalid("backup.damaged", N_("Bestand {file} ontbreekt of is beschadigd."), file=file.name)


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
