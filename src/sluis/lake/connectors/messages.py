"""Messages of senders as rows: a JSON object each, on a line of its own, with the moment at which it came."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors.base import UNCHANGED, Fetched, Field, Unchanged, WaitingRoom

MOST_ROWS, MOST_FIELDS = 10_000, 500
MODES = ("append", "upsert")
MOMENT = Field("moment", N_("Kolom voor het moment van ontvangst"), default="ontvangen_op",
               help=N_("Sluis zet er de tijd in waarop een bericht binnenkwam. Een streepje: niet nodig."))  # fmt: skip
_NO_MOMENT = "-"
_FILE = "berichten.ndjson"


class NotRows(ValueError):
    """Not an object; `row` counts from 1."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def rows_of(body: bytes, *, by_line: bool, config: Mapping[str, Any], now: datetime) -> list[bytes]:
    """The lines of one delivery: an object, a list of objects or, with `by_line`, an object per line.

    Raises Invalid with the row that is wrong; then none is taken.
    """
    try:
        found = _by_line(body) if by_line else _whole(body)
        if len(found) > MOST_ROWS:
            raise Invalid("push.many", N_("Stuur ten hoogste {most} rijen tegelijk."), most=MOST_ROWS)
        return [line(item, config, now, row) for row, item in enumerate(found, 1)]
    except NotRows as error:
        fault = Fault(N_("Dit is geen JSON-object met ten hoogste {most} velden."), row=error.row,
                      params={"most": MOST_FIELDS})  # fmt: skip
        raise Invalid(
            "push.rows",
            N_("Rij {row} van dit bericht is niet te lezen. Er is niets van bewaard."),
            way_out=N_("Stuur een JSON-object, een lijst met objecten, of een object per regel (NDJSON)."),
            faults=[fault],
            row=error.row,
        ) from None


def line(item: Any, config: Mapping[str, Any], now: datetime, row: int = 1) -> bytes:
    """One row. What the sender calls like our column of the moment stays as the sender says. Raises NotRows."""
    if not isinstance(item, dict) or not item or len(item) > MOST_FIELDS:
        raise NotRows(row)
    moment = config.get("moment") or _NO_MOMENT
    added = {} if moment == _NO_MOMENT else {moment: now.isoformat(timespec="milliseconds")}
    try:
        return json.dumps(added | item, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        raise NotRows(row) from None


def read_json(text: str | bytes) -> Any:
    """Raises ValueError, also for numbers that JSON does not have and for what is nested too deep."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("too deep") from error


def gathered(waiting: WaitingRoom | None, into: Path) -> Fetched | Unchanged:
    """One file with the rows that this run takes."""
    path, size = into / _FILE, 0
    with path.open("xb") as file:
        for body in waiting.taken() if waiting else ():
            size += file.write(body)
    if waiting is None or not size:
        path.unlink()
        return UNCHANGED
    return Fetched(path, _FILE, more=waiting.more())


def written(lines: Iterable[bytes], into: Path) -> Fetched:
    """The same for a preview; raises Invalid when there is nothing to show yet."""
    path = into / _FILE
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    if not path.stat().st_size:
        raise nothing_yet()
    return Fetched(path, path.name)


def nothing_yet() -> Invalid:
    return Invalid(
        "source.nothing-yet",
        N_("Er is nog niets binnengekomen om te laten zien."),
        way_out=N_("Laat de afzender eerst een bericht sturen."),
    )


def _whole(body: bytes) -> list[Any]:
    try:
        found = read_json(body)
    except ValueError:
        raise NotRows(1) from None
    return found if isinstance(found, list) else [found]


def _by_line(body: bytes) -> list[Any]:
    found: list[Any] = []
    for number, text in enumerate(filter(bytes.strip, body.split(b"\n")), 1):
        try:
            found.append(read_json(text))
        except ValueError:
            raise NotRows(number) from None
    return found


def _no_number(name: str) -> None:
    raise ValueError(name)
