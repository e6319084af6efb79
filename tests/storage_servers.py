"""A real S3 server (SeaweedFS) with a bucket, and a way to it that drops, cuts and changes what passes."""

import http.client
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests import file_servers
from tests.waiting import PATIENCE_SECONDS

BUCKET = "lake"


@contextmanager
def bucket(folder: Path, listen: str = "127.0.0.1") -> Iterator[dict[str, Any]]:
    """The settings of an installation whose files stand in a bucket of a real server."""
    with file_servers.s3(folder, listen) as address:
        file_servers.put(f"{address}/{BUCKET}")
        file_servers.put(f"{address}/{BUCKET}/room", b"is there")
        yield {
            "storage": f"s3://{BUCKET}/sluis/files",
            "storage_endpoint": address,
            "storage_key_id": file_servers.USER,
            "storage_secret_key": file_servers.PASSWORD,
        }


def environment(settings: dict[str, Any]) -> dict[str, str]:
    """The same for a process of its own."""
    return {f"SLUIS_{name.upper()}": str(value) for name, value in settings.items()}


@dataclass
class Way:
    """`faults` go over so large a share of the requests; `done` counts them. `down`: nothing gets through."""

    target: str
    address: str = ""
    share: float = 0.0
    faults: tuple[str, ...] = ("refuse", "reset", "cut", "short")
    down: bool = False
    done: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(20261128))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self) -> str:
        with self.lock:
            chosen = self.chance.choice(self.faults) if self.chance.random() < self.share else "none"
            self.done[chosen] += 1
            return "reset" if self.down else chosen


@contextmanager
def lying(target: str) -> Iterator[Way]:
    """A way to `target`: `refuse` answers 503, `reset` hangs up, `cut` breaks off halfway, `short` gives half a body as
    if it were all, `flip` changes one bit of what is sent or received."""
    way = Way(target)

    class Through(_Passing):
        on = way

    server = ThreadingHTTPServer(("127.0.0.1", 0), Through)
    way.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield way
    finally:
        server.shutdown()
        server.server_close()


class _Passing(BaseHTTPRequestHandler):
    on: Way
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def _pass(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.on.fault()
        if fault == "reset":
            self._hang_up()
        elif fault == "refuse":
            self._give(503, {}, b"", "")
        else:
            self._forward(flipped(sent) if fault == "flip" else sent, fault)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass  # noqa: N815

    def _forward(self, sent: bytes, fault: str) -> None:
        onward = http.client.HTTPConnection(urlsplit(self.on.target).netloc, timeout=PATIENCE_SECONDS)
        onward.request(self.command, self.path, body=sent or None, headers=dict(self.headers.items()))
        reply = onward.getresponse()
        body, headers = reply.read(), dict(reply.getheaders())
        onward.close()
        self._give(reply.status, headers, flipped(body) if fault == "flip" and not sent else body, fault)

    def _give(self, status: int, headers: dict[str, str], body: bytes, fault: str) -> None:
        told = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body))
        if fault == "short" and body:
            body = body[: len(body) // 2]
            told = str(len(body))
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", told)
        self.end_headers()
        if fault == "cut" and len(body) > 1:
            self.wfile.write(body[: len(body) // 2])
            self._hang_up()
        elif self.command != "HEAD":
            self.wfile.write(body)

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def handle(self) -> None:
        with suppress(OSError, ValueError):
            super().handle()

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()


def flipped(data: bytes) -> bytes:
    """One bit in the middle is another."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else data
