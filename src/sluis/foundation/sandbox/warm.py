"""The near side of `forkserver`: one for this process, started when a run first needs it."""

import atexit
import contextlib
import errno
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

_PROGRAM = Path(__file__).with_name("forkserver.py")
# A process that forks has one thread: none of BLAS, none of the memory of Arrow.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


@dataclass
class Child:
    """A child at work. `handle` (pidfd) means this process and never a later one with its number."""

    pid: int
    handle: int
    ending: int
    status: int | None = None

    def poll(self) -> int | None:
        """Its exit status, negative the signal that killed it, or None while it runs."""
        if self.status is None:
            poll = select.poll()
            poll.register(self.ending, select.POLLIN)
            if poll.poll(0):
                return self.wait()
        return self.status

    def wait(self) -> int:
        if self.status is None:
            # Nothing is told when the process that forked it was killed, and the child with it.
            self.status = int(os.read(self.ending, 16) or -signal.SIGKILL)
        return self.status

    def end(self) -> None:
        """Kill it if it still runs; it is not used after this."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            self.wait()
        os.close(self.handle)
        os.close(self.ending)


class _Server:
    """`unheard`: who asked last was interrupted while it waited, and the answer that comes is not for the next."""

    def __init__(self) -> None:
        self.unheard = False
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ExitStack() as unless_started, theirs:
            unless_started.enter_context(self._control)
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-X", "utf8", str(_PROGRAM), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if sys.stderr else subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
            )
            unless_started.pop_all()

    def fork(self, module: str, files: Sequence[int]) -> tuple[int, int]:
        """Number and handle of a new child. Raises OSError when there can be none, ConnectionError when it has gone."""
        self.unheard = True
        try:
            socket.send_fds(self._control, [module.encode()], list(files))
            answer, handles, *_ = socket.recv_fds(self._control, 64, 1)
        except OSError:  # nothing was asked, or nobody answers any more
            self.unheard = False
            raise
        self.unheard = False
        if not answer:
            raise ConnectionResetError
        if (number := int(answer)) < 0:
            raise OSError(-number, os.strerror(-number))
        if not handles:  # we have no descriptor left to take it
            with contextlib.suppress(ProcessLookupError):  # its number was given a moment ago, and to nobody else yet
                os.kill(number, signal.SIGKILL)
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        os.set_inheritable(handles[0], False)
        return number, handles[0]

    def close(self) -> None:
        self._control.close()
        self._process.wait()

    def forget(self) -> None:
        """In a copy of this process: the server is not ours, and must see its owner go."""
        self._control.close()
        self._process.returncode = 0


_lock = threading.Lock()
_server: _Server | None = None


def fork(module: str, orders: int, channel: int, errors: int) -> Child:
    """A child that reads its order from `orders`, and writes messages to `channel` and its traces to `errors`.

    `module`, that of the entry, is imported before it is born when it is one of ours. Raises OSError.
    """
    ending, theirs = os.pipe()
    try:
        with _lock:
            pid, handle = _ask(module, (orders, channel, errors, theirs))
    except BaseException:
        os.close(ending)
        raise
    finally:
        os.close(theirs)
    return Child(pid, handle, ending)


def _ask(module: str, files: Sequence[int]) -> tuple[int, int]:
    global _server
    if _server and not _server.unheard:
        with contextlib.suppress(ConnectionError):  # it was idle, or the system needed its memory
            return _server.fork(module, files)
    if _server:
        gone, _server = _server, None  # first: should there be no new one now, the run after this tries again
        gone.close()
    _server = _Server()
    return _server.fork(module, files)


@atexit.register
def _close() -> None:
    if _server:
        _server.close()


def _forget() -> None:
    global _lock, _server
    _lock = threading.Lock()
    if _server:
        _server.forget()
        _server = None


os.register_at_fork(after_in_child=_forget)
