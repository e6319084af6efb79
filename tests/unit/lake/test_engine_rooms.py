"""What an order leaves on the disk of an engine when its worker is killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import pytest

from sluis.lake.engines import task
from sluis.lake.engines.rooms import room
from sluis.lake.engines.shapes import Order

ORDER = cast(Order, {"request": {"questions": []}, "reads": [], "versions": {}})
WORKER = """
import sys, time
import pyarrow as pa
from sluis.lake.engines import task

def batches():
    row = {"slice": 0, "group": 3, "number": 1, "data": b"what a slice said"}
    yield pa.RecordBatch.from_pylist([row], task.ANSWERS)
    print("busy", flush=True)
    time.sleep(600)

list(task.groups({"request": {"questions": []}}, batches()))
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def another_order() -> None:
    assert list(task.groups(ORDER, [])) == []


def grown_old(folder: Path) -> Any:
    os.utime(folder, (1, 1))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_a_killed_worker_left_goes_with_the_next_order(temporary: Path) -> None:
    own = {**os.environ, "TMPDIR": str(temporary)}
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=own, stdout=subprocess.PIPE)
    try:
        assert worker.stdout
        assert worker.stdout.readline() == b"busy\n"
        (theirs,) = temporary.iterdir()
        files = grown_old(theirs)
        assert list(files.values()) == [b"what a slice said"]
        another_order()
        assert grown_old(theirs) == files, "it is at work"
    finally:
        worker.kill()
        worker.communicate()
    another_order()
    assert list(temporary.iterdir()) == []


def test_what_is_new_or_of_others_stays(temporary: Path) -> None:
    (temporary / "sluis-order-new").mkdir()
    (temporary / "elsewhere").mkdir()
    (temporary / "elsewhere" / "file").touch()
    (temporary / "sluis-order-link").symlink_to(temporary / "elsewhere")
    os.utime(temporary / "elsewhere", (1, 1))
    with room() as mine:
        names = {path.name for path in temporary.iterdir()}
        assert names == {"sluis-order-new", "sluis-order-link", "elsewhere", mine.name}
    assert (temporary / "elsewhere" / "file").exists()
    assert not mine.exists()
