"""Waiting for the thing itself: what sleeps, or gives something a few seconds, fails on a slower machine."""

import subprocess
import time
from collections.abc import Callable

PATIENCE_SECONDS = 300
"""Only so that no test hangs for ever: however slow a machine is, what has not come by then does not come."""


def until[T](so: Callable[[], T], what: str | Callable[[], str] = "it did not come", *, every: float = 0.05) -> T:
    """What `so` says as soon as that is true; `what` tells why it matters when it never is."""
    late = time.monotonic() + PATIENCE_SECONDS
    while not (found := so()):
        assert time.monotonic() < late, what if isinstance(what, str) else what()
        time.sleep(every)
    return found


def ended(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """Ask a server of a test to stop and wait for that; who hears nothing is killed, for the test itself is over."""
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
