"""Files of metadata that stand on the disk when they are closed: the catalogue names them right after.

Those of pyiceberg do not wait for the disk: after a power cut the catalogue named an empty file.
"""

import io
import os
from pathlib import Path
from typing import Any

from pyiceberg.io import OutputFile
from pyiceberg.io.pyarrow import PyArrowFileIO

from sluis.foundation.storage.disk import fsync

NAME = f"{__name__}.DurableFiles"


class DurableFiles(PyArrowFileIO):
    def new_output(self, location: str) -> OutputFile:  # type: ignore[override] - where it says PyArrowFile
        scheme, _, path = self.parse_location(location, self.properties)
        return _File(location, Path(path)) if scheme == "file" else super().new_output(location)


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
