"""A stretch of bytes cut into records at once: which are beyond doubt, and which need a closer look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sluis.lake.ingest.caps import MAX_LINE_CHARS

_QUOTE, _END, _RETURN, _HASH = 34, 10, 13, 35
# Visible ASCII: a record with such a character is certainly not blank.
_INK = np.zeros(256, dtype=bool)
_INK[33:127] = True
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole records only. `starts` and `ends` are offsets, `lines` counts line ends before each record.

    `sound` ones are not blank and have the right width; all quotes in them open and close a cell.
    `quoted` says whether there are quotes at all.
    """

    starts: Offsets
    ends: Offsets
    lines: Offsets
    sound: NDArray[np.bool_]
    quoted: bool


def cut(data: bytes, delimiter: str, width: int, *, comment: bool) -> Stretch:
    """Cut up to the first quote that stands anywhere but around a cell: from there on, parity says nothing."""
    seen = np.frombuffer(data, dtype=np.uint8)
    newlines, splits = np.flatnonzero(seen == _END), np.flatnonzero(seen == ord(delimiter))
    outside, quoted = newlines, b'"' in data
    if quoted:
        quotes, limit = _regular(seen, ord(delimiter))
        outside = newlines[: np.searchsorted(newlines, limit)]
        outside = outside[np.searchsorted(quotes, outside) % 2 == 0]
        splits = splits[np.searchsorted(quotes, splits) % 2 == 0]
    edges = np.concatenate(([0], outside + 1)).astype(np.int64)
    starts, ends = edges[:-1], edges[1:]
    sound = np.diff(np.searchsorted(splits, edges)) == width - 1
    sound &= ends - starts <= MAX_LINE_CHARS
    sound &= _inked(seen, edges, ord(delimiter))
    if comment:
        sound &= seen[starts] != _HASH
    _doubt_lone_returns(seen, ends, sound)
    return Stretch(starts, ends, np.searchsorted(newlines, starts), sound, quoted)


def _regular(seen: NDArray[np.uint8], delimiter: int) -> tuple[Offsets, int]:
    """The quotes before the first irregular one, and its offset (the length when all are regular)."""
    quotes = np.flatnonzero(seen == _QUOTE)
    around = np.concatenate(([_END], seen, [_END]))
    before, after = around[quotes], around[quotes + 2]
    opens = (before == delimiter) | (before == _END) | (before == _QUOTE)
    closes = (after == delimiter) | (after == _END) | (after == _RETURN) | (after == _QUOTE)
    wrong = np.flatnonzero(~np.where(np.arange(len(quotes)) % 2 == 0, opens, closes))
    return (quotes[: wrong[0]], int(quotes[wrong[0]])) if len(wrong) else (quotes, len(seen))


def _inked(seen: NDArray[np.uint8], edges: Offsets, delimiter: int) -> NDArray[np.bool_]:
    ink = _INK.copy()
    ink[[delimiter, _QUOTE]] = False
    first = ink[seen[edges[:-1]]]
    if first.all():
        return first
    return np.add.reduceat(ink[seen[: edges[-1]]], edges[:-1], dtype=np.int32) > 0


def _doubt_lone_returns(seen: NDArray[np.uint8], ends: Offsets, sound: NDArray[np.bool_]) -> None:
    returns = np.flatnonzero(seen == _RETURN)
    if len(returns):
        lone = returns[np.append(seen, _END)[returns + 1] != _END]
        doubted = np.searchsorted(ends, lone, side="right")
        sound[doubted[doubted < len(ends)]] = False
