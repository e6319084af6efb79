"""Fetch with every hop checked, redirects included."""

import logging
import ssl
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpcore

from sluis.foundation.egress.outcome import EgressRefused, RemoteFailed, RemoteTooBig, RemoteTooSlow
from sluis.foundation.egress.targets import EgressPolicy, Target, check
from sluis.foundation.egress.wire import Deadline, PinnedBackend
from sluis.foundation.telemetry.instruments import EGRESS
from sluis.foundation.telemetry.tracing import span
from sluis.kernel.errors import SluisError
from sluis.kernel.text import N_

_log = logging.getLogger(__name__)
_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 3
_IDLE_SECONDS = 30.0
_CONNECT_SECONDS = 10.0
_PIECE = 262_144
MAX_BYTES = 100_000_000
TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply. `url` is where it came from in the end; header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Stream:
    """A reply whose `chunks` arrive while you read them."""

    url: str
    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


def get(
    url: str,
    *,
    purpose: str,
    allow: Sequence[str] | None = None,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT,
    headers: Mapping[str, str] | None = None,
    policy: EgressPolicy | None = None,
) -> Reply:
    """Fetch `url` whole; any final status is returned, not raised.

    `purpose` says in the log why we went out. `max_bytes` counts after decompression; `timeout` is the total in
    seconds. Raises EgressRefused, RemoteTooBig, RemoteTooSlow, RemoteFailed.
    """
    with stream(
        url, purpose=purpose, allow=allow, max_bytes=max_bytes, timeout=timeout, headers=headers, policy=policy
    ) as reply:
        return Reply(reply.url, reply.status, reply.headers, b"".join(reply.chunks))


def post(
    url: str,
    *,
    purpose: str,
    body: bytes,
    headers: Mapping[str, str],
    allow: Sequence[str] | None = None,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT,
    policy: EgressPolicy | None = None,
    method: str = "POST",
) -> Reply:
    """Send `body` to `url` and return the whole reply, like `get`; what was sent never follows a redirect.

    `method`: WebDAV asks what is in a folder with PROPFIND.
    """
    target, sent = check(url, allow=allow, policy=policy or EgressPolicy()), dict(headers)
    _log.info("egress %s to %s", purpose, target.host)
    with _hop(target, sent, Deadline(timeout), method, body) as response:
        found = _headers(response)
        return Reply(target.url, response.status, found, b"".join(_chunks(target, response, found, max_bytes)))


@contextmanager
def stream(
    url: str,
    *,
    purpose: str,
    allow: Sequence[str] | None = None,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT,
    headers: Mapping[str, str] | None = None,
    policy: EgressPolicy | None = None,
) -> Generator[Stream, None, None]:
    """Like `get`, for a reply that is too large to hold: read `chunks` inside the `with`."""
    deadline, policy = Deadline(timeout), policy or EgressPolicy()
    target, sent = check(url, allow=allow, policy=policy), dict(headers or {})
    for _ in range(_MOST_REDIRECTS + 1):
        _log.info("egress %s to %s", purpose, target.host)
        with _hop(target, sent, deadline) as response:
            found = _headers(response)
            if response.status not in _REDIRECTS or "location" not in found:
                yield Stream(target.url, response.status, found, _chunks(target, response, found, max_bytes))
                return
        target, sent = _follow(target, found["location"], sent, allow, policy)
    raise EgressRefused("egress.redirects", N_("{url} verwijst te vaak door."), url=url)


@contextmanager
def _hop(
    target: Target, headers: Mapping[str, str], deadline: Deadline, method: str = "GET", body: bytes | None = None
) -> Generator[httpcore.Response, None, None]:
    """One request on a connection of its own, never through a proxy of the environment."""
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise EgressRefused(
            "egress.header", N_("Voor {url} is een code ingevuld met tekens die niet mogen."), url=target.url
        )
    backend = PinnedBackend(target.addresses, deadline)
    context = ssl.create_default_context() if target.scheme == "https" else None
    idle = {"connect": _CONNECT_SECONDS, "read": _IDLE_SECONDS, "write": _IDLE_SECONDS, "pool": _IDLE_SECONDS}
    address = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    sent = {"Host": _host_header(target), "User-Agent": "Sluis", "Accept-Encoding": "gzip, deflate", **headers}
    asked: dict[str, Any] = {"headers": list(sent.items()), "content": body, "extensions": {"timeout": idle}}
    with (
        span("egress", host=target.host, method=method) as traced,
        _counted(),
        _said(target),
        httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
        pool.stream(method, address, **asked) as response,
    ):
        EGRESS.labels(f"{response.status // 100}xx").inc()
        traced.note(status=response.status)
        yield response


@contextmanager
def _counted() -> Generator[None, None, None]:
    """Count what never became a reply, or broke off halfway, under the code of why."""
    try:
        yield
    except SluisError as error:
        EGRESS.labels(error.code).inc()
        raise


@contextmanager
def _said(target: Target) -> Generator[None, None, None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise RemoteTooSlow(url=target.url) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, zlib.error) as error:
        raise RemoteFailed(url=target.url) from error


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    standard = {"http": 80, "https": 443}[target.scheme]
    return host if target.port == standard else f"{host}:{target.port}"


def _headers(response: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _follow(
    before: Target, location: str, sent: dict[str, str], allow: Sequence[str] | None, policy: EgressPolicy
) -> tuple[Target, dict[str, str]]:
    """The next hop, checked like the first; what we sent to one origin is not for another."""
    try:
        url = urljoin(before.url, location)
    except ValueError as error:
        raise EgressRefused("egress.address", N_("{url} is geen geldig webadres."), url=location) from error
    target = check(url, allow=allow, policy=policy)
    if before.scheme == "https" and target.scheme == "http":
        raise EgressRefused(
            "egress.downgrade", N_("{url} is niet beveiligd, terwijl het vorige adres dat wel was."), url=target.url
        )
    return target, sent if target.origin == before.origin else {}


def _chunks(target: Target, response: httpcore.Response, headers: Mapping[str, str], max_bytes: int) -> Iterator[bytes]:
    unpack, whole = _decoder(target, headers.get("content-encoding", "identity").strip().lower())
    size = came = 0
    for raw in response.iter_stream():
        came += len(raw)
        for chunk in unpack(raw):
            size += len(chunk)
            if size > max_bytes:
                raise RemoteTooBig(url=target.url, max_bytes=max_bytes)
            yield chunk
    if came and not whole():
        raise RemoteFailed(url=target.url)


def _decoder(target: Target, encoding: str) -> tuple[Callable[[bytes], Iterable[bytes]], Callable[[], bool]]:
    """How to unpack, in pieces of at most 256 kB, so that a bomb is counted before it is in memory; and whether what
    came was all of it."""
    if encoding in ("", "identity"):
        return lambda raw: (raw,), lambda: True
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise RemoteFailed(url=target.url)
    inflate = zlib.decompressobj(wbits=47)

    def pieces(raw: bytes) -> Iterator[bytes]:
        piece = inflate.decompress(raw, _PIECE)
        while piece:
            yield piece
            piece = inflate.decompress(inflate.unconsumed_tail, _PIECE)

    return pieces, lambda: inflate.eof
