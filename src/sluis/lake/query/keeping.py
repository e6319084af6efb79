"""Where answers stand: `<data>/results/<key>/` with a Parquet file and `about.json`, for as long as there is room.

The key says everything the answer depends on, so an answer that is there is the answer. `running` is locked by whoever
makes it (a process that died holds no lock), `stop` asks for an end. `about.json` comes last and by a rename: who finds
it finds a whole answer, or why there is none.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from sluis.kernel import clock, ids
from sluis.kernel.canonical import digest
from sluis.kernel.errors import SluisError, from_wire, to_wire
from sluis.lake.query.types import Answer, Budget, Offered

_FORM = 1  # another number makes every earlier answer one of the past
_CHANGEABLE_SECONDS = 600
_REFUSED_SECONDS = 30
_STOPPED_SECONDS = 3


def root() -> Path:
    return settings.SLUIS.data / "results"


def key_of(sql: str, tables: Sequence[Offered], budget: Budget) -> str:
    """64 hexadecimal characters: the question, the bytes of the tables and what may be spent."""
    known = [[table.name, list(table.parts), [c.name for c in table.columns]] for table in tables]
    return digest([_FORM, sql, sorted(known), budget.name, str(budget.seconds), budget.memory_mb])


@dataclass(frozen=True, slots=True)
class Kept:
    """The place of one answer."""

    key: str
    folder: Path

    @classmethod
    def at(cls, key: str) -> "Kept":
        return cls(key, root() / key)

    def answer(self) -> Answer | None:
        """The answer, or None when there is none (any more). Raises the reason why there will be none."""
        about_file = self.folder / "about.json"
        try:
            about = json.loads(about_file.read_bytes())
        except FileNotFoundError:
            return None
        age = clock.now().timestamp() - about["at"]
        if "error" in about:
            if age < about["for"]:
                raise from_wire(about["error"])
            return None
        result = self.folder / about["file"]
        if not result.is_file() or (about["changeable"] and age >= _CHANGEABLE_SECONDS):
            return None
        with suppress(FileNotFoundError):
            os.utime(about_file)
        return Answer.from_json(self.key, str(result), about)

    def lock(self) -> int | None:
        """An open file that marks this answer as being made; None when somebody else makes it. Closing it ends that."""
        while True:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                held = os.open(self.folder / "running", os.O_RDWR | os.O_CREAT, 0o600)
            except FileNotFoundError:
                continue  # swept between the two
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(held)
                return None
            with suppress(FileNotFoundError):
                if os.stat(self.folder / "running").st_ino == os.fstat(held).st_ino:  # noqa: PTH116 - beside fstat
                    return held
            os.close(held)

    def is_running(self) -> bool:
        return not _free(self.folder / "running")

    def began(self) -> None:
        (self.folder / "began").write_text(str(clock.now().timestamp()))

    def seconds(self) -> float:
        """How long it has been running; 0 when it has not begun."""
        try:
            return max(0.0, clock.now().timestamp() - float((self.folder / "began").read_text()))
        except (FileNotFoundError, ValueError):
            return 0.0

    def ask_to_stop(self) -> None:
        with suppress(FileNotFoundError):
            (self.folder / "stop").touch()

    def asked_to_stop(self) -> bool:
        return (self.folder / "stop").exists()

    def clear(self) -> None:
        """Make room for a new attempt; the caller holds the lock."""
        for name in ("stop", "began", "about.json"):
            (self.folder / name).unlink(missing_ok=True)

    def put(self, result: Path, about: Mapping[str, Any]) -> None:
        """Each run has a file name of its own: what readers remember of a file, such as counts, stays true."""
        name = f"result-{ids.new_id().hex}.parquet"
        os.replace(result, self.folder / name)  # noqa: PTH105 - beside the other renames
        self._tell({**about, "file": name})
        for earlier in self.folder.glob("result-*.parquet"):
            if earlier.name != name:
                earlier.unlink(missing_ok=True)

    def refuse(self, error: SluisError) -> None:
        """Keep the reason for a moment, so that everybody who waits hears it and the same bomb is not tried at once."""
        seconds = _STOPPED_SECONDS if error.code == "sql.stopped" else _REFUSED_SECONDS
        self._tell({"error": to_wire(error), "for": seconds})

    def _tell(self, about: Mapping[str, Any]) -> None:
        fresh = self.folder / "about.new"
        fresh.write_text(json.dumps({**about, "at": clock.now().timestamp()}, ensure_ascii=False))
        os.replace(fresh, self.folder / "about.json")  # noqa: PTH105


def sweep() -> int:
    """Remove the answers that were longest unused until the rest fits the room; returns how many."""
    room = settings.SLUIS.sql_results_mb * 1_000_000
    removed = 0
    for used, folder, size in sorted(_all(), reverse=True):
        room -= size
        stale = used < clock.now().timestamp() - 86_400 and size < 10_000
        if (room < 0 or stale) and _free(folder / "running"):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _all() -> list[tuple[float, Path, int]]:
    """Last use, folder and size in bytes of every answer."""
    found: list[tuple[float, Path, int]] = []
    for folder in root().iterdir() if root().exists() else ():
        if len(folder.name) != 64:
            continue
        with suppress(FileNotFoundError):
            files = [file.stat() for file in folder.iterdir()]
            found.append((max((f.st_mtime for f in files), default=0.0), folder, sum(f.st_size for f in files)))
    return found


def _free(path: Path) -> bool:
    """Whether nobody holds a lock on this file."""
    try:
        held = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(held)
    return True
