"""One id for everything that one request or one job does: in every log line, in the answer, in the trace.

A caller may bring its own: `traceparent` (W3C Trace Context) or `X-Request-ID`. Anything else than a plain id is not
taken over, because it ends up in the log.
"""

import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{8,64}")
_current: ContextVar[str] = ContextVar("id of the request or job", default="")


def current() -> str:
    """The id of what this thread is doing; '' outside a request or job."""
    return _current.get()


@contextmanager
def following(identity: str) -> Generator[None]:
    """Everything in the block belongs to this id."""
    token = _current.set(identity)
    try:
        yield
    finally:
        _current.reset(token)


def identity(traceparent: str, request_id: str) -> str:
    """The id that a caller brought, or a new one (32 hexadecimal characters)."""
    trace = _TRACEPARENT.fullmatch(traceparent)
    if trace and trace[1].strip("0"):
        return trace[1]
    return request_id if _PLAIN.fullmatch(request_id) else secrets.token_hex(16)
