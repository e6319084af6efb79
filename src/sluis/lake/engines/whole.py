"""Work elsewhere that makes files of big ones: they come home as they are made (ADR 30)."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.foundation.service import blobs
from sluis.kernel.text import N_
from sluis.lake.engines.orders import connected, elsewhere, failure_of, in_time, incomplete, ordered
from sluis.lake.engines.shapes import FAILED, Order, Piece, Shape
from sluis.lake.engines.slices import Slice, sliced

type Told = Callable[[float, str], None]

_MB = 1024 * 1024
_MOST_FILES = 64
_NAME = re.compile(r"\w[\w.-]{0,199}", re.ASCII)
_ARRIVING = 0.9


def run_whole(
    entry: str,
    request: Mapping[str, Any],
    *,
    reads: Sequence[Path],
    writes: Path,
    limits: Limits | None = None,
    told: Told | None = None,
) -> Shape:
    """As `sandbox.run`; with an engine, what reads big files is done there, and its files stand in `writes` as here.

    Those are the files that the request or the answer speaks of. Raises what `sandbox.run` raises, and Unavailable when
    the engine does not do its work or not all of it arrives: throw `writes` away then, as for any failure.
    """
    if not elsewhere(reads):
        return sandbox.run(entry, request, reads=reads, writes=writes, limits=limits, on_progress=told)
    limits = limits or Limits()
    home = Home(writes, limits)
    _errand(ordered(entry, dict(request), reads, limits, writes), (), [home], told or _silent)
    return home.answer()


def run_slices(
    entry: str, request: Mapping[str, Any], *, table: Path, writes: Path, told: Told
) -> list[tuple[Path, Shape]]:
    """The same for a table that goes `elsewhere` and an entry that makes files of one slice, `slice` in its request.

    Gives for each slice, in their order, the folder that its files stand in and its answer.
    """
    places = sliced([table])
    homes = [Home(writes / f"slice-{number}", Limits()) for number in range(len(places))]
    _errand(ordered(entry, dict(request), [table], Limits(), writes), places, homes, told)
    return [(home.folder, home.answer()) for home in homes]


def _silent(fraction: float, text: str) -> None:
    pass


def _errand(order: Order, places: Sequence[Slice], homes: Sequence["Home"], told: Told) -> None:
    """Raises what went wrong there, and Unavailable."""
    with closing(connected()) as engine, in_time(engine.close):
        told(0.0, N_("De rekenserver is bezig"))
        done = 0
        for piece in engine.make(order, places):
            if not 0 <= piece.slice < len(homes):
                raise incomplete()
            if homes[piece.slice].take(piece):
                done += 1
                told(_ARRIVING * done / len(homes), N_("De rekenserver is bezig"))
        if done < len(homes):  # Sail ends quietly what is stopped
            raise incomplete()


class Home:
    """Where pieces are put as they come: no file is held in memory, and what was sent is held against what was said."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self._limits = folder, limits
        folder.mkdir(exist_ok=True)
        self._sizes: dict[str, int] = {}
        self._said: Mapping[str, Any] = {}

    def take(self, piece: Piece) -> bool:
        """Whether this was the answer. Raises what went wrong there."""
        if piece.name:
            self._put(piece)
            return False
        if piece.offset == FAILED:
            raise failure_of(piece.data)
        self._said = _read(piece.data)
        for name in self._said["files"]:
            self._begin(name)  # an empty one comes in no piece
        return True

    def answer(self) -> Shape:
        """What the entry gave, when every file that it made stands here whole. Raises Unavailable."""
        found = {name: blobs.hash_of(self.folder / name) for name in self._sizes}
        if not self._said or {name: [ref.size, ref.sha256] for name, ref in found.items()} != self._said["files"]:
            raise incomplete()
        return self._said["answer"]

    def _put(self, piece: Piece) -> None:
        self._begin(piece.name)
        self._sizes[piece.name] = max(self._sizes[piece.name], piece.offset + len(piece.data))
        if piece.offset < 0 or sum(self._sizes.values()) > self._limits.output_mb * _MB:
            raise sandbox.TooMuchOutput(self._limits)
        with (self.folder / piece.name).open("r+b") as file:
            file.seek(piece.offset)
            file.write(piece.data)

    def _begin(self, name: str) -> None:
        if name in self._sizes:
            return
        if not _NAME.fullmatch(name) or len(self._sizes) == _MOST_FILES:
            raise incomplete()
        (self.folder / name).touch(exist_ok=False)
        self._sizes[name] = 0


def _read(data: bytes) -> Mapping[str, Any]:
    """`answer` and `files`: of each how large it is, and its hash."""
    try:
        said = json.loads(data)
        if isinstance(said["answer"], dict) and isinstance(said["files"], dict):
            return said
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise incomplete()
