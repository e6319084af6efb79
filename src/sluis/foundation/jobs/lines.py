"""The last lines that a job wrote, kept with the job: an operator needs no access to the machine to read them."""

import logging
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from sluis.foundation.telemetry.logs import TextLines

LINES = 50
WIDTH = 500
_current: ContextVar[deque[str] | None] = ContextVar("lines of the running job", default=None)


class _Keeper(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        lines = _current.get()
        if lines is not None:
            lines.extend(line[:WIDTH] for line in self.format(record).splitlines())


_keeper = _Keeper(logging.INFO)
_keeper.setFormatter(TextLines())


@contextmanager
def kept(before: str) -> Generator[deque[str]]:
    """Hand out the lines `before` and those logged in this block, redacted like every line; the last fifty of them."""
    root = logging.getLogger()
    if _keeper not in root.handlers:
        root.addHandler(_keeper)
    lines: deque[str] = deque(before.splitlines(), maxlen=LINES)
    token = _current.set(lines)
    try:
        yield lines
    finally:
        _current.reset(token)
