"""Real MQTT brokers for tests, on loopback, in a process of their own: aMQTT, and Mosquitto where it stands."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from paho.mqtt import client as paho
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tests.serving import free_port, listening
from tests.waiting import PATIENCE_SECONDS, ended, until

AMQTT, MOSQUITTO = "amqtt", "mosquitto"
USER, PASSWORD = "lezer", "geheim-van-de-lezer-7"

_RUN = """\
import asyncio, sys, yaml
from amqtt.broker import Broker
async def main():
    await Broker(yaml.safe_load(open(sys.argv[1]))).start()
    await asyncio.Event().wait()
asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Broker:
    kind: str
    port: int

    def send(self, topic: str, *payloads: bytes, qos: int = 1) -> None:
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        client.username_pw_set(USER, PASSWORD)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        try:
            for payload in payloads:
                sent = client.publish(topic, payload, qos=qos)
                sent.wait_for_publish(PATIENCE_SECONDS)
                assert sent.is_published(), "the broker did not take it"
        finally:
            client.disconnect()
            client.loop_stop()


def there(kind: str) -> bool:
    return kind == AMQTT or shutil.which(MOSQUITTO) is not None


@contextmanager
def broker(folder: Path, kind: str = AMQTT, *, certificate: tuple[Path, Path] | None = None) -> Iterator[Broker]:
    """Knows one person, `USER` with `PASSWORD`; with a certificate and its key it speaks TLS."""
    port = free_port()
    command = (_mosquitto if kind == MOSQUITTO else _amqtt)(folder, port, certificate)
    with (folder / "broker.log").open("wb") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(port, started, folder / "broker.log")
        yield Broker(kind, port)
    finally:
        ended(started)


def _amqtt(folder: Path, port: int, certificate: tuple[Path, Path] | None) -> list[str]:
    passwords = folder / "passwords"
    passwords.write_text(f"{USER}:{PasswordHash((Argon2Hasher(),)).hash(PASSWORD)}\n")
    listener: dict[str, object] = {"type": "tcp", "bind": f"127.0.0.1:{port}"}
    if certificate:
        listener |= {"ssl": True, "certfile": str(certificate[0]), "keyfile": str(certificate[1])}
    guard = {"amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(passwords)}}
    (folder / "broker.yaml").write_text(yaml.safe_dump({"listeners": {"default": listener}, "plugins": guard}))
    (folder / "broker.py").write_text(_RUN)
    return [sys.executable, str(folder / "broker.py"), str(folder / "broker.yaml")]


def _mosquitto(folder: Path, port: int, certificate: tuple[Path, Path] | None) -> list[str]:
    passwords = folder / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, USER, PASSWORD], check=True, capture_output=True)
    lines = ["user root", f"listener {port} 127.0.0.1", f"password_file {passwords}", "allow_anonymous false"]
    if certificate:
        lines += [f"certfile {certificate[0]}", f"keyfile {certificate[1]}"]
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    return [str(shutil.which(MOSQUITTO)), "-c", str(folder / "mosquitto.conf")]


def _wait(port: int, started: "subprocess.Popen[bytes]", log: Path) -> None:
    def listens() -> bool:
        assert started.poll() is None, log.read_text()[-2000:]
        return listening(port)

    until(listens, lambda: f"the broker did not start: {log.read_text()[-2000:]}")
