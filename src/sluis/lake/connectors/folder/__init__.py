"""Files that another system puts in a folder of this server, below a folder that the operator opened."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault, Invalid, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors import outside
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.unpacking import MB, too_big, unpacked

NEWEST, NEW = "newest", "new"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    changed_ns: int
    size: int

    @property
    def mark(self) -> list[int]:
        return [self.changed_ns, self.size]


class Folder(Connector):
    name = "folder"
    title = N_("Map op de server")
    about = N_("Leest bestanden die een ander systeem in een map op deze server zet. De beheerder stelt mappen open.")
    modes = ("replace", "append", "upsert")
    fields = (
        Field("folder", N_("Map"), Kind.ADDRESS, required=True,
              help=N_("Het hele pad, of de naam onder een map die de beheerder heeft opengesteld.")),
        Field("pattern", N_("Bestandsnaam"), required=True, default="*",
              help=N_("Een naam of een patroon, zoals metingen-*.csv.")),
        Field("which", N_("Welke bestanden"), Kind.CHOICE, required=True, default=NEWEST,
              choices=((NEWEST, N_("steeds het nieuwste bestand")), (NEW, N_("elk nieuw bestand, op volgorde")))),
        Field("max_mb", N_("Grootste bestand in MB"), Kind.NUMBER, required=True, default=1000,
              help=N_("Een groter bestand leest Sluis niet.")),
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        found: list[Fault] = []
        if config["which"] == NEW and mode == "replace":
            text = N_("Elk nieuw bestand lezen kan alleen als de rijen erbij komen.")
            found.append(Fault(text, field="which"))
        if "/" in config["pattern"]:
            found.append(Fault(N_("Een bestandsnaam heeft geen schuine streep."), field="pattern"))
        return found

    def check(self, given: Given, tell: Tell) -> None:
        with outside.folder(given["folder"]) as folder:
            found = _listed(folder, given)
            os.close(outside.file_in(folder, found[-1].name))
        tell(N_("Passende bestanden: {count}. Het nieuwste is {file}."), count=len(found), file=found[-1].name)

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        with outside.folder(given["folder"]) as folder:
            found = _listed(folder, given)
            taken = {name: mark for name, mark in state.get("taken", {}).items() if name in {f.name for f in found}}
            waiting = [file for file in found if taken.get(file.name) != file.mark]
            if given["which"] == NEWEST:
                waiting = [file for file in waiting if file is found[-1]]
            if not waiting:
                return UNCHANGED
            file, after = waiting[0], {}
            path = _copied(folder, file, into, given["max_mb"])
        tell(N_("{file} gelezen: {size} bytes."), file=file.name, size=file.size)
        after = {"taken": (taken if given["which"] == NEW else {}) | {file.name: file.mark}}
        path, filename = unpacked(path, file.name, given["max_mb"])
        return Fetched(path, filename, after, more=len(waiting) > 1)


def _listed(folder: int, given: Given) -> list[_Found]:
    """Regular files of that name, oldest first; raises Invalid when there are none. Hidden ones do not count."""
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if _fits(entry, given["pattern"])]
        found = [_Found(e.name, s.st_mtime_ns, s.st_size) for e in files for s in [e.stat(follow_symlinks=False)]]
    if not found:
        raise Invalid(
            "source.no-file",
            N_("In de map {folder} staat geen bestand met de naam {pattern}."),
            way_out=N_("Controleer de naam. Snelkoppelingen en verborgen bestanden tellen niet mee."),
            folder=given["folder"],
            pattern=given["pattern"],
        )
    return sorted(found, key=lambda file: (file.changed_ns, file.name))


def _fits(entry: "os.DirEntry[str]", pattern: str) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.name[0] != "." and fnmatchcase(entry.name, pattern)


def _copied(folder: int, file: _Found, into: Path, most_mb: int) -> Path:
    """A copy in the work folder. Raises Unavailable when somebody is still writing the file."""
    if file.size > most_mb * MB:
        raise too_big(file.name, most_mb)
    target, size = into / "copy", 0
    with os.fdopen(outside.file_in(folder, file.name), "rb") as source, target.open("xb") as out:
        while size <= file.size and (chunk := source.read(_CHUNK)):
            size += out.write(chunk)
        now = os.fstat(source.fileno())
    if [now.st_mtime_ns, now.st_size] != file.mark or size != file.size:
        raise Unavailable("source.still-writing", N_("Het bestand {file} wordt nog geschreven."), file=file.name)
    return target


CONNECTOR = Folder()
