"""Talking MQTT 3.1.1: to the checked address, with one session of its own per source that the broker keeps.

At most QoS 1: a message of QoS 2 is ours before it stands on a disk, and would be lost with this process.
"""

import re
import socket
import ssl
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from paho.mqtt import client as paho

from sluis.foundation.egress import Target, pinned
from sluis.kernel import clock, ids
from sluis.kernel.errors import SluisError, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors import outside
from sluis.lake.connectors.base import LOGIN_AGAIN, Given, Refused, WaitingRoom
from sluis.lake.connectors.given import blotted
from sluis.lake.connectors.messages import NotRows, line, read_json

TLS_PORT, PLAIN_PORT = 8883, 1883
MOST_MESSAGES, MOST_PAYLOAD = 100_000, 1 << 20
_AT_ONCE = 500
_CONNECT_SECONDS = 10
_QUIET_SECONDS = 2.0
_GATHER_SECONDS = 0.05
_SHOWN, _LOOK_SECONDS = 20, 10
_NOT_LET_IN = ("Bad user name or password", "Not authorized")
_FILTER = re.compile(r"(?:(?:[^+#/]*|\+)/)*(?:[^+#/]*|\+|#)")


@dataclass(slots=True)
class Heard:
    count: int = 0
    unreadable: int = 0


def is_filter(topic: str) -> bool:
    """A topic filter of MQTT 3.1.1 (4.7.1)."""
    return bool(_FILTER.fullmatch(topic)) and len(topic.encode()) <= 65_535


def tried(given: Given) -> None:
    """Raises what stands in the way of these topics."""
    with _subscribed(given, f"sluis-{ids.new_id().hex[:16]}", kept=False):
        pass


def overheard(given: Given) -> list[bytes]:
    """The first rows that come by in a few seconds."""
    rows: list[bytes] = []
    with _subscribed(given, f"sluis-{ids.new_id().hex[:16]}", kept=False) as session:
        until = time.monotonic() + _LOOK_SECONDS
        while time.monotonic() < until and len(rows) < _SHOWN:
            for message in session.messages():
                rows += _rows(message, given) or ()
    return rows[:_SHOWN]


def listened(given: Given, waiting: WaitingRoom) -> Heard:
    """Put what the broker kept for us, and what comes by, in the waiting room; only then tell the broker.

    Stops at silence, at the end of the time that was given, or at a great many messages.
    """
    heard = Heard()
    with _subscribed(given, f"sluis-{waiting.source_id.hex[-16:]}", kept=True) as session:
        until = last = time.monotonic()
        until += given["seconds"]
        while (now := time.monotonic()) < until and now - last < _QUIET_SECONDS and heard.count < MOST_MESSAGES:
            if found := session.messages():
                rows = [_rows(message, given) for message in found]
                waiting.keep([row for some in rows for row in some or ()])
                session.acknowledge(found)
                heard.count += len(found)
                heard.unreadable += rows.count(None)
                last = time.monotonic()
    return heard


def _rows(message: paho.MQTTMessage, given: Given) -> list[bytes] | None:
    """An object is a row, a list of objects as many; anything else becomes the column waarde. None: unreadable."""
    if not 0 < len(message.payload) <= MOST_PAYLOAD:
        return None
    try:
        value = _value(message.payload.decode())
        items = value if isinstance(value, list) and all(isinstance(item, dict) for item in value) else [value]
        named = [item if isinstance(item, dict) else {"waarde": item} for item in items]
        return [line({"topic": message.topic} | item, given.config, clock.now()) for item in named]
    except (UnicodeDecodeError, NotRows):
        return None


