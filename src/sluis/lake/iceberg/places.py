"""Where the metadata of the tables stands: beside the parts that it names. Every place is called by its location."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from django.conf import settings

from sluis.foundation.service import blobs
from sluis.foundation.storage.objects import Objects
from sluis.lake.iceberg import files

_FOLDER = "iceberg"


class Place(Protocol):
    """`root` is the location of the folder of all tables, `io` the class with which pyiceberg reads and writes."""

    root: str
    io: str

    def children(self, location: str) -> set[str]:
        """What stands directly in this folder: the locations of its files and folders."""
        ...

    def remove(self, location: str) -> None:
        """A file, or a folder with everything in it."""
        ...


def here() -> Place:
    """The bucket, when there is one: then every host writes there, and what a host had on its disk goes."""
    objects = blobs.objects()
    return InBucket(objects) if objects else OnDisk(_folder())


def forget_disk() -> None:
    """What stood on this disk before the files went to a bucket."""
    if blobs.objects():
        shutil.rmtree(_folder(), ignore_errors=True)


class OnDisk:
    io = files.ON_DISK

    def __init__(self, folder: Path) -> None:
        self.root = files.located(folder)

    def children(self, location: str) -> set[str]:
        folder = files.path_of(location)
        return {files.located(one) for one in folder.iterdir()} if folder.is_dir() else set()

    def remove(self, location: str) -> None:
        path = files.path_of(location)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


class InBucket:
    io = files.IN_BUCKET

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self.root = f"{objects.root}/{_FOLDER}"

    def children(self, location: str) -> set[str]:
        names = (one.removeprefix(f"{location}/").partition("/")[0] for one in self._objects.below(location))
        return {f"{location}/{name}" for name in names}

    def remove(self, location: str) -> None:
        for one in list(self._objects.below(location)):
            self._objects.remove(one)
        self._objects.remove(location)


def remove_all_but(place: Place, folder: str, keep: Iterable[str]) -> None:
    """Of what stands directly in this folder."""
    for one in place.children(folder) - set(keep):
        place.remove(one)


def _folder() -> Path:
    return settings.SLUIS.data / _FOLDER
