"""What runs inside the sandbox for these tests: the product's own reading, over many files in one child."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sluis.kernel.errors import SluisError
from sluis.lake.ingest.entry import ingest

Progress = Callable[[float, str], None]


def read_each(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What became of each file of `names` in `folder`: its counts, or the code and text of its refusal."""
    return {name: _read(Path(request["folder"]) / name, Path(request["out"])) for name in request["names"]}


def _read(source: Path, out: Path) -> dict[str, Any]:
    folder = out / "one"
    folder.mkdir()
    try:
        report = ingest({"source": str(source), "filename": source.name, "out": str(folder)}, lambda *_: None)
        return {key: report[key] for key in ("rows_read", "rows_loaded", "rows_rejected")}
    except SluisError as error:
        return {"refused": error.code, "text": error.detail(str), "way_out": bool(error.way_out)}
    finally:
        shutil.rmtree(folder)


def die(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """As a parser with a memory fault would."""
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSEGV)
    return {}
