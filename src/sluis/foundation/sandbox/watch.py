"""Listens to the child and ends it when it crosses a limit."""

import json
import logging
import os
import re
import selectors
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from sluis.foundation.sandbox.limits import Limits
from sluis.foundation.sandbox.outcome import (
    Crashed,
    NoRoom,
    NoSandbox,
    SandboxFailure,
    Stopped,
    TookTooLong,
    TooMuchMemory,
    TooMuchOutput,
)
from sluis.foundation.sandbox.warm import Child
from sluis.kernel.errors import SluisError, from_wire

_log = logging.getLogger(__name__)
_MB = 1024 * 1024
_TICK = 0.02
_DISK_EVERY = 0.5
_TRACE = 8_000
_MOST_THREADS = 256
_CHUNK = 65_536
# A child that was taken over could send a template that reads attributes or asks for a gigabyte of padding.
_UNSAFE_PLACE = re.compile(r"\{(?!\w+\})")

Progress = Callable[[float, str], None]


class Watch:
    """One child being watched. `channel` and `errors` are our ends of its messages and of its traces."""

    def __init__(
        self,
        child: Child,
        channel: int,
        errors: int,
        folder: Path,
        limits: Limits,
        on_progress: Progress | None,
        stopped: Callable[[], bool] | None = None,
    ) -> None:
        self._child = child
        self._channel = channel
        self._errors = errors
        self._folder = folder
        self._limits = limits
        self._on_progress = on_progress
        self._stopped = stopped
        self._started = self._disk_at = time.monotonic()
        self._trace = b""
        self._pending = bytearray()
        self._received = 0
        self._last: list[Any] | None = None

    def result(self) -> dict[str, Any]:
        """Wait for the end. Raises what the child raised, or a SandboxFailure."""
        self._listen()
        self._check_disk()
        kind, value = self._last or ("", None)
        if kind == "result" and isinstance(value, dict):
            return cast(dict[str, Any], value)
        raise self._failure(kind, value)

    def _listen(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ, self._hear)
            selector.register(self._errors, selectors.EVENT_READ, self._note)
            while self._last is None and (selector.get_map() or self._child.poll() is None):
                for key, _ in selector.select(_TICK):
                    if not key.data(key.fd):
                        selector.unregister(key.fileobj)
                if self._last is None:  # what it said already counts, however late it is
                    self._check()

    def _hear(self, fd: int) -> bool:
        chunk = os.read(fd, _CHUNK)
        self._received += len(chunk)
        if self._received > self._limits.result_mb * _MB:
            raise TooMuchOutput(self._limits)
        *lines, rest = (self._pending + chunk).split(b"\n") if b"\n" in chunk else (self._pending + chunk,)
        self._pending = bytearray(rest)
        for line in lines:
            self._take(bytes(line))
        return bool(chunk)

    def _take(self, line: bytes) -> None:
        try:
            kind, value = json.loads(line)
            step = (float(value[0]), str(value[1])) if kind == "progress" else None
        except (ValueError, TypeError, IndexError, KeyError, RecursionError):
            self._last = ["crash", None]
            return
        if step is None:
            self._last = [kind, value]
        elif self._on_progress:
            self._on_progress(*step)

    def _note(self, fd: int) -> bool:
        chunk = os.read(fd, _CHUNK)
        self._trace = (self._trace + chunk)[-_TRACE:]
        return bool(chunk)

    def _check(self) -> None:
        now = time.monotonic()
        if now - self._started > self._limits.wall_seconds:
            raise TookTooLong(self._limits)
        if self._stopped and self._stopped():
            raise Stopped()
        resident, threads = _usage(self._child.pid)
        if resident > self._limits.memory_mb * _MB or threads > _MOST_THREADS:
            raise TooMuchMemory(self._limits)
        if now - self._disk_at > _DISK_EVERY:
            self._disk_at = now
            self._check_disk()

    def _check_disk(self) -> None:
        if _size(self._folder) > self._limits.output_mb * _MB:
            raise TooMuchOutput(self._limits)

    def _failure(self, kind: str, value: Any) -> SluisError:
        if kind == "error":
            return told_error(value)
        if kind == "unfenced":
            return NoSandbox(str(value))
        return self._ending(kind)

    def _ending(self, kind: str) -> SandboxFailure:
        status = self._child.wait() if self._last is None else 0
        if kind == "memory":
            return TooMuchMemory(self._limits)
        if kind == "output":
            return TooMuchOutput(self._limits)
        if kind == "full":
            return NoRoom()
        if status == -signal.SIGXCPU:
            return TookTooLong(self._limits)
        # Not killed by us: the kernel ran out of memory and took the child first.
        if status == -signal.SIGKILL:
            return TooMuchMemory(self._limits)
        trace = self._trace.decode(errors="replace")
        _log.warning("sandboxed run ended with status %s: %s", status, trace)
        return Crashed(trace)


def told_error(wire: Any) -> SluisError:
    """What a child says went wrong, which may be anything: `wire` as of `to_wire`."""
    try:
        error = from_wire(wire)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Crashed("unreadable error from the child")
    texts = [error.message, error.way_out, *(fault.message for fault in error.faults)]
    return Crashed("unsafe message from the child") if any(map(_UNSAFE_PLACE.search, texts)) else error


def _usage(pid: int) -> tuple[int, int]:
    """Resident and swapped bytes, and number of threads; the child cannot start processes, so it is its own tree."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    fields: Mapping[str, str] = dict(line.split(":", 1) for line in lines if ":" in line)
    kilobytes = sum(int(fields.get(name, "0 kB").split()[0]) for name in ("VmRSS", "VmSwap"))
    return kilobytes * 1024, int(fields.get("Threads", "0"))


def _size(folder: Path) -> int:
    total = 0
    for here, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(here, name)).st_size  # noqa: PTH118 - twice a second
            except FileNotFoundError:
                continue
    return total
