"""The careful way through a delimited file: record by record, each with its line, each staged or rejected."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import MAX_FIELD_CHARS, MAX_LINE_CHARS, MAX_OPEN_QUOTES
from sluis.lake.ingest.plan import Dialect
from sluis.lake.ingest.stage import Rejects, Stage

TOTAL = re.compile(r"\W*((eind|sub)?tota(al|len|le)|total|som|gemiddelde?)\b", re.IGNORECASE)
_TAIL = 5
# Line, cells (None for a row already refused, with the code) and raw text.
Pending = tuple[int, list[str] | None, str]


@dataclass
class _Lines:
    """Feeds lines to the csv module, remembers those of the current record, and can take lines back."""

    source: Iterator[str]
    number: int = 0
    held: list[str] = field(default_factory=list[str])
    _back: deque[str] = field(default_factory=deque[str])

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self.source)
        self.number += 1
        self.held.append(line)
        return line

    def give_back(self) -> None:
        """Keep only the first line of the record; the rest is read again."""
        self._back.extendleft(reversed(self.held[1:]))
        self.number -= len(self.held) - 1
        del self.held[1:]


class CarefulReader:
    """Reads all records into `stage` or `rejects`. `rows` counts every record met; blank ones are counted apart."""

    def __init__(self, dialect: Dialect, stage: Stage, rejects: Rejects, progress: Callable[[float, str], None]):
        self.dialect, self.stage, self.rejects, self.progress = dialect, stage, rejects, progress
        self.rows = self.blank = self.open_quotes = self.totals_inside = 0
        self._tail: deque[Pending] = deque()

    def read(self, path: Path) -> None:
        csv.field_size_limit(MAX_FIELD_CHARS)
        size = max(path.stat().st_size, 1)
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            lines = _Lines(iter(stream))
            for _ in range(self.dialect.first_line - 1):
                next(lines, None)
            lines.held.clear()
            while self._one(lines):
                if self.rows % 50_000 == 0:
                    self.progress(min(0.5, 0.5 * stream.buffer.tell() / size), "lezen")
        self._finish()

    def _one(self, lines: _Lines) -> bool:
        lines.held.clear()
        line = lines.number + 1
        reader = csv.reader(lines, delimiter=self.dialect.delimiter, strict=True)
        try:
            cells = next(reader)
        except StopIteration:
            return False
        except csv.Error:
            self._bad_quote(lines, line)
            return True
        self._record(line, cells, lines.held)
        return True

    def _bad_quote(self, lines: _Lines, line: int) -> None:
        if len(lines.held) > 1:
            self.open_quotes += 1
            lines.give_back()
        if self.open_quotes > MAX_OPEN_QUOTES:
            raise Invalid(
                "csv.quotes",
                N_("Meer dan {limit} regels hebben een aanhalingsteken dat niet wordt gesloten (de laatste: {line})."),
                way_out=N_("Verdubbel aanhalingstekens binnen een veld, of haal ze weg."),
                limit=MAX_OPEN_QUOTES,
                line=line,
            )
        self._push(line, None, lines.held[0])

    def _record(self, line: int, cells: list[str], held: list[str]) -> None:
        if not any(cell and not cell.isspace() for cell in cells):
            self.blank += 1
            return
        if self.dialect.comment and held[0].startswith("#"):
            self.blank += 1
            return
        self._push(line, cells, "".join(held))

    def _push(self, line: int, cells: list[str] | None, raw: str) -> None:
        self.rows += 1
        self._tail.append((line, cells, raw))
        if len(self._tail) > _TAIL:
            self._settle(*self._tail.popleft())

    def _settle(self, line: int, cells: list[str] | None, raw: str) -> None:
        width = self.dialect.width
        if len(raw) > MAX_LINE_CHARS:
            self.rejects.add(line, "too-long", raw, limit=MAX_LINE_CHARS)
            return
        if cells is None:
            self.rejects.add(line, "quote", raw)
            return
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        elif self.dialect.pad and len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        if len(cells) != width:
            self.rejects.add(line, "ragged", raw, found=len(cells), expected=width)
            return
        self.totals_inside += is_total(cells)
        self.stage.add(line, cells)

    def _finish(self) -> None:
        """Only now is known which rows were the last ones: a total there belongs under the table, not in it."""
        tail = list(self._tail)
        at = len(tail)
        if not self.totals_inside and self.rows > 3:
            at = next((n for n, (_, cells, _) in enumerate(tail) if is_total(cells)), len(tail))
        for n, (line, cells, raw) in enumerate(tail):
            if n >= at and is_total(cells):
                self.rejects.add(line, "total", raw)
            else:
                self._settle(line, cells, raw)


def is_total(cells: list[str] | None) -> bool:
    """True when the first filled cell says total, sum or average and another cell is filled too."""
    filled = [cell for cell in (cells or ())[:50] if cell.strip()]
    return len(filled) > 1 and TOTAL.match(filled[0]) is not None
