"""Time, memory of a whole process tree, and numbers in order of size."""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil

SLUIS = [sys.executable, "-m", "sluis"]


@dataclass(frozen=True)
class Ran:
    """Seconds by the clock and of the processors, the highest memory of the process and its children in MB, the output.

    Processor time hardly feels what else the machine is doing; the clock does.
    """

    seconds: float
    cpu: float
    peak_mb: float
    out: str


@dataclass
class Watch:
    """Samples the resident memory of a process tree. Shared pages count once per process: an upper bound."""

    pid: int
    every: float = 0.05
    peak_mb: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stop.wait(self.every):
            self.peak_mb = max(self.peak_mb, tree_mb(self.pid))

    @contextmanager
    def watching(self) -> Iterator["Watch"]:
        thread = threading.Thread(target=self.run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()


def tree_mb(pid: int) -> float:
    """Resident memory of a process and everything below it, now."""
    total = 0
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0
    for process in family:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 1e6


def run(command: Sequence[str], **environment: str) -> Ran:
    """Run a command to its end. Raises with what it said when it fails."""
    start, before = time.perf_counter(), _cpu_of_children()
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with Watch(process.pid).watching() as watch:
        out, err = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} gave {process.returncode}: {out[-2000:]} {err[-2000:]}")
    return Ran(seconds, _cpu_of_children() - before, watch.peak_mb, out)


def _cpu_of_children() -> float:
    """Of all processes below us that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sluis(data: Path, *arguments: str) -> Ran:
    """One `sluis` command on a data folder of our own."""
    return run([*SLUIS, *arguments], SLUIS_DATA=str(data))


def python(code: str, *arguments: str, **environment: str) -> Ran:
    """A fresh Python that runs `code`: nothing is warm, as with a command of ours."""
    return run([sys.executable, "-c", code, *arguments], **environment)


@dataclass(frozen=True)
class Spread:
    """Milliseconds of many times."""

    p50: float
    p95: float
    least: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        ordered = sorted(1000 * one for one in seconds)
        return cls(median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], ordered[0], len(ordered))

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f} / {self.least:.1f}"


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


WARM = 3
"""Rounds before the ones that count."""


def alternating(*works: Callable[[int], Any], rounds: int, warm: int = WARM) -> list[Spread]:
    """Each work in turn, round after round, so that other load on the machine hits all of them alike."""
    seconds: list[list[float]] = [[] for _ in works]
    for number in range(-warm, rounds):
        for place, work in enumerate(works):
            took, _ = timed(lambda work=work, number=number: work(number % rounds))
            if number >= 0:
                seconds[place].append(took)
    return [Spread.of(one) for one in seconds]
