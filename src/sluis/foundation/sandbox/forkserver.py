"""The far side's mother: has the program imported, and makes a throwaway child of itself for every run.

Started by `warm` as `python -I -B -X utf8 forkserver.py <socket>`, with an empty environment and nothing of a run: it
reads no order and no file of anybody, so all its children begin as the same clean program. It has one thread, as a
process that forks must. It ends when whoever started it has gone, and its children with it, or after some idle minutes.
"""

import contextlib
import importlib
import os
import select
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

_IDLE_MS = 300_000
_DESCRIPTORS = 4


class _NoPandas:
    """Where pandas is installed, DuckDB loads it as soon as it is given something of Arrow: a second for nothing."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _beside() -> ModuleType:
    # As a file: a package import would load the near side as well.
    sys.path.insert(0, str(Path(__file__).parent))
    if TYPE_CHECKING:
        from sluis.foundation.sandbox import child
    else:
        import child
    sys.path.pop(0)
    return child


def main(control: socket.socket) -> None:
    """Answer every request: the module of the entry, with the files order, channel, errors and ending.

    The answer is the number of the child with a handle on it (pidfd), or else the number of the error, negative. When
    the child has ended, its exit status is told to `ending`.
    """
    child, running = _beside(), dict[int, tuple[int, int]]()  # by handle: the number and `ending`
    sys.meta_path.insert(0, _NoPandas())
    while True:
        poll = select.poll()
        for handle in (control.fileno(), *running):
            poll.register(handle, select.POLLIN)
        ready = poll.poll(None if running else _IDLE_MS)
        if not ready:
            return
        for handle, _ in ready:
            if handle in running:
                _tell(handle, *running.pop(handle))
            elif not _fork(control, child, running):
                return


def _fork(control: socket.socket, child: ModuleType, running: dict[int, tuple[int, int]]) -> bool:
    module, files, *_ = socket.recv_fds(control, 1024, _DESCRIPTORS)
    if not module:
        return False
    _have(module.decode())
    orders, channel, errors, ending = files
    mother = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        control.send(str(-(error.errno or 0)).encode())
        os.close(ending)
    else:
        if not pid:
            control.close()
            for descriptor in (ending, *running, *(each for _, each in running.values())):
                os.close(descriptor)
            child.main(mother, orders, channel, errors)
        handle = os.pidfd_open(pid)
        socket.send_fds(control, [str(pid).encode()], [handle])
        running[handle] = pid, ending
    for descriptor in (orders, channel, errors):
        os.close(descriptor)
    return True


def _have(module: str) -> None:
    if not module.startswith("sluis.") or module in sys.modules:
        return
    with contextlib.suppress(Exception):  # the child meets it too, and can tell
        importlib.import_module(module)
    if duckdb := sys.modules.get("duckdb"):
        duckdb.default_connection().close()  # made while importing, with a thread


def _tell(handle: int, pid: int, ending: int) -> None:
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with contextlib.suppress(BrokenPipeError):  # nobody wants to know any more
        os.write(ending, str(status).encode())
    os.close(ending)
    os.close(handle)


if __name__ == "__main__":
    with contextlib.suppress(ConnectionError):  # its owner went without hearing the last answer
        main(socket.socket(fileno=int(sys.argv[1])))
    os._exit(0)
