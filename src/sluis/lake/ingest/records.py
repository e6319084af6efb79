"""The careful way through a delimited file: each record staged or rejected, with the line on which it starts.

Records beyond doubt are found and staged many at a time; every other record is read by itself.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import MAX_FIELD_CHARS, MAX_LINE_CHARS, MAX_OPEN_QUOTES
from sluis.lake.ingest.plan import Dialect
from sluis.lake.ingest.stage import Rejects, Stage
from sluis.lake.ingest.stretches import Stretch, cut
from sluis.lake.ingest.texts import Texts

TOTAL = re.compile(r"\W*((eind|sub)?tota(al|len|le)|total|som|gemiddelde?)\b", re.IGNORECASE)
_TAIL = 5
_CHUNK = 8 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
# How many records to read one by one where quotes are irregular; doubled while they stay so.
_FEW, _MANY = 64, 65_536
# Line, cells (None for a row already refused, with the code) and raw text.
Pending = tuple[int, list[str] | None, str]


@dataclass
class _Lines:
    """Feeds lines to the csv module, remembers those of the current record, and can take lines back.

    `number` counts line ends and `taken` bytes.
    """

    source: Iterator[str]
    number: int = 0
    taken: int = 0
    held: list[str] = field(default_factory=list[str])
    _back: deque[str] = field(default_factory=deque[str])

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self.source)
        self._count(line, 1)
        self.held.append(line)
        return line

    def give_back(self) -> None:
        """Keep only the first line of the record; the rest is read again."""
        self._back.extendleft(reversed(self.held[1:]))
        for line in self.held[1:]:
            self._count(line, -1)
        del self.held[1:]

    def _count(self, line: str, sign: int) -> None:
        self.number += sign * line.endswith("\n")
        self.taken += sign * len(line.encode())


class CarefulReader:
    """Reads all records into `stage` or `rejects`. `rows` counts every record met; blank ones are counted apart."""

    def __init__(self, dialect: Dialect, stage: Stage, rejects: Rejects, progress: Callable[[float, str], None]):
        self.dialect, self.stage, self.rejects, self.progress = dialect, stage, rejects, progress
        self.rows = self.blank = self.open_quotes = 0
        self._tail: deque[Pending] = deque()
        self._texts = Texts(stage, dialect.delimiter, TOTAL)

    def read(self, path: Path) -> None:
        """`path` is UTF-8 without faults, its lines end in LF or CRLF. Raises Invalid (too many open quotes)."""
        csv.field_size_limit(MAX_FIELD_CHARS)
        size = path.stat().st_size
        with path.open("rb") as file:
            at, line, few = self._start(file), self.dialect.first_line, _FEW
            while at < size:
                file.seek(at)
                data = file.read(_CHUNK)
                used, lines = self._many(data, line)
                at, line = at + used, line + lines
                if at + len(data) - used == size or used * 2 < len(data):
                    few = _FEW if used * 2 > len(data) else min(few * 2, _MANY)
                    file.seek(at)
                    used, lines = self._few(file, line, few)
                    at, line = at + used, line + lines
                self.progress(0.5 * at / size, "lezen")
        self._finish()
        self._texts.flush()

    def _start(self, file: BinaryIO) -> int:
        file.seek(len(_BOM) if file.read(3) == _BOM else 0)
        for _ in range(self.dialect.first_line - 1):
            file.readline()
        return file.tell()

    def _many(self, data: bytes, line: int) -> tuple[int, int]:
        """Stage what is beyond doubt; returns bytes and lines used. The last sound rows are left: see `_finish`."""
        found = cut(data, self.dialect.delimiter, self.dialect.width, comment=self.dialect.comment)
        sound = np.flatnonzero(found.sound)
        if len(sound) <= _TAIL:
            return 0, 0
        last = int(sound[-_TAIL - 1])
        self._settle_tail()
        begin = 0
        for doubtful in (*np.flatnonzero(~found.sound[:last]).tolist(), last):
            self._stage(data, found, begin, doubtful, line)
            begin = doubtful + 1
            if doubtful < last:
                text = data[found.starts[doubtful] : found.ends[doubtful]].decode()
                self._each(_Lines(iter(io.StringIO(text, newline="")), line + int(found.lines[doubtful]) - 1))
                self._settle_tail()
        return int(found.starts[last]), int(found.lines[last])

    def _stage(self, data: bytes, found: Stretch, begin: int, end: int, line: int) -> None:
        if begin < end:
            self.rows += end - begin
            piece = data[found.starts[begin] : found.starts[end]]
            self._texts.extend(found.lines[begin:end] + line, piece, quoted=found.quoted)

    def _few(self, file: BinaryIO, line: int, count: int) -> tuple[int, int]:
        lines = _Lines(_decoded(file), line - 1)
        self._each(lines, count)
        return lines.taken, lines.number - line + 1

    def _each(self, lines: _Lines, most: int = _MANY) -> None:
        for _ in range(most):
            if not self._one(lines):
                break

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
        self._texts.add(line, cells)

    def _settle_tail(self) -> None:
        while self._tail:
            self._settle(*self._tail.popleft())

    def _finish(self) -> None:
        """Only now is known which rows were the last ones: a total there belongs under the table, not in it."""
        tail = list(self._tail)
        at = next((n for n, (_, cells, _) in enumerate(tail) if is_total(cells)), len(tail))
        if at < len(tail) and (self.rows <= 3 or self._texts.starts_with_total()):
            at = len(tail)
        for n, (line, cells, raw) in enumerate(tail):
            if n >= at and is_total(cells):
                self.rejects.add(line, "total", raw)
            else:
                self._settle(line, cells, raw)


def _decoded(file: BinaryIO) -> Iterator[str]:
    """Lines with their ends; a return by itself ends a line for the csv module, though it is not counted as one."""
    for data in file:
        text = data.decode()
        if "\r" in text.removesuffix("\n").removesuffix("\r"):
            yield from io.StringIO(text, newline="")
        else:
            yield text


def is_total(cells: list[str] | None) -> bool:
    """True when the first filled cell says total, sum or average and another cell is filled too."""
    filled = [cell for cell in (cells or ())[:50] if cell.strip()]
    return len(filled) > 1 and TOTAL.match(filled[0]) is not None
