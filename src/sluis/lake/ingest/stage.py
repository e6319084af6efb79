"""The waiting room: texts with their line number in Parquet, and the rejected rows in a CSV."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from sluis.kernel.errors import fill
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import ROW_GROUP

_BATCH = 20_000
_RAW_CHARS = 32_000

REASONS = {
    "ragged": N_("De rij heeft {found} velden; de kop heeft er {expected}."),
    "quote": N_("Een aanhalingsteken staat verkeerd of wordt niet gesloten."),
    "too-long": N_("De regel is langer dan {limit} tekens."),
    "total": N_("Dit is een totaalregel onder de tabel, geen rij met gegevens."),
    "type": N_("Kolom {column}: '{value}' past niet bij het gekozen type {type}."),
    "json": N_("De regel is geen geldige JSON: {reason}."),
    "not-object": N_("De rij is geen JSON-object."),
    "duplicate-key": N_("De naam '{key}' komt twee keer voor in hetzelfde object."),
}


class Rejects:
    """Writes `rejects.csv`: line in the source, reason code, reason in Dutch, raw text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.by_code: dict[str, int] = {}
        self.first: dict[str, int] = {}
        self._file: TextIO | None = None

    def add(self, line: int, code: str, raw: str, **params: Any) -> None:
        self.count += 1
        self.by_code[code] = self.by_code.get(code, 0) + 1
        self.first.setdefault(code, line)
        reason = fill(REASONS[code], params)
        self._writer().writerow([line, code, reason, raw.rstrip("\r\n")[:_RAW_CHARS].replace("\0", " ")])

    def close(self) -> str | None:
        """The file name, or None (and no file) when nothing was rejected."""
        if self._file is None:
            return None
        self._file.close()
        return self.path.name

    def _writer(self) -> Any:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            self._csv = csv.writer(self._file)
            self._csv.writerow(["regel", "code", "reden", "tekst"])
        return self._csv


class Stage:
    """Writes rows of texts as columns `line`, `c0`, `c1`, … to a Parquet file; None and '' both mean no value."""

    def __init__(self, path: Path, width: int) -> None:
        self.path = path
        self.width = width
        self.count = 0
        self._lines: list[int] = []
        self._rows: list[Sequence[str | None]] = []
        self.schema = pa.schema([("line", pa.int64()), *[(f"c{n}", pa.string()) for n in range(width)]])
        self._writer = pq.ParquetWriter(path, self.schema, compression="zstd", compression_level=1)
        self._batch = max(1_000, min(_BATCH, 400_000 // max(width, 1)))

    def add(self, line: int, cells: Sequence[str | None]) -> None:
        """`cells` has exactly `width` items."""
        self._lines.append(line)
        self._rows.append(cells)
        if len(self._rows) >= self._batch:
            self._flush()

    def write(self, table: pa.Table) -> None:
        """Add rows that are a table already, of the schema of the stage."""
        self._flush()
        self._writer.write_table(table, row_group_size=ROW_GROUP)
        self.count += table.num_rows

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = [[cell or None for cell in column] for column in zip(*self._rows, strict=True)]
        arrays = [pa.array(self._lines, pa.int64()), *[pa.array(column, pa.string()) for column in columns]]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema), row_group_size=ROW_GROUP)
        self.count += len(self._rows)
        self._lines, self._rows = [], []
