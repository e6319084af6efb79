"""A folder for as long as one fetch or check takes."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sluis.foundation.service import blobs


@contextmanager
def work_folder() -> Generator[Path]:
    folder = blobs.workdir("source")
    try:
        yield folder
    finally:
        blobs.discard(folder)
