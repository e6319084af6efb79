"""The commands of who keeps a site, from outside, and what a site holds: for tests of backup and restore."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.serving import surroundings

HERE = Path(__file__).parent
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Answer:
    """`said` is the document of the command: what it did, or the problem."""

    code: int
    said: dict[str, Any]


def _ended(data: Path, settings: dict[str, str], command: list[str]) -> "subprocess.CompletedProcess[str]":
    own = surroundings(data, **settings)
    return subprocess.run(command, env=own, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


def sluis(data: Path, settings: dict[str, str], *words: str | Path) -> Answer:
    done = _ended(data, settings, [sys.executable, "-m", "sluis", *map(str, words), "--json", "--quiet"])
    assert done.stdout, done.stderr[-2000:]
    return Answer(done.returncode, json.loads(done.stdout))


def sluis_killed(data: Path, settings: dict[str, str], after: float, *words: str | Path) -> bool:
    """The same, with kill -9 after so many seconds; False when it had ended before that."""
    command = [sys.executable, "-m", "sluis", *map(str, words), "--json", "--quiet"]
    with subprocess.Popen(
        command, env=surroundings(data, **settings), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        time.sleep(after)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode != 0


def content(data: Path, settings: dict[str, str], seqs: Sequence[int] = ()) -> dict[str, Any]:
    """Every table as its count and hash, the head of the audit chain, and every file that fits its name."""
    done = _ended(data, settings, [sys.executable, str(HERE / "content_of_site.py"), *map(str, seqs)])
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
