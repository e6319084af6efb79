"""Files in a place where another system puts them: which one is next, and what to remember of it.

The same for a folder of the server, S3, SFTP and WebDAV; each only lists and copies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sluis.kernel.errors import Fault, Invalid, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors.asking import CEILING, most_mb
from sluis.lake.connectors.base import Field, Kind
from sluis.lake.connectors.unpacking import MB, too_big

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


def faults(config: Mapping[str, Any], mode: str) -> list[Fault]:
    found = most_mb(config)
    if config["which"] == NEW and mode == "replace":
        found.append(Fault(N_("Elk nieuw bestand lezen kan alleen als de rijen erbij komen."), field="which"))
    if "/" in config["pattern"]:
        found.append(Fault(N_("Een bestandsnaam heeft geen schuine streep."), field="pattern"))
    return found


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
