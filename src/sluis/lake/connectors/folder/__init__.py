"""Files that another system puts in a folder of this server, below a folder that the operator opened."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault
from sluis.kernel.text import N_
from sluis.lake.connectors import filing, outside
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.filing import Found, fits
from sluis.lake.connectors.unpacking import unpacked

_CHUNK = 1 << 20


class Folder(Connector):
    name = "folder"
    title = N_("Map op de server")
    about = N_("Leest bestanden die een ander systeem in een map op deze server zet. De beheerder stelt mappen open.")
    modes = ("replace", "append", "upsert")
    fields = (
        Field("folder", N_("Map"), Kind.ADDRESS, required=True,
              help=N_("Het hele pad, of de naam onder een map die de beheerder heeft opengesteld.")),
        *filing.FIELDS,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        return filing.faults(config, mode)

    def check(self, given: Given, tell: Tell) -> None:
        with outside.folder(given["folder"]) as folder:
            found = _listed(folder, given)
            os.close(outside.file_in(folder, found[-1].name))
        tell(N_("Passende bestanden: {count}. Het nieuwste is {file}."), count=len(found), file=found[-1].name)

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        with outside.folder(given["folder"]) as folder:
            found = _listed(folder, given)
            choice = filing.chosen(found, given.config, state)
            if choice is None:
                return UNCHANGED
            path = _copied(folder, choice.file, into)
        tell(N_("{file} gelezen: {size} bytes."), file=choice.file.name, size=choice.file.size)
        path, filename = unpacked(path, choice.file.name, given["max_mb"])
        return Fetched(path, filename, choice.after, more=choice.more)


def _listed(folder: int, given: Given) -> list[Found]:
    """Regular files of that name, oldest first; raises Invalid when there are none."""
    with os.scandir(folder) as entries:
        files = [e for e in entries if e.is_file(follow_symlinks=False) and fits(e.name, given["pattern"])]
        found = [_found(entry.name, entry.stat(follow_symlinks=False)) for entry in files]
    return filing.sorted_files(found, given["folder"], given["pattern"])


def _found(name: str, seen: os.stat_result) -> Found:
    return Found(name, seen.st_mtime_ns, seen.st_size, [seen.st_mtime_ns, seen.st_size])


def _copied(folder: int, file: Found, into: Path) -> Path:
    """A copy in the work folder. Raises Unavailable when somebody is still writing the file."""
    target, size = into / "copy", 0
    with os.fdopen(outside.file_in(folder, file.name), "rb") as source, target.open("xb") as out:
        while size <= file.size and (chunk := source.read(_CHUNK)):
            size += out.write(chunk)
        now = os.fstat(source.fileno())
    if _found(file.name, now).mark != file.mark or size != file.size:
        raise filing.still_writing(file.name)
    return target


CONNECTOR = Folder()
