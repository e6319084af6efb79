"""Real file servers for tests, on loopback: S3 (SeaweedFS), SFTP (asyncssh) and WebDAV (WsgiDAV)."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

import asyncssh

from tests.serving import answering, free_port
from tests.waiting import PATIENCE_SECONDS, until

_PORTS = [f"{part}.port{kind}" for part in ("master", "volume", "filer") for kind in ("", ".grpc")]
USER, PASSWORD = "lezer", "geheim-van-de-lezer-5"
GUEST = "gast"
"""May read and write, with the same password, but makes no bucket that is not there."""


@contextmanager
def s3(folder: Path, listen: str = "127.0.0.1") -> Iterator[str]:
    """A service that knows one key, `USER` with `PASSWORD`, for everything, and that of `GUEST`; yields its address.

    It listens elsewhere only in a network namespace that nobody outside the test is in.
    """
    port, grpc = free_port(), free_port()
    ports = {name: free_port() for name in _PORTS}
    people = [
        {"name": name, "credentials": [{"accessKey": name, "secretKey": PASSWORD}], "actions": actions}
        for name, actions in ((USER, ["Admin"]), (GUEST, ["Read", "Write", "List", "Tagging"]))
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": people}))
    options = [f"-{name}={number}" for name, number in ports.items()]
    command = [
        Path(sys.executable).parent / "weed", "server", f"-dir={folder}", "-ip=127.0.0.1", f"-ip.bind={listen}",
        *options, "-s3", f"-s3.port={port}", f"-s3.port.grpc={grpc}", f"-s3.config={folder}/s3.json",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.preStopSeconds=0", "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64", "-volume.max=20", "-s3.iam=false",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        answering(f"http://127.0.0.1:{port}/", started, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        started.kill()  # asked to stop, it takes a quarter of a minute to put away what is thrown away here
        started.wait()


def put(url: str, body: bytes = b"") -> None:
    """A bucket, or a file in one. The service answers a moment before it has room: then it is asked again."""
    from sluis.lake.connectors.s3.signing import signed

    def taken() -> bool:
        headers = signed(url, "us-east-1", USER, PASSWORD, "PUT", body)
        try:
            urlopen(Request(url, body, method="PUT", headers=headers), timeout=PATIENCE_SECONDS).close()
        except HTTPError as error:
            if error.code < 500:
                raise
            return False
        return True

    until(taken, f"{url} was not taken")


@contextmanager
def webdav(folder: Path) -> Iterator[str]:
    """Serves `folder` to one person; yields its address."""
    from wsgidav.wsgidav_app import WsgiDAVApp

    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "logging": {"enable": False},
            "verbose": 0,
        }
    )

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True, slots=True)
class Sftp:
    """`tried` are the passwords that were sent."""

    port: int
    fingerprint: str
    tried: list[str]


@contextmanager
def sftp(folder: Path) -> Iterator[Sftp]:
    """Serves `folder`, as its root, to one person."""
    key, tried, loop = asyncssh.generate_private_key("ssh-ed25519"), list[str](), asyncio.new_event_loop()

    class Guard(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            tried.append(password)
            return (username, password) == (USER, PASSWORD)

    class Files(asyncssh.SFTPServer):
        def __init__(self, chan: Any) -> None:
            super().__init__(chan, chroot=os.fsencode(folder))

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Guard, server_host_keys=[key], sftp_factory=Files, encoding=None
        )

    running = threading.Thread(target=loop.run_forever, daemon=True)
    running.start()
    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(timeout=PATIENCE_SECONDS)
    try:
        yield Sftp(acceptor.get_port(), key.get_fingerprint(), tried)
    finally:
        acceptor.close()
        asyncio.run_coroutine_threadsafe(acceptor.wait_closed(), loop).result(timeout=PATIENCE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        running.join()
        loop.close()
