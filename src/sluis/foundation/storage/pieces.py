"""Bytes that are not a whole yet, in the bucket: what comes in on one machine can go on at another.

A piece is called `pieces/<name>/<start>-<end>-<fence>`. Who writes has a fence, and each later writer a higher one; a
writer begins where the one before it was safe. So where a writer began, everything of earlier ones beyond that does not
count, also when it is written later by somebody who does not know yet that he lost his turn.
"""

import time
from collections.abc import Iterator
from typing import NamedTuple

from sluis.foundation.storage.bucket import Bucket
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_

_ROOT = "pieces"
# Nobody takes so long over one upload: its pieces were forgotten by a process that died while it removed them.
FORGOTTEN_SECONDS = 30 * 86_400


class Piece(NamedTuple):
    """Bytes from `start` until `end`."""

    start: int
    end: int
    fence: int


class Pieces:
    """Those of one thing; `name` is hexadecimal. Raises Unavailable as the bucket does."""

    def __init__(self, bucket: Bucket, name: str) -> None:
        self._bucket, self._folder = bucket, f"{_ROOT}/{name}"

    def add(self, start: int, fence: int, data: bytes) -> None:
        """Safe when it returns."""
        self._bucket.put_object(self._key(Piece(start, start + len(data), fence)), data)

    def chain(self, until: int, below: int | None = None) -> list[Piece]:
        """What counts, from 0 on without a hole and no further than `until`; of writers with a fence under `below`."""
        known = [piece for piece in self._all() if below is None or piece.fence < below]
        counted, bound = list[Piece](), until
        for fence in sorted({piece.fence for piece in known}, reverse=True):
            mine = [piece for piece in known if piece.fence == fence]
            counted += [piece for piece in mine if piece.end <= bound]
            bound = min(bound, *(piece.start for piece in mine))
        found, at = list[Piece](), 0
        for piece in sorted(counted):
            if piece.start == at:
                found.append(piece)
                at = piece.end
        return found

    def read(self, pieces: list[Piece]) -> Iterator[bytes]:
        for piece in pieces:
            yield from self._bucket.read_object(self._key(piece), 0, piece.end - piece.start, missing=_gone)

    def remove(self) -> None:
        for facts in list(self._bucket.objects(self._folder)):
            self._bucket.remove_object(facts["path"])

    def _all(self) -> list[Piece]:
        names = (str(facts["path"]).rpartition("/")[2] for facts in self._bucket.objects(self._folder))
        return [Piece(*map(int, name.split("-"))) for name in names]

    def _key(self, piece: Piece) -> str:
        return f"{self._folder}/{piece.start:020d}-{piece.end:020d}-{piece.fence}"


def forget(bucket: Bucket) -> None:
    """Remove what was forgotten."""
    for facts in list(bucket.objects(_ROOT)):
        if facts["last_modified"].timestamp() < time.time() - FORGOTTEN_SECONDS:
            bucket.remove_object(facts["path"])


def _gone() -> NotFound:
    return NotFound("blob.piece", N_("Een deel van dit bestand is niet meer in de opslag."))
