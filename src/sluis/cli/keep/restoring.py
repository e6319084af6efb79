"""Brings a backup back. What breaks off, for whatever reason, is no site, and is finished by the same command."""

import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sluis.cli.keep.contents import (
    DATABASE,
    FORMAT,
    MANIFEST,
    MARK,
    SETTINGS,
    blob,
    damaged,
    disk,
    fits,
    seal,
    state,
    unreadable,
)
from sluis.cli.terminal import progress
from sluis.foundation import anchors
from sluis.foundation.storage import BlobRef, Bucket
from sluis.foundation.storage.disk import fsync
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_


def restore(
    source: Path, data: Path, bucket: Bucket | None = None, settle: Callable[[], None] = lambda: None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Bring a backup back into an empty folder, and its files into the bucket when there is one; every hash is checked
    before it counts. `settle` is what must be done with the database before this is a site. Returns the manifest and
    the `state` of what came back. Settings that stand there are those of the new place and stay: those of the backup
    may name the database, the bucket and the mail server of a site that is still there.

    A folder in which a restore broke off counts as empty. Raises Conflict when the folder holds something else, Invalid
    when the backup is damaged.
    """
    again = (data / MARK).exists()
    if not again:
        _require_empty(data)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data / MARK).touch()
    fsync(data)
    shutil.rmtree(data / "tmp", ignore_errors=True)
    with _opened(source, data / "tmp") as folder:
        manifest = verify(folder)
        if again:
            _forget_others(data, manifest["blobs"])
        files = bucket or disk(data)
        for sha256, size in manifest["blobs"].items():
            files.put(folder / blob(sha256), BlobRef(sha256, size))
        for name in (anchors.FILE, DATABASE):
            if (folder / name).exists():
                _placed(folder / name, data / name)
        anchor = anchors.in_folder(folder)
        if bucket and anchor:  # in place of one that may be further than the backup
            anchors.to_bucket(bucket, anchor)
        after = state(data / DATABASE)
        if any(manifest[name] != value for name, value in after.items()):
            raise damaged(source / MANIFEST)
        settle()
        if (folder / SETTINGS).exists() and not (data / SETTINGS).exists():  # the last: what comes before has its own
            _placed(folder / SETTINGS, data / SETTINGS)
    (data / MARK).unlink()
    fsync(data)
    return manifest, after


def _require_empty(data: Path) -> None:
    if data.exists() and any(file.name != SETTINGS for file in data.iterdir()):
        raise Conflict(
            "restore.not-empty", N_("{data} is niet leeg; zet een back-up terug in een lege map."), data=str(data)
        )


def _forget_others(data: Path, wanted: dict[str, int]) -> None:
    """Files that an attempt with another backup left."""
    there = disk(data)
    for one in list(there.stored()):
        if one.sha256 not in wanted:
            there.remove(one.sha256)


def _placed(source: Path, target: Path) -> None:
    part = target.with_name(f"{target.name}.unfinished")
    shutil.copyfile(source, part)
    fsync(part)
    part.replace(target)


def verify(folder: Path) -> dict[str, Any]:
    """Check a backup folder against its manifest; raises Invalid and names what does not fit."""
    manifest = _said(folder / MANIFEST)
    if manifest.get("format") != FORMAT:
        raise Invalid(
            "backup.format", N_("Deze back-up heeft een onbekende vorm ({format})."), format=manifest.get("format")
        )
    if ("seal" in manifest or "extras" in manifest) and manifest.get("seal") != seal(manifest):  # the first had neither
        raise damaged(folder / MANIFEST)
    if not isinstance(manifest.get("database"), str) or not isinstance(manifest.get("blobs"), dict):
        raise unreadable()
    for name, sha256 in {DATABASE: manifest["database"], **manifest.get("extras", {})}.items():
        if not fits(folder / name, sha256):
            raise damaged(folder / name)
    with progress("verify", len(manifest["blobs"])) as step:
        for sha256 in manifest["blobs"]:
            step(sha256[:12])
            if not fits(folder / blob(sha256), sha256):
                raise damaged(folder / blob(sha256))
    return manifest


def _said(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable() from error
    if not isinstance(found, dict):
        raise unreadable()
    return cast(dict[str, Any], found)


@contextmanager
def _opened(source: Path, room: Path) -> Generator[Path]:
    """The backup as a folder; a .tar is unpacked in `room`, with only plain files inside that folder (PEP 706)."""
    if source.is_dir():
        yield source
        return
    room.mkdir(mode=0o700)
    with tempfile.TemporaryDirectory(dir=room, prefix="restore-") as name:
        try:
            with tarfile.open(source) as archive:
                archive.extractall(name, filter="data")
        except tarfile.TarError as error:
            raise Invalid(
                "backup.unreadable", N_("{source} is niet te lezen als back-up."), source=str(source)
            ) from error
        yield Path(name)
