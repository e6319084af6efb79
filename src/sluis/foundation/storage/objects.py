"""Files in the bucket that are called by their full address, for programs that are not ours as well."""

from collections.abc import Iterator

from sluis.foundation.storage.bucket import Bucket
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_


class Objects:
    """A location is `s3://bucket/prefix/…`. Raises FileNotFoundError for one that is not in our part of the bucket or
    not there, Unavailable as the bucket does."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self.root = bucket.address.root

    def size(self, location: str) -> int | None:
        """In bytes; None when it is not there."""
        return self._bucket.object_size(self._key(location))

    def read(self, location: str, start: int, length: int) -> bytes:
        """Exactly these bytes."""
        try:
            return b"".join(self._bucket.read_object(self._key(location), start, length, missing=_gone))
        except NotFound as error:
            raise FileNotFoundError(location) from error

    def write(self, location: str, data: bytes) -> None:
        """Safe when it returns; takes the place of what stood there."""
        self._bucket.put_object(self._key(location), data)

    def below(self, location: str) -> Iterator[str]:
        """Every location below a folder."""
        return (f"{self.root}/{facts['path']}" for facts in self._bucket.objects(self._key(location)))

    def remove(self, location: str) -> None:
        """Nothing happens when it is not there."""
        self._bucket.remove_object(self._key(location))

    def _key(self, location: str) -> str:
        if not location.startswith(f"{self.root}/"):
            raise FileNotFoundError(location)
        return location.removeprefix(f"{self.root}/")


def _gone() -> NotFound:
    return NotFound("blob.object", N_("Dit bestand is niet meer in de opslag."))
