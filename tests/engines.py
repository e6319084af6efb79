"""A real Spark Connect server (Sail) for tests: another process, with the same program and files as this one."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SERVE = """
import threading
from pysail.spark import SparkConnectServer
server = SparkConnectServer(ip="127.0.0.1", port=0)
server.start(background=True)
print(server.listening_address[1], flush=True)
threading.Event().wait()
"""


@contextmanager
def sail() -> Iterator[str]:
    """The address of a server that stops at the end."""
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        yield f"sc://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.kill()
        server.wait()
        if server.stdout:
            server.stdout.close()
