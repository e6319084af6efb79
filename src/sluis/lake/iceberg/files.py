"""How pyiceberg reads and writes where our files are, and nowhere else: on this disk, or in our part of the bucket.

On the disk a file stands when it is closed, for the catalogue names it right after: those of pyiceberg do not wait for
the disk, and after a power cut the catalogue named an empty file. In the bucket our own client works, with the keys,
the patience and the checks of the blobs.
"""

import io
import os
from functools import partial
from pathlib import Path
from typing import Any

from pyiceberg.io import FileIO, InputFile, OutputFile
from pyiceberg.io.pyarrow import PyArrowFileIO

from sluis.foundation.service import blobs
from sluis.foundation.storage.disk import fsync
from sluis.foundation.storage.objects import Objects
from sluis.foundation.storage.seekable import seekable_file

ON_DISK, IN_BUCKET = f"{__name__}.DurableFiles", f"{__name__}.BucketFiles"
_DISK = "file://"


def located(path: Path) -> str:
    """A path as it stands in the metadata: readers take what follows as it is, so nothing is escaped."""
    return f"{_DISK}{path}"


def path_of(location: str) -> Path:
    """Raises FileNotFoundError for what stands elsewhere, as after the files came back from a bucket."""
    if not location.startswith(f"{_DISK}/"):
        raise FileNotFoundError(location)
    return Path(location.removeprefix(_DISK))


class DurableFiles(PyArrowFileIO):
    def new_input(self, location: str) -> Any:
        return super().new_input(located(path_of(location)))

    def new_output(self, location: str) -> OutputFile:  # type: ignore[override] - where it says PyArrowFile
        return _File(location, path_of(location))


class _File(OutputFile):
    def __init__(self, location: str, path: Path) -> None:
        super().__init__(location)
        self._path = path

    def __len__(self) -> int:
        return self._path.stat().st_size

    def exists(self) -> bool:
        return self._path.exists()

    def to_input_file(self) -> Any:
        return PyArrowFileIO().new_input(self.location)

    def create(self, overwrite: bool = False) -> Any:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return io.BufferedWriter(_Synced(self._path, "w" if overwrite else "x"))


class _Synced(io.FileIO):
    def close(self) -> None:
        if not self.closed:
            os.fsync(self.fileno())
            super().close()
            # The folders of the metadata, the table and the dataset may all be new: each stands in the one above it.
            for folder in list(Path(str(self.name)).parents)[:4]:
                fsync(folder)


class BucketFiles(FileIO):
    def new_input(self, location: str) -> "_Object":
        return _Object(location)

    def new_output(self, location: str) -> "_Object":
        return _Object(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        _objects().remove(location if isinstance(location, str) else location.location)


class _Object(InputFile, OutputFile):
    """One object in the bucket. Of a large one only what is asked for comes here: the footer of a part."""

    def __len__(self) -> int:
        size = _objects().size(self.location)
        if size is None:
            raise FileNotFoundError(self.location)
        return size

    def exists(self) -> bool:
        return _objects().size(self.location) is not None

    def open(self, seekable: bool = True) -> Any:
        return seekable_file(len(self), partial(_objects().read, self.location))

    def to_input_file(self) -> "_Object":
        return self

    def create(self, overwrite: bool = False) -> Any:
        """Names are new ones, so what stands there already is what we sent before the answer was lost."""
        return _Whole(self.location)


class _Whole(io.BytesIO):
    """Becomes an object when it is closed; nobody knows the name of one that was not written to its end."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self._location = location

    def close(self) -> None:
        if not self.closed:
            data = self.getvalue()
            super().close()
            _objects().write(self._location, data)


def _objects() -> Objects:
    found = blobs.objects()
    if found is None:
        raise FileNotFoundError("there is no bucket")
    return found
