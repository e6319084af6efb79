"""Files by their content: `<data>/blobs/ab/cd/<sha256>`. Written once, never changed.

Write order: temporary file, fsync, rename, fsync of the folder; only then may a database row point at it. A crash
leaves at most a file nobody points at, which `sweep` removes.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from sluis.kernel import ids
from sluis.kernel.errors import Invalid, NotFound
from sluis.kernel.text import N_

CHUNK = 1 << 20
_holders: list[Callable[[], Iterable[str]]] = []


@dataclass(frozen=True, slots=True)
class BlobRef:
    """`sha256` is 64 hexadecimal characters, `size` is in bytes."""

    sha256: str
    size: int


def root() -> Path:
    return settings.SLUIS.data / "blobs"


def path(sha256: str) -> Path:
    """Where the blob stands. Raises NotFound when it is not there, Invalid when `sha256` is no hash."""
    place = _place(sha256)
    if not place.is_file():
        raise NotFound("blob.missing", N_("Het bestand {sha256} ontbreekt in de opslag."), sha256=sha256)
    return place


def put_file(source: Path, *, move: bool = False) -> BlobRef:
    """Keep the bytes of `source`; with `move` the source itself is renamed when it is on the same disk."""
    with keeping(source, move=move) as (ref, _):
        return ref


@contextmanager
def keeping(source: Path, *, move: bool = False) -> Generator[tuple[BlobRef, Path]]:
    """As `put_file`, for bytes that are read at once: gives what they will be, and where they stand until then.

    The disk works while the block reads; only when the block has ended well the blob is there.
    """
    with ExitStack() as stack:
        file, ref = (source, _hash_file(source)) if move and _beside(source) else _copied(source, stack)
        disk = stack.enter_context(ThreadPoolExecutor(1))
        safe = None if _place(ref.sha256).exists() else disk.submit(_fsync, file)
        yield ref, file
        if safe is not None:
            safe.result()
            _settle(file, _place(ref.sha256))
        if move:
            source.unlink(missing_ok=True)


def put_stream(stream: BinaryIO) -> BlobRef:
    """Keep all bytes of `stream`."""
    with ExitStack() as stack:
        temporary = _temporary()
        stack.callback(temporary.unlink, missing_ok=True)
        ref = _write(stream, temporary)
        if not _place(ref.sha256).exists():
            _fsync(temporary)
            _settle(temporary, _place(ref.sha256))
        return ref


def _copied(source: Path, stack: ExitStack) -> tuple[Path, BlobRef]:
    temporary = _temporary()
    stack.callback(temporary.unlink, missing_ok=True)
    with source.open("rb") as stream:
        return temporary, _write(stream, temporary)


def _write(stream: BinaryIO, target: Path) -> BlobRef:
    """Bytes are hashed while those before them are written."""
    hasher, size = hashlib.sha256(), 0
    with target.open("xb") as out, ThreadPoolExecutor(1) as beside:
        hashed = beside.submit(hasher.update, b"")
        while chunk := stream.read(CHUNK):
            hashed.result()
            hashed = beside.submit(hasher.update, chunk)
            size += out.write(chunk)
        hashed.result()
    return BlobRef(hasher.hexdigest(), size)


def put_bytes(data: bytes) -> BlobRef:
    from io import BytesIO

    return put_stream(BytesIO(data))


def workdir(prefix: str = "work") -> Path:
    """A fresh private folder on the same disk as the blobs, for making files that are then moved in."""
    folder = settings.SLUIS.data / "tmp" / f"{prefix}-{ids.new_id().hex}"
    folder.mkdir(parents=True, mode=0o700)
    return folder


def discard(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def held_by(holder: Callable[[], Iterable[str]]) -> None:
    """Register a room's answer to: which hashes do you still point at? `sweep` keeps those."""
    _holders.append(holder)


def wanted() -> frozenset[str]:
    """Every hash that some room still points at."""
    return frozenset(sha for holder in _holders for sha in holder())


def sweep(*, older_than_seconds: float = 86_400) -> int:
    """Remove blobs nobody points at and forgotten temporary files older than that; returns how many.

    Age is taken from the file system, so that a blob of an operation that has not committed yet is left alone.
    """
    keep = wanted()
    limit = time.time() - older_than_seconds
    removed = 0
    for file in all_files():
        if file.name not in keep and file.stat().st_mtime < limit:
            file.unlink(missing_ok=True)
            removed += 1
    work = settings.SLUIS.data / "tmp"
    for folder in work.iterdir() if work.exists() else ():
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True) if folder.is_dir() else folder.unlink(missing_ok=True)
    return removed


def all_files() -> Iterator[Path]:
    yield from (file for file in root().glob("??/??/*") if file.is_file())


def is_whole(sha256: str) -> bool:
    """True when the bytes of this blob still fit its name."""
    return _hash_file(path(sha256)).sha256 == sha256


def damaged() -> Iterator[str]:
    """Hashes of blobs whose bytes no longer fit their name."""
    for file in all_files():
        if _hash_file(file).sha256 != file.name:
            yield file.name


def _place(sha256: str) -> Path:
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise Invalid("blob.name", N_("'{sha256}' is geen SHA-256."), sha256=sha256[:80])
    return root() / sha256[:2] / sha256[2:4] / sha256


def _temporary() -> Path:
    folder = settings.SLUIS.data / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"blob-{ids.new_id().hex}"


def _hash_file(file: Path) -> BlobRef:
    with file.open("rb") as stream:
        return BlobRef(hashlib.file_digest(stream, "sha256").hexdigest(), file.stat().st_size)


def _beside(file: Path) -> bool:
    """Is the file on the disk of the blobs?"""
    return file.stat().st_dev == settings.SLUIS.data.stat().st_dev


def _settle(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    file.chmod(0o440)
    file.replace(place)
    _fsync(place.parent)
    _fsync(place.parent.parent)


def _fsync(target: Path) -> None:
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
