"""A real web server on a data folder, and a client that keeps its connection."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.measure import SLUIS, tree_mb

PATIENCE_SECONDS = 60


@dataclass
class Server:
    """`seconds` from the start of the process to the first good answer of `first`."""

    url: str
    pid: int
    seconds: float
    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        """An answer of 200; anything else is an error, so that no failure is timed as an answer."""
        return self.client.get(path).raise_for_status()

    def json(self, path: str) -> Any:
        return self.get(path).json()

    def memory_mb(self) -> float:
        return tree_mb(self.pid)

    def cpu(self) -> float:
        """Processor seconds of the server so far, its children too."""
        parent = psutil.Process(self.pid)
        times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
        return sum(one.user + one.system for one in times)


@contextmanager
def serving(data: Path, *command: str, first: str = "/api/v1/datasets") -> Iterator[Server]:
    """One web process with the usual number of threads, without a limit per client."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    ours = {"SLUIS_DATA": str(data), "SLUIS_PORT": str(port), "SLUIS_WEB_WORKERS": "1", "SLUIS_API_RATE": "0"}
    start = time.perf_counter()
    with (data.parent / f"{data.name}-server.log").open("w") as log:
        process = subprocess.Popen([*SLUIS, *(command or ("serve",))], env=os.environ | ours, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=url, timeout=120) as client:
            seconds = _first_answer(client, first, process, start)
            yield Server(url, process.pid, seconds, client)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _first_answer(client: httpx.Client, path: str, process: subprocess.Popen[bytes], start: float) -> float:
    until = start + PATIENCE_SECONDS * 5
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            if client.get(path).status_code == 200:
                return time.perf_counter() - start
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise TimeoutError(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
