"""Blobs in a bucket of an S3 service: `<prefix>/ab/cd/<sha256>`, by way of obstore.

The service checks what it gets against a SHA-256 that goes along with every request (each part of a large one), and
refuses it otherwise. What it gives is counted here, and whoever reads a whole blob holds it against its name.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sluis.foundation.storage.disk import missing
from sluis.foundation.storage.spoken import away, spoken
from sluis.foundation.storage.types import BlobRef, Stored
from sluis.kernel import clock
from sluis.kernel.errors import SluisError, Unavailable

# One request asks for so many bytes, and so many requests are ahead of who reads.
PIECE, AHEAD = 8 << 20, 3
# A larger file goes in parts of this size.
PART = 16 << 20
# An object this old is put again rather than taken as it is: a sweep may be about to remove it.
YOUNG_SECONDS = 12 * 3600
_MOST_PARTS = 9_000
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Address:
    """`url` is `s3://bucket/prefix`, `endpoint` the address of the service."""

    url: str
    endpoint: str
    region: str
    key_id: str
    secret_key: str

    @property
    def name(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def prefix(self) -> str:
        return urlsplit(self.url).path.strip("/")

    @property
    def root(self) -> str:
        """What the location of everything in it begins with, as other programs write it."""
        return f"s3://{self.name}/{self.prefix}".rstrip("/")


class Bucket:
    """Raises Unavailable: `storage.away` when the service does not answer, or answers what makes no sense;
    `storage.no-host`, `storage.refused` and `storage.no-bucket` when it is our settings, or the service, that somebody
    has to mend."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._opened: Any = None
        self._lock = threading.Lock()

    def size(self, sha256: str) -> int | None:
        return self.object_size(_key(sha256))

    def object_size(self, key: str) -> int | None:
        facts = self._head(key)
        return None if facts is None else int(facts["size"])

    def location(self, sha256: str) -> str:
        """How other programs call the blob."""
        return f"{self.address.root}/{_key(sha256)}"

    def facts(self, sha256: str) -> Stored:
        """Raises NotFound (`blob.missing`)."""
        facts = self._head(_key(sha256))
        if facts is None:
            self._ask_for_bucket()
            raise missing(sha256)
        return Stored(sha256, int(facts["size"]), facts["last_modified"].timestamp())

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        yield from self.read_object(_key(sha256), start, length, missing=lambda: missing(sha256))

    def put(self, file: Path, ref: BlobRef) -> None:
        facts = self._head(_key(ref.sha256))
        if facts and facts["size"] == ref.size and _age(facts) < YOUNG_SECONDS:
            return
        self._put(_key(ref.sha256), file, again=facts is not None)
        facts = self._head(_key(ref.sha256))
        if facts is None or facts["size"] != ref.size:
            raise away()

    def stored(self) -> Iterator[Stored]:
        for facts in self.objects(""):
            name = str(facts["path"]).rsplit("/", 1)[-1]
            if facts["path"] == (_key(name) if len(name) == 64 else ""):
                yield Stored(name, int(facts["size"]), facts["last_modified"].timestamp())

    def remove(self, sha256: str) -> None:
        self.remove_object(_key(sha256))

    def fault(self) -> SluisError | None:
        """Why the bucket cannot be used now; None when it can. Asked once, without patience."""
        try:
            self._ask_for_bucket(quick=True)
        except SluisError as error:
            return error
        return None

    def read_object(
        self, key: str, start: int, length: int | None, *, missing: Callable[[], Exception]
    ) -> Iterator[bytes]:
        """In pieces of at most `PIECE` bytes, a few of them asked for ahead."""
        if length is None:
            facts = self._head(key)
            if facts is None:
                self._ask_for_bucket()
                raise missing()
            length = int(facts["size"]) - start
        if length <= PIECE:
            yield from [self._piece(key, start, length, missing)] if length else []
            return
        with ThreadPoolExecutor(AHEAD) as asking:
            coming = deque[Future[bytes]]()
            try:
                for first in range(start, start + length, PIECE):
                    coming.append(asking.submit(self._piece, key, first, min(PIECE, start + length - first), missing))
                    if len(coming) > AHEAD:
                        yield coming.popleft().result()
                while coming:
                    yield coming.popleft().result()
            finally:
                for one in coming:
                    one.cancel()

    def put_object(self, key: str, data: bytes | Path, *, new: bool = False) -> bool:
        """Keep these bytes under a key of our own; with `new` only when nothing stands there. Whether it did."""
        return self._put(key, data, again=not new)

    def remove_object(self, key: str) -> None:
        import obstore

        with suppress(FileNotFoundError), self._spoken():
            obstore.delete(self._store(), key)

    def objects(self, under: str) -> Iterator[Any]:
        """Every object below a folder: `path`, `size` in bytes, `last_modified`."""
        import obstore

        with self._spoken():
            for page in obstore.list(self._store(), prefix=under or None):
                yield from page

    def _spoken(self) -> AbstractContextManager[None]:
        return spoken(self.address.endpoint, self.address.name)

    def _ask_for_bucket(self, *, quick: bool = False) -> None:
        """Raises what is wrong: that a file is not there (HEAD) may mean that the bucket is not."""
        import obstore

        with self._spoken():
            next(iter(obstore.list(self._store(quick=quick), prefix="sluis", chunk_size=1)), None)

    def _head(self, key: str) -> Any:
        import obstore

        with suppress(FileNotFoundError), self._spoken():
            return obstore.head(self._store(), key)
        return None

    def _put(self, key: str, data: bytes | Path, *, again: bool) -> bool:
        """A new object must not be there yet; a large one comes in parts, and stands there when all of them do."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        size = data.stat().st_size if isinstance(data, Path) else len(data)
        large = size > PART
        how: dict[str, Any] = {"use_multipart": False, "mode": "overwrite" if again else "create"}
        if large:
            how = {"chunk_size": max(PART, size // _MOST_PARTS), "max_concurrency": AHEAD}
        for left in reversed(range(_ATTEMPTS)):
            try:
                with self._spoken():
                    obstore.put(self._store(), key, data, **how)
            except AlreadyExistsError:
                return False
            except Unavailable:
                if not left:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                break
        return True

    def _piece(self, key: str, start: int, length: int, missing: Callable[[], Exception]) -> bytes:
        """Exactly these bytes: a connection that broke off or a body that is too short is asked for again."""
        import obstore

        for attempt in range(_ATTEMPTS):
            try:
                with self._spoken():
                    found = bytes(obstore.get_range(self._store(), key, start=start, length=length))
                if len(found) == length:
                    return found
            except FileNotFoundError as error:
                raise missing() from error
            except Unavailable:
                if attempt == _ATTEMPTS - 1:
                    raise
            time.sleep(_PAUSE_SECONDS * 2**attempt)
        raise away()

    def _store(self, *, quick: bool = False) -> Any:
        """Made at first use: the library starts threads, and most commands need no bucket."""
        if quick:
            return self._made(retries=0, seconds=3)
        with self._lock:
            if self._opened is None:
                self._opened = self._made(retries=6, seconds=60)
            return self._opened

    def _made(self, *, retries: int, seconds: int) -> Any:
        """Everything is said here: what is not, the library would take from AWS_… in the environment."""
        from obstore.store import S3Store

        key: Any = {
            "access_key_id": self.address.key_id,
            "secret_access_key": self.address.secret_key,
            "token": None,
            "expires_at": None,
        }
        return S3Store(
            self.address.name,
            prefix=self.address.prefix or None,
            endpoint=self.address.endpoint,
            region=self.address.region,
            credential_provider=lambda: key,
            checksum_algorithm="sha256",
            skip_signature=False,
            unsigned_payload=False,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": self.address.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=min(5, seconds)),
                "timeout": timedelta(seconds=seconds),
            },
            retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=30)},
        )


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _age(facts: Any) -> float:
    return (clock.now() - facts["last_modified"]).total_seconds()
