"""The far side: confine this process, then call the entry.

Begun by `forkserver` in a process that has read nothing yet but the program itself. The order is: limits, rights, files
(Landlock), calls (seccomp), entry.
"""

import ctypes
import errno
import importlib
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
_CAPABILITY_VERSION_3 = 0x20080522
_MB = 1024 * 1024
_PROGRESS_EVERY = 0.2


class _Line:
    """One JSON document per line to the parent."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._last = 0.0

    def send(self, kind: str, value: Any) -> None:
        left = memoryview(json.dumps([kind, value]).encode() + b"\n")
        while left:
            left = left[os.write(self._fd, left) :]

    def progress(self, fraction: float, text: str = "") -> None:
        if time.monotonic() - self._last >= _PROGRESS_EVERY:
            self._last = time.monotonic()
            self.send("progress", [fraction, text])


def _die_with_parent(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _limit(limits: dict[str, int]) -> None:
    cpu = int(limits["cpu_seconds"])
    # Reserved but untouched memory counts here, so this is only a backstop behind the parent's watch.
    data = (limits["memory_mb"] * 3 + 1024) * _MB
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        # Time that a machine was stopped for may count all at once, and the second limit is taken for a lack of memory.
        (resource.RLIMIT_CPU, cpu, cpu + 30),
        (resource.RLIMIT_FSIZE, limits["output_mb"] * _MB, limits["output_mb"] * _MB),
        (resource.RLIMIT_NOFILE, 512, 512),
        (resource.RLIMIT_DATA, data, data),
    ):
        ceiling = resource.getrlimit(what)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(what, (soft, hard))


def _drop_capabilities() -> None:
    """Root without capabilities is an ordinary user that happens to own root's files."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capset(header, nothing)


def _be_first_to_go() -> None:
    try:
        fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    except OSError:
        return
    os.write(fd, b"1000")
    os.close(fd)


def _confine(order: dict[str, Any]) -> None:
    sys.path.insert(0, order["fence"])
    # As files beside this one: a package import would load the parent's half as well.
    if TYPE_CHECKING:
        from sluis.foundation.sandbox import landlock, seccomp
    else:
        import landlock
        import seccomp

    sys.path.pop(0)
    _be_first_to_go()
    _limit(order["limits"])
    _drop_capabilities()
    rules = [(path, landlock.READ) for path in order["reads"]]
    rules += [(path, landlock.READ_DIR) for path in order["lists"]]
    rules += [(path, landlock.WRITE) for path in order["writes"]]
    for step in (seccomp.forbid_new_privileges, lambda: landlock.restrict(rules), seccomp.install):
        try:
            step()
        except OSError:
            if order["strict"]:
                raise


def _call(order: dict[str, Any], progress: Callable[[float, str], None]) -> Any:
    sys.path.extend(order["code"])
    module, _, name = order["entry"].partition(":")
    return getattr(importlib.import_module(module), name)(order["request"], progress)


_DEEPEST = 20  # errors can be made to go round
_FULL = (errno.ENOSPC, errno.EDQUOT)


def _is_full(error: BaseException | None) -> bool:
    """Was the disk full, also when that was taken for something else? DuckDB gives no numbers, only their words."""
    for _ in range(_DEEPEST):
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if type(error).__module__ == "_duckdb" and str(error).endswith(tuple(map(os.strerror, _FULL))):
            return True
        error = error and (error.__cause__ or error.__context__)
    return False


def _explain(error: BaseException) -> tuple[str, Any]:
    if _is_full(error):
        return "full", None
    if isinstance(error, MemoryError):
        return "memory", None
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return "output", None
    from sluis.kernel.errors import SluisError, to_wire

    if isinstance(error, SluisError):
        return "error", to_wire(error)
    traceback.print_exception(error)
    return "crash", None


def main(mother: int, orders: int, channel: int, errors: int) -> NoReturn:
    """Carry out the order in file `orders`; never returns, whatever happens."""
    status = 1
    try:
        os.dup2(errors, sys.stderr.fileno())
        os.close(errors)
        # From its start, wherever another one stopped: when its mother is killed a run is asked again, with this file.
        order = json.loads(os.pread(orders, os.fstat(orders).st_size, 0))
        os.close(orders)
        os.environ.clear()  # noqa: TID251 - not our settings: what this child is given
        os.environ.update(order["environment"])  # noqa: TID251
        os.chdir(order["folder"])
        _obey(order, mother, _Line(channel))
        status = 0
    except BaseException as error:  # noqa: BLE001 - this process is a copy and must not go on as its mother
        traceback.print_exception(error)
    finally:
        # Threads of a native library must not keep a finished child alive.
        sys.stderr.flush()
        os._exit(status)


def _obey(order: dict[str, Any], mother: int, line: _Line) -> None:
    _die_with_parent(mother)
    try:
        _confine(order)
    except OSError as error:
        line.send("unfenced", str(error))
        return
    try:
        line.send("result", _call(order, line.progress))
    except BaseException as error:  # noqa: BLE001 - the last stop before the process ends: everything is reported
        line.send(*_explain(error))
