"""Real Spark Connect servers for tests: other processes, with the same program and files as this one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.serving import free_port, listening, plain
from tests.waiting import until

_SERVE = """
import threading
from pysail.spark import SparkConnectServer
server = SparkConnectServer(ip="127.0.0.1", port=0)
server.start(background=True)
print(server.listening_address[1], flush=True)
threading.Event().wait()
"""


@contextmanager
def sail(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a server that stops at the end; with `settings` in the environment of what runs there."""
    with sail_process(settings) as (address, _):
        yield address


@contextmanager
def sail_process(settings: Mapping[str, str] | None = None) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The same, for who stops it earlier."""
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVE],
        env={**plain(), **(settings or {})}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        yield f"sc://127.0.0.1:{int(server.stdout.readline())}", server
    finally:
        server.kill()
        server.wait()
        if server.stdout:
            server.stdout.close()


def executor(settings: Mapping[str, str], data: Path) -> dict[str, str]:
    """The environment of an executor with a disk of its own, that has files fetched from a bucket."""
    return {**settings, "DJANGO_SETTINGS_MODULE": "sluis.conf.executor", "SLUIS_DATA": str(data)}


def spark_home() -> Path | None:
    """Where `make test-all` put Apache Spark."""
    return next(REPOSITORY.glob(".uv/spark/lib/python*/site-packages/pyspark"), None)


@contextmanager
def apache_spark(home: Path, folder: Path, own: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of Apache Spark itself, on two threads, that stops at the end; `own` as for `sail`."""
    port = free_port()
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={folder}",
    }
    told = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    what = "org.apache.spark.sql.connect.service.SparkConnectServer"
    server = subprocess.Popen(
        [home / "bin/spark-submit", "--class", what, "--master", "local[2]", *told, "spark-internal"],
        env={**plain(), **(own or {}), "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable,
             "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder)},
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _wait(server, port)
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    def listens() -> bool:
        assert server.poll() is None, "Spark ended"
        return listening(port)

    until(listens, "Spark did not come up")
