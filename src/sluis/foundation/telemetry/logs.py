"""Log lines for people or for programs, with the same content: one line per record, redacted, with the id of what it
belongs to. What a record carries as `fields` (a dict) is written as names with values.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from sluis.foundation.telemetry import following
from sluis.foundation.telemetry.redaction import on_one_line, redacted


def note(log: logging.Logger, message: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one line with fields: numbers and names of ours, never what somebody filled in."""
    log.log(level, message, extra={"fields": fields})


class _Lines(logging.Formatter):
    def parts(self, record: logging.LogRecord) -> dict[str, Any]:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        found: dict[str, Any] = {"at": moment, "level": record.levelname, "logger": record.name}
        if identity := following.current():
            found["id"] = identity
        found["message"] = redacted(record.getMessage())
        fields: dict[str, Any] = getattr(record, "fields", {})
        return found | {name: redacted(v) if isinstance(v, str) else v for name, v in fields.items()}

    def trace(self, record: logging.LogRecord) -> list[str]:
        """The lines of the stack, each redacted; empty when the record has none."""
        if not record.exc_info or record.exc_info[1] is None:
            return []
        return [redacted(line) for line in "".join(traceback.format_exception(record.exc_info[1])).splitlines()]


class TextLines(_Lines):
    """`2026-11-23T09:00:00.000+00:00 INFO sluis.request 4bf9… GET 200 route=portal:dataset ms=12`"""

    def format(self, record: logging.LogRecord) -> str:
        found = self.parts(record)
        head = [str(found.pop(name)) for name in ("at", "level", "logger", "id", "message") if name in found]
        line = on_one_line(" ".join([*head, *(f"{name}={value}" for name, value in found.items())]))
        return "\n".join([line, *("  | " + on_one_line(part) for part in self.trace(record))])


class JsonLines(_Lines):
    """One JSON document per line; a stack is the list `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        trace = self.trace(record)
        return json.dumps(self.parts(record) | ({"trace": trace} if trace else {}), ensure_ascii=True, default=str)
