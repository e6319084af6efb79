"""Files by their content, called by their SHA-256. Written once, never changed.

They stand on the disk, or with SLUIS_STORAGE in a bucket, of which the disk then is the cache. Only when the bytes are
safe where they belong a database row may point at them: a crash leaves at most a file nobody points at, which `sweep`
removes.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from sluis.foundation.storage import BlobRef, Bucket, Store, Stored, bucket, cache, disk, scrub, whole
from sluis.foundation.storage.disk import fsync, hash_of, missing
from sluis.foundation.storage.objects import Objects
from sluis.foundation.storage.pieces import Pieces, forget
from sluis.foundation.storage.types import CHUNK
from sluis.kernel import ids

_holders: list[Callable[[], Iterable[str]]] = []


def root() -> Path:
    """Everything that `path` gives stands below this folder."""
    return disk().folder


def store() -> Store:
    """Where the blobs are: what is not there does not exist."""
    return bucket() or disk()


def path(sha256: str) -> Path:
    """The blob as a file on this disk, fetched if need be; stays there for the work that asked for it.

    Raises NotFound when it is not there, Invalid when `sha256` is no hash, Unavailable when the bucket is away.
    """
    place = disk().place(sha256)
    remote = bucket()
    if remote:
        return cache.path(remote, sha256)
    if not place.is_file():
        raise whole.damaged(sha256) if scrub.is_aside(sha256) else missing(sha256)
    return place


def place(sha256: str) -> Path:
    """Where the blob stands on this disk, or would stand: nothing is fetched. Raises Invalid when it is no hash."""
    return disk().place(sha256)


def location(sha256: str) -> str:
    """Where programs that are not ours read the blob: `file:///…`, or `s3://…` when it stands in the bucket."""
    remote = bucket()
    return remote.location(sha256) if remote else f"file://{place(sha256)}"


def objects() -> Objects | None:
    """Everything in the bucket by its location; None when there is no bucket."""
    remote = bucket()
    return Objects(remote) if remote else None


held = cache.held
sent = scrub.sent
scrubbed = scrub.scrub


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A blob that stands in the bucket and not on this disk. `at` in seconds since 1970."""

    bucket: Bucket
    sha256: str
    size: int
    at: float

    def part(self, start: int, length: int) -> Iterator[bytes]:
        """Exactly these bytes, as they come; all of them only when they fit the name."""
        if length == self.size:
            return cache.streamed(self.bucket, self.sha256, self.size)
        return self.some(start, length)

    def some(self, start: int, length: int) -> Iterator[bytes]:
        """The same without a look at the name: for who reads here and there."""
        return self.bucket.read(self.sha256, start, length)


def content(sha256: str) -> Path | Elsewhere:
    """For who sends the blob on, and need not wait until all of it is here. Raises as `path` does."""
    remote = bucket()
    if remote is None or disk().use(sha256):
        return path(sha256)
    found = remote.facts(sha256)
    return Elsewhere(remote, sha256, found.size, found.at)


def size(sha256: str) -> int:
    """In bytes. Raises as `path` does."""
    found = disk().size(sha256)
    if found is None:
        found = store().size(sha256)
    if found is None:
        raise missing(sha256)
    return found


def put_file(source: Path, *, move: bool = False) -> BlobRef:
    """Keep the bytes of `source`; with `move` the source itself is renamed when it is on the same disk."""
    with keeping(source, move=move) as (ref, _):
        return ref


@contextmanager
def keeping(source: Path, *, move: bool = False) -> Generator[tuple[BlobRef, Path]]:
    """As `put_file`, for bytes that are read at once: gives what they will be, and where they stand until then.

    Disk and bucket work while the block reads; only when the block has ended well the blob is there.
    """
    with ExitStack() as stack:
        file, ref = (source, hash_of(source)) if move and _beside(source) else _copied(source, stack)
        beside = stack.enter_context(ThreadPoolExecutor(1))
        safe = beside.submit(_secure, file, ref)
        yield ref, file
        _settle(file, ref, known=safe.result())
        if move:
            source.unlink(missing_ok=True)


def put_stream(stream: BinaryIO) -> BlobRef:
    """Keep all bytes of `stream`."""
    with ExitStack() as stack:
        file, ref = _taken(stream, stack)
        _settle(file, ref, known=_secure(file, ref))
        return ref


def _secure(file: Path, ref: BlobRef) -> bool:
    """After this the bytes survive a power cut; whether they stand on this disk as a blob already."""
    remote = bucket()
    if remote:
        remote.put(file, ref)
    known = disk().touch(ref.sha256)
    if not known:
        fsync(file)
    return known


def _settle(file: Path, ref: BlobRef, *, known: bool) -> None:
    if not known:
        disk().settle(file, ref.sha256)
        if bucket():
            cache.added(ref.size)


def _copied(source: Path, stack: ExitStack) -> tuple[Path, BlobRef]:
    with source.open("rb") as stream:
        return _taken(stream, stack)


def _taken(stream: BinaryIO, stack: ExitStack) -> tuple[Path, BlobRef]:
    """The stream as a temporary file, which goes when the stack ends."""
    temporary = disk().temporary()
    stack.callback(temporary.unlink, missing_ok=True)
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


def put_chunks(chunks: Iterable[bytes]) -> BlobRef:
    """Keep these bytes, one after the other."""
    temporary = disk().temporary()
    try:
        with temporary.open("xb") as out:
            out.writelines(chunks)
        return put_file(temporary, move=True)
    finally:
        temporary.unlink(missing_ok=True)


def pieces(name: str) -> Pieces | None:
    """Room in the bucket for bytes that are not whole yet; None when there is no bucket."""
    remote = bucket()
    return Pieces(remote, name) if remote else None


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

    Age is when a blob was last put, so that a blob of an operation that has not committed yet is left alone.
    """
    keep = wanted()
    limit = time.time() - older_than_seconds
    there = store()
    removed = 0
    for one in there.stored():
        if one.sha256 not in keep and one.at < limit:
            there.remove(one.sha256)
            removed += 1
    if remote := bucket():
        forget(remote)
    work = settings.SLUIS.data / "tmp"
    for folder in work.iterdir() if work.exists() else ():
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True) if folder.is_dir() else folder.unlink(missing_ok=True)
    return removed


def stored() -> Iterator[Stored]:
    """Every blob there is."""
    return store().stored()


def answers() -> bool:
    """Whether the store can be reached now."""
    remote = bucket()
    return remote is None or remote.fault() is None


def is_whole(sha256: str) -> bool:
    """True when the bytes of this blob, where it is kept, still fit its name."""
    return whole.digest(store().read(sha256)) == sha256


def damaged() -> Iterator[str]:
    """Hashes of blobs whose bytes no longer fit their name."""
    return (one.sha256 for one in stored() if not is_whole(one.sha256))


def _beside(file: Path) -> bool:
    """Is the file on the disk of the blobs?"""
    return file.stat().st_dev == settings.SLUIS.data.stat().st_dev
