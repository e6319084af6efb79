"""Where the audit chain ended last, kept outside the database that holds it: whoever cuts the chain does not cut these.

One stands in the data folder, written after each commit. With a bucket one stands there too, for the folder of a host
may be lost: written each few minutes, and only when the chain still holds what stood there. To another place an anchor
is carried as it is, never made from the chain: that would bless one that was cut.
"""

import json
import os
import threading
from contextlib import suppress
from pathlib import Path

from sluis.foundation.storage import Bucket
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_

FILE = "audit-head.json"
KEY = f"anchor/{FILE}"
"""In the bucket, beside the files."""

type Anchor = tuple[int, str]
"""Number and hash of an entry; (-1, '') when what stands there cannot be read."""


def in_folder(data: Path) -> Anchor | None:
    """None when there is none yet."""
    with suppress(FileNotFoundError):
        return _read((data / FILE).read_bytes())
    return None


def in_bucket(remote: Bucket) -> Anchor | None:
    """The same. Raises Unavailable."""
    with suppress(NotFound):
        return _read(b"".join(remote.read_object(KEY, 0, None, missing=_none)))
    return None


def known(data: Path, remote: Bucket | None) -> list[Anchor]:
    """All that there are, the newest last."""
    both = (in_folder(data), in_bucket(remote) if remote else None)
    return sorted(anchor for anchor in both if anchor is not None)


def to_folder(data: Path, anchor: Anchor) -> None:
    """Raises OSError."""
    path = data / FILE
    temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    temporary.write_bytes(_written(anchor))
    temporary.replace(path)


def to_bucket(remote: Bucket, anchor: Anchor) -> None:
    """Raises Unavailable."""
    remote.put_object(KEY, _written(anchor))


def _read(text: bytes) -> Anchor:
    try:
        raw = json.loads(text)
        return int(raw["seq"]), str(raw["hash"])
    except (ValueError, KeyError, TypeError):
        return -1, ""


def _written(anchor: Anchor) -> bytes:
    return json.dumps({"seq": anchor[0], "hash": anchor[1]}).encode()


def _none() -> NotFound:
    return NotFound("audit.anchor", N_("Er is nog geen anker van het logboek."))
