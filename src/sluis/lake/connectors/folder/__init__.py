"""Files that another system puts in a folder of this server, below a folder that the operator opened."""

import os
from pathlib import Path

from sluis.kernel.text import N_
from sluis.lake.connectors import filing, outside
from sluis.lake.connectors.base import Field, Given, Kind
from sluis.lake.connectors.filing import Filing, Found, fits, still_writing

_CHUNK = 1 << 20


class Folder(Filing):
    name = "folder"
    title = N_("Map op de server")
    about = N_("Leest bestanden die een ander systeem in een map op deze server zet. De beheerder stelt mappen open.")
    fields = (
        Field("folder", N_("Map"), Kind.ADDRESS, required=True,
              help=N_("Het hele pad, of de naam onder een map die de beheerder heeft opengesteld.")),
        *filing.FIELDS,
    )  # fmt: skip

    def place(self, given: Given) -> str:
        return given["folder"]

    def listed(self, given: Given, into: Path) -> list[Found]:
        """Regular files only; a link does not count."""
        with outside.folder(given["folder"]) as folder, os.scandir(folder) as entries:
            files = [e for e in entries if e.is_file(follow_symlinks=False) and fits(e.name, given["pattern"])]
            return [_found(entry.name, entry.stat(follow_symlinks=False)) for entry in files]

    def copied(self, given: Given, file: Found, target: Path) -> None:
        size = 0
        with (
            outside.folder(given["folder"]) as folder,
            os.fdopen(outside.file_in(folder, file.name), "rb") as source,
            target.open("xb") as out,
        ):
            while size <= file.size and (chunk := source.read(_CHUNK)):
                size += out.write(chunk)
            now = os.fstat(source.fileno())
        if _found(file.name, now).mark != file.mark or size != file.size:
            raise still_writing(file.name)


def _found(name: str, seen: os.stat_result) -> Found:
    return Found(name, seen.st_mtime_ns, seen.st_size, [seen.st_mtime_ns, seen.st_size])


CONNECTOR = Folder()
