"""Pieces of delimited text on their way to the stage, parsed many records at a time."""

import csv
import io
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from sluis.lake.ingest.caps import MAX_LINE_BYTES
from sluis.lake.ingest.stage import Stage

_BATCH_BYTES = 8 * 1024 * 1024


class Texts:
    """Takes records of exactly the width of `stage`, as raw text or as cells, and keeps their order.

    `total` is the pattern of a word for a total; whether a row began with one is asked only at the end.
    """

    def __init__(self, stage: Stage, delimiter: str, total: re.Pattern[str]) -> None:
        self.stage, self._delimiter, self._total = stage, delimiter, total
        self._pieces: list[bytes] = []
        self._lines: list[NDArray[np.int64]] = []
        self._size = 0
        self._quoted = self._totals = False
        self._cells, self._cell_lines = io.StringIO(newline=""), list[int]()
        self._csv = csv.writer(self._cells, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")

    def add(self, line: int, cells: Sequence[str]) -> None:
        """One record by its cells."""
        self._csv.writerow(cells)
        self._cell_lines.append(line)
        if self._cells.tell() > _BATCH_BYTES:
            self.flush()

    def extend(self, lines: NDArray[np.int64], piece: bytes, *, quoted: bool) -> None:
        """Whole records as they stand in the file, each with its line."""
        self._take_cells()
        self._take(piece, lines, quoted=quoted)
        if self._size > _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        self._take_cells()
        if not self._size:
            return
        columns = self._parsed(b"".join(self._pieces)).columns
        lines = pa.array(np.concatenate(self._lines))
        self.stage.write(pa.Table.from_arrays([lines, *columns], schema=self.stage.schema))
        self._totals = self._totals or self._has_total(columns)
        self._pieces, self._lines, self._size, self._quoted = [], [], 0, False

    def starts_with_total(self) -> bool:
        """Whether any record so far has a word for a total in its first filled cell."""
        self.flush()
        return self._totals

    def _take_cells(self) -> None:
        if self._cell_lines:
            self._take(self._cells.getvalue().encode(), np.array(self._cell_lines), quoted=True)
            self._cell_lines = []
            self._cells.seek(0)
            self._cells.truncate()

    def _take(self, piece: bytes, lines: NDArray[np.int64], *, quoted: bool) -> None:
        self._pieces.append(piece)
        self._lines.append(lines)
        self._size += len(piece)
        self._quoted = self._quoted or quoted

    def _parsed(self, data: bytes) -> pa.Table:
        names = self.stage.schema.names[1:]
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            # A block holds at least one record: the longest one is allowed this many bytes.
            arrow_csv.ReadOptions(column_names=names, block_size=MAX_LINE_BYTES + 1),
            arrow_csv.ParseOptions(
                delimiter=self._delimiter,
                quote_char='"' if self._quoted else False,
                newlines_in_values=self._quoted,
                ignore_empty_lines=False,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )

    def _has_total(self, columns: Sequence[pa.ChunkedArray]) -> bool:
        """Is asked of the first three columns: in a wider stub the word for a total stands in the first anyway."""
        first = pc.coalesce(*columns[:3])
        like = first.filter(pc.match_substring_regex(first, "tota|som|gemiddeld", ignore_case=True))
        return any(self._total.match(text) for text in like.to_pylist())
