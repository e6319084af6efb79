"""What the sandbox tests run inside the child: ordinary work and real attacks."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid

Progress = Callable[[float, str], None]


def echo(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    progress(0.5, "halverwege")
    return {"echo": request}


def _attempt(action: Callable[[], object]) -> str:
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"


def attack(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Try each named thing; says "done" or the error the kernel gave."""
    return {name: _attempt(lambda name=name: ATTACKS[name](request)) for name in request["names"]}


def _libc_call(name: str, *arguments: Any) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


ATTACKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "passwd": lambda r: Path("/etc/passwd").read_text(),
    "environ of init": lambda r: Path("/proc/1/environ").read_bytes(),
    "environ of parent": lambda r: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "list root": lambda r: list(Path("/").iterdir()),
    "read secret": lambda r: Path(r["secret"]).read_text(),
    "read project": lambda r: Path(r["project"]).read_text(),
    "write beside": lambda r: Path(r["secret"] + ".new").write_text("x"),
    "write input": lambda r: Path(r["input"]).write_text("x"),
    "truncate input": lambda r: os.truncate(r["input"], 0),
    "remove input": lambda r: Path(r["input"]).unlink(),
    "chmod input": lambda r: Path(r["input"]).chmod(0o777),
    "utime input": lambda r: os.utime(r["input"], (0, 0)),
    "symlink": lambda r: Path("link").symlink_to("/etc/passwd"),
    "hard link": lambda r: os.link(r["input"], "hard"),
    "socket": lambda r: socket.socket(),
    "unix socket": lambda r: socket.socket(socket.AF_UNIX),
    "socket pair": lambda r: socket.socketpair(),
    "exec": lambda r: os.execv(sys.executable, ["python"]),  # noqa: S606
    "subprocess": lambda r: subprocess.run([sys.executable, "-c", ""], check=True),
    "fork": lambda r: os.fork() or os._exit(0),
    "kill parent": lambda r: os.kill(os.getppid(), signal.SIGTERM),
    "new session": lambda r: os.setsid(),
    "ptrace": lambda r: _libc_call("ptrace", 16, os.getppid(), 0, 0),
    "mount": lambda r: _libc_call("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "memfd": lambda r: os.memfd_create("hidden"),
}


def environment(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    descriptors = [fd for fd in range(64) if _attempt(lambda fd=fd: os.fstat(fd)) == "done"]
    files = [str(Path(f"/proc/self/fd/{fd}").readlink()) for fd in descriptors]
    return {"names": sorted(os.environ), "files": files, "modules": sorted(sys.modules)}


def leave_behind(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Says what an earlier run left, and leaves it."""
    left = {"module": "left" in sys.modules, "name": "LEFT" in os.environ, "folder": str(Path.cwd())}
    sys.modules["left"], os.environ["LEFT"] = sys, "x"
    return left


def copy(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    text = Path(request["input"]).read_text()
    Path("out.txt").write_text(text.upper())
    return {"folder": str(Path.cwd())}


def refuse(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    raise Invalid("csv.ragged", "Regel {line} klopt niet.", way_out="Herstel de regel.", line=7)


def crafted_message(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    raise Invalid("x", "{a.__class__.__mro__}", a="a")


def stumble(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    raise ZeroDivisionError


def segfault(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    ctypes.string_at(0)
    return {}


def hog(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    held = []
    while True:
        held.append(bytearray(os.urandom(1024)) * 16_384)


def reserve(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return {"size": len(bytes(50 * 1024**3))}


def spin(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    while True:
        pass


def sleep(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    progress(0, "slaapt")
    time.sleep(600)
    return {}


def silent_hang(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    os.closerange(0, 64)
    time.sleep(600)
    return {}


def threads(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    done: list[int] = []
    started = [threading.Thread(target=done.append, args=(n,)) for n in range(8)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return {"done": len(done)}


def thread_bomb(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    while True:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()


def big_result(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return {"text": "x" * 3_000_000}


def big_file(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    with Path("big").open("wb") as file:
        file.writelines(bytes(1024 * 1024) for _ in range(20))
    return {}


def goes_round(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Fails with an error whose cause has that error as its cause."""
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    raise first


def filled_by_python(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    try:
        return big_file(request, progress)
    except OSError as error:
        raise Invalid("file.unreadable", "kapot") from error


def filled_by_duckdb(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    import duckdb

    with duckdb.connect() as con:
        con.execute("COPY (SELECT random() FROM range(3_000_000)) TO 'big.parquet'")
    return {}


def filled_by_arrow(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"x": [os.urandom(1024) for _ in range(20_000)]}), "big.parquet")
    return {}


def many_files(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    for number in range(20):
        Path(f"part-{number}").write_bytes(bytes(1024 * 1024))
    return {}


def noise(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    os.write(1, b"x" * 100_000)
    for _ in range(100):
        os.write(2, b"y" * 10_000)
    return {"quiet": True}


def vrt(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    import pyogrio

    try:
        rows = pyogrio.read_arrow(request["input"])[1].to_pylist()
    except Exception as error:  # noqa: BLE001 - whatever GDAL says, the content must not come along
        rows = [str(error)]
    return {"rows": str(rows)}


def duckdb_reads(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    import duckdb

    with duckdb.connect(config={"threads": 2, "memory_limit": "300MB"}) as connection:
        rows = connection.execute("SELECT count(*), sum(x) FROM read_csv(?)", [request["input"]]).fetchone()
        connection.execute(f"COPY (SELECT * FROM read_csv('{request['input']}')) TO 'out.parquet'")
    return {"rows": [int(value) for value in rows or ()]}


def duckdb_overwrites(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("COPY (SELECT 1) TO 'allowed.csv'")
        connection.execute(f"COPY (SELECT 1) TO '{request['input']}' {request['options']}")
    return {}
