"""Whether bytes are the ones that their name says: nobody ever has a whole file that is not right."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_


def digest(pieces: Iterable[bytes], out: BinaryIO | None = None) -> str:
    """SHA-256 of all pieces, which are written to `out` on the way."""
    hasher = hashlib.sha256()
    for piece in pieces:
        hasher.update(piece)
        if out is not None:
            out.write(piece)
    return hasher.hexdigest()


def checked(pieces: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    """The pieces; the last one waits until all of them fit the name. Raises Unavailable in its place."""
    hasher, waiting = hashlib.sha256(), b""
    for piece in pieces:
        if waiting:
            yield waiting
        hasher.update(piece)
        waiting = piece
    if hasher.hexdigest() != sha256:
        raise damaged(sha256)
    yield waiting


def damaged(sha256: str) -> Unavailable:
    """What came does not fit its name, however often it was asked for: nobody gets it."""
    return Unavailable(
        "storage.damaged",
        N_("Bestand {sha256} is in de opslag niet meer wat erin gezet is."),
        way_out=N_("Vraag de beheerder het uit een back-up terug te zetten."),
        sha256=sha256,
        retry_after=3600,
        passes=False,
    )
