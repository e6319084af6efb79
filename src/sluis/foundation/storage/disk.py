"""Blobs on a disk: `<folder>/ab/cd/<sha256>`. Temporary file, fsync, rename, fsync of the folder."""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sluis.foundation.storage.types import CHUNK, BlobRef, Stored
from sluis.kernel import ids
from sluis.kernel.errors import Invalid, NotFound
from sluis.kernel.text import N_


class Disk:
    """`work` is a folder on the same disk, for what is not whole yet."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder, self.work = folder, work

    def place(self, sha256: str) -> Path:
        """Where the blob stands, or would stand. Raises Invalid when `sha256` is no hash."""
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise Invalid("blob.name", N_("'{sha256}' is geen SHA-256."), sha256=sha256[:80])
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def temporary(self) -> Path:
        """A name for a file that becomes a blob."""
        self.work.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.work / f"blob-{ids.new_id().hex}"

    def size(self, sha256: str) -> int | None:
        with suppress(FileNotFoundError):
            return self.place(sha256).stat().st_size
        return None

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        try:
            file = self.place(sha256).open("rb", buffering=0)
        except FileNotFoundError as error:
            raise missing(sha256) from error
        with file:
            file.seek(start)
            left = os.fstat(file.fileno()).st_size - start if length is None else length
            while left > 0 and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk

    def put(self, file: Path, ref: BlobRef) -> None:
        if self.touch(ref.sha256):
            return
        temporary = self.temporary()
        try:
            shutil.copyfile(file, temporary)
            fsync(temporary)
            self.settle(temporary, ref.sha256)
        finally:
            temporary.unlink(missing_ok=True)

    def touch(self, sha256: str) -> bool:
        """Whether it is there; if so it counts as put now, so that no sweep takes what somebody is about to use."""
        try:
            os.utime(self.place(sha256))
        except FileNotFoundError:
            return False
        return True

    def use(self, sha256: str) -> bool:
        """Whether it is there; if so it counts as asked for now. It did not change, and its date says so still."""
        place = self.place(sha256)
        try:
            facts = place.stat()
            if facts.st_atime < time.time() - 1:
                os.utime(place, ns=(time.time_ns(), facts.st_mtime_ns))
        except FileNotFoundError:
            return False
        return True

    def used(self, sha256: str) -> float:
        """When it was last asked for, in seconds since 1970."""
        return self.place(sha256).stat().st_atime

    def settle(self, file: Path, sha256: str) -> None:
        """The file, of which the bytes are safe already, becomes the blob."""
        place = self.place(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.chmod(0o440)
        os.utime(file)
        file.replace(place)
        fsync(place.parent)
        fsync(place.parent.parent)

    def stored(self) -> Iterator[Stored]:
        for file in self.folder.glob("??/??/*"):
            with suppress(FileNotFoundError):
                facts = file.stat()
                yield Stored(file.name, facts.st_size, facts.st_mtime)

    def remove(self, sha256: str) -> None:
        self.place(sha256).unlink(missing_ok=True)


def missing(sha256: str) -> NotFound:
    return NotFound("blob.missing", N_("Het bestand {sha256} ontbreekt in de opslag."), sha256=sha256)


def hash_of(file: Path) -> BlobRef:
    with file.open("rb") as stream:
        return BlobRef(hashlib.file_digest(stream, "sha256").hexdigest(), file.stat().st_size)


def fsync(target: Path) -> None:
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
