"""Files in a place where another system puts them: which one is next, and what to remember of it.

The same for a folder of the server, S3, SFTP and WebDAV; each only lists and copies.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault, Invalid, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors.asking import CEILING, most_mb
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.unpacking import MB, too_big, unpacked
from sluis.lake.connectors.work import work_folder

NEWEST, NEW = "newest", "new"
MOST_FILES = 100_000
FIELDS = (
    Field("pattern", N_("Bestandsnaam"), required=True, default="*",
          help=N_("Een naam of een patroon, zoals metingen-*.csv.")),
    Field("which", N_("Welke bestanden"), Kind.CHOICE, required=True, default=NEWEST,
          choices=((NEWEST, N_("steeds het nieuwste bestand")), (NEW, N_("elk nieuw bestand, op volgorde")))),
    CEILING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """`order` sorts from old to new; `mark` changes when the content does. Both are JSON."""

    name: str
    order: int
    size: int
    mark: Any


@dataclass(frozen=True, slots=True)
class Choice:
    """The next file; `after` is the state once it is loaded, `more` says that another one waits."""

    file: Found
    after: dict[str, Any]
    more: bool


class Filing(Connector):
    """A connector of files: it lists and copies, and has `FIELDS` among its fields."""

    modes = ("replace", "append", "upsert")
    files = True

    @abstractmethod
    def listed(self, given: Given, into: Path) -> Sequence[Found]:
        """Every file right in the folder that `fits`."""

    @abstractmethod
    def place(self, given: Given) -> str:
        """Where it looked, for people."""

    @abstractmethod
    def copied(self, given: Given, file: Found, target: Path) -> None:
        """Write the file to `target`. Raises `still_writing` when it is no longer the one that was listed."""

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        found = most_mb(config)
        if config["which"] == NEW and mode == "replace":
            found.append(Fault(N_("Elk nieuw bestand lezen kan alleen als de rijen erbij komen."), field="which"))
        if "/" in config["pattern"]:
            found.append(Fault(N_("Een bestandsnaam heeft geen schuine streep."), field="pattern"))
        return found

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            found = self._sorted(given, into)
            if found[-1].size <= given["max_mb"] * MB:
                self.copied(given, found[-1], into / "copy")
        tell(N_("Passende bestanden: {count}. Het nieuwste is {file}."), count=len(found), file=found[-1].name)

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        choice = chosen(self._sorted(given, into), given.config, state)
        if choice is None:
            return UNCHANGED
        path = into / "copy"
        self.copied(given, choice.file, path)
        tell(N_("{file} gelezen: {size} bytes."), file=choice.file.name, size=choice.file.size)
        path, filename = unpacked(path, choice.file.name, given["max_mb"])
        return Fetched(path, filename, choice.after, more=choice.more)

    def _sorted(self, given: Given, into: Path) -> list[Found]:
        return sorted_files(self.listed(given, into), self.place(given), given["pattern"])


def fits(name: str, pattern: str) -> bool:
    """Hidden files never fit, nor what a server calls a file that would be elsewhere."""
    return bool(name) and name[0] != "." and "/" not in name and fnmatchcase(name, pattern)


def sorted_files(found: Sequence[Found], place: str, pattern: str) -> list[Found]:
    """Oldest first. Raises Invalid when there are none, or too many."""
    if not found:
        raise Invalid(
            "source.no-file",
            N_("In {folder} staat geen bestand met de naam {pattern}."),
            way_out=N_("Controleer de naam. Snelkoppelingen en verborgen bestanden tellen niet mee."),
            folder=place,
            pattern=pattern,
        )
    if len(found) > MOST_FILES:
        raise Invalid(
            "source.many-files",
            N_("In {folder} staan meer dan {most} bestanden."),
            way_out=N_("Kies een map met minder bestanden, of ruim op wat al gelezen is."),
            folder=place,
            most=MOST_FILES,
        )
    return sorted(found, key=lambda file: (file.order, file.name))


def chosen(files: Sequence[Found], config: Mapping[str, Any], state: Mapping[str, Any]) -> Choice | None:
    """Which of `sorted_files` is next; None when all of it was read. Raises Invalid for one that is too large."""
    here = {file.name for file in files}
    taken = {name: mark for name, mark in state.get("taken", {}).items() if name in here}
    waiting = [file for file in files if taken.get(file.name) != file.mark]
    if config["which"] == NEWEST:
        waiting = [file for file in waiting if file is files[-1]]
    if not waiting:
        return None
    file = waiting[0]
    if file.size > config["max_mb"] * MB:
        raise too_big(file.name, config["max_mb"])
    kept = taken if config["which"] == NEW else {}
    return Choice(file, {"taken": kept | {file.name: file.mark}}, len(waiting) > 1)


def still_writing(name: str) -> Unavailable:
    return Unavailable("source.still-writing", N_("Het bestand {file} wordt nog geschreven."), file=name)