def _value(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return text


class _Client(paho.Client):
    """Connects to the addresses that were checked, and to nothing else: no second look-up, no proxy."""

    def __init__(self, target: Target, identity: str, *, kept: bool) -> None:
        super().__init__(
            paho.CallbackAPIVersion.VERSION2,
            client_id=identity,
            clean_session=not kept,
            protocol=paho.MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        self._target = target

    def _create_socket_connection(self) -> socket.socket:
        failure: OSError = OSError("no address")
        for address in self._target.addresses:
            try:
                return socket.create_connection((address, self._target.port), _CONNECT_SECONDS)
            except OSError as error:
                failure = error
        raise failure

    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        """As the library does, but closed when the other side turns out not to be who we know."""
        secure = ssl.create_default_context().wrap_socket(
            tcp_sock, server_hostname=self._target.host, do_handshake_on_connect=False
        )
        try:
            secure.settimeout(_CONNECT_SECONDS)
            secure.do_handshake()
        except BaseException:
            secure.close()
            raise
        return secure


class _Session:
    def __init__(self, client: paho.Client) -> None:
        self._client = client
        self._came: list[paho.MQTTMessage] = []
        self.connected: Any = None
        self.subscribed: list[Any] | None = None
        client.on_message = lambda _client, _data, message: self._came.append(message)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe

    def messages(self) -> list[paho.MQTTMessage]:
        """What comes by, gathered until it is quiet for a moment."""
        seen = -1
        while seen < len(self._came) < _AT_ONCE:
            seen = len(self._came)
            self.turn(_GATHER_SECONDS)
        found, self._came = self._came, []
        return found

    def acknowledge(self, found: list[paho.MQTTMessage]) -> None:
        for message in found:
            self._client.ack(message.mid, message.qos)

    def turn(self, seconds: float) -> None:
        code = self._client.loop(seconds)
        if code is not paho.MQTT_ERR_SUCCESS and self.connected is not None and not self.connected.is_failure:
            raise OSError(paho.error_string(code))

    def until(self, name: str) -> Any:
        """Wait for the answer of the broker."""
        limit = time.monotonic() + _CONNECT_SECONDS
        while getattr(self, name) is None and time.monotonic() < limit:
            self.turn(_GATHER_SECONDS)
        found = getattr(self, name)
        if found is None:
            raise TimeoutError("no answer")
        return found

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.connected = reason

    def _on_subscribe(self, _client: Any, _data: Any, _mid: Any, reasons: Any, _properties: Any) -> None:
        self.subscribed = list(reasons)


@contextmanager
def _subscribed(given: Given, identity: str, *, kept: bool) -> Generator[_Session]:
    target = pinned(given["host"], given["port"], policy=outside.policy(), usual=(TLS_PORT, PLAIN_PORT))
    client = _Client(target, identity, kept=kept)
    if given["user"]:
        client.username_pw_set(given["user"], given.secret("password") or None)
    if given["security"] == "tls":
        client.tls_set_context(ssl.create_default_context())
    session = _Session(client)
    try:
        client.connect(target.host, target.port, keepalive=60)
        _require_in(session.until("connected"), given)
        client.subscribe([(topic, 1 if kept else 0) for topic in given["topics"]])
        refused = [topic for topic, reason in zip(given["topics"], session.until("subscribed"), strict=False)
                   if reason.is_failure]  # fmt: skip
        if refused:
            raise Refused(
                "source.topic-there",
                N_("Dit account mag '{topic}' op {place} niet lezen."),
                way_out=N_("Vraag de beheerder van de bron om leesrecht."),
                topic=refused[0],
                place=given["host"],
            )
        yield session
    except (OSError, ValueError) as error:
        raise _explained(error, given) from None
    finally:
        client.disconnect()


def _require_in(answer: Any, given: Given) -> None:
    """Raises Refused when this broker does not know us, OSError when it takes nobody now."""
    if answer in _NOT_LET_IN:
        text = N_("{place} weigert deze gebruikersnaam of dit wachtwoord.")
        raise Refused("source.login-there", text, way_out=LOGIN_AGAIN, place=given["host"])
    if answer.is_failure:
        raise OSError(str(answer))


def _explained(error: Exception, given: Given) -> SluisError:
    reason = blotted(" ".join(str(error).split()), given.secrets.values())[:200] or type(error).__name__
    return Unavailable(
        "source.no-contact",
        N_("{place} is niet te bereiken: {reason}."),
        way_out=N_("Controleer server en poort, en of de server aanstaat."),
        place=given["host"],
        reason=reason,
        english="reason",
    )
