"""Questions out of a sandbox, and answers into it, as files in its working folder: it has no other way out.

A file appears whole, by being renamed. Whoever is outside decides what is asked on: see `running`.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sluis.kernel.errors import from_wire
from sluis.lake.engines.shapes import Answer

_PAUSE = 0.02


def asked(folder: Path, question: dict[str, Any]) -> list[Path]:
    """Inside: ask, and wait for the files with answers. Whoever is outside ends this process when there are none."""
    number = 1 + sum(1 for _ in folder.glob("ask.*.json"))
    _put(folder / f"ask.{number}.json", question)
    path = folder / f"told.{number}.json"
    while not path.exists():
        time.sleep(_PAUSE)
    told = json.loads(path.read_text())
    if "error" in told:
        raise from_wire(told["error"])
    return [folder / name for name in told["files"]]


def question(folder: Path, number: int) -> dict[str, Any] | None:
    """Outside: the question of this number, when it is there."""
    path = folder / f"ask.{number}.json"
    return json.loads(path.read_text()) if path.exists() else None


def told(folder: Path, number: int, answers: Iterator[Answer]) -> None:
    """Outside: answer it. The name of a file says the number of the question and the slice or group."""
    names: list[str] = []
    for answer in answers:
        names.append(f"{number}.{answer.number}.{answer.slice}.arrows")
        (folder / names[-1]).write_bytes(answer.data)
    _put(folder / f"told.{number}.json", {"files": names})


def _put(path: Path, shape: dict[str, Any]) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(shape))
    new.rename(path)
