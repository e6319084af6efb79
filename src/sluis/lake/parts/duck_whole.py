"""The entry of the sandbox that brings a table in parts back to one file. JSON in, JSON out.

Row groups that stand as they would be written are copied as they are. What is smaller (a hundred additions of a
thousand rows), or stands otherwise (columns that came later, another writer), is read and written anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from sluis.kernel.errors import Invalid
from sluis.kernel.sql import literal
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import ROW_GROUP
from sluis.lake.parts.duck_parts import (
    Progress,
    Stored,
    boxed,
    fingerprint,
    geo_of,
    opened,
    physical,
    relation,
    selection,
    stored_as,
    write_part,
)
from sluis.lake.parts.footers import UNREADABLE, Extent, Footer
from sluis.lake.parts.gluing import Piece, glue, same_groups

_WHOLE, _LIKE, _ANEW = "data.parquet", "like.parquet", "anew-{}.parquet"
# A row group is large enough to stay with half the rows of a new one, or when its rows are as long as those of shapes.
_ENOUGH_ROWS, _ENOUGH_BYTES = ROW_GROUP // 2, 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Run:
    """Row groups of one part that go the same way. `row` is the number of their first row, `whole` says: all of it."""

    piece: Piece
    stays: bool
    row: int
    rows: int
    whole: bool

    @property
    def source(self) -> str:
        """SQL for its rows, of a part that does not go the same way as a whole."""
        path = literal(str(self.piece.path))
        rows = f"file_row_number >= {self.row} AND file_row_number < {self.row + self.rows}"
        return f"SELECT * EXCLUDE (file_row_number) FROM read_parquet({path}, file_row_number = true) WHERE {rows}"


def whole(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """All parts as one file, the same rows in the same order, held against the parts when it is written.

    Request: `paths`, `columns`, `out` (a folder). Result: `file` (its name in `out`) and `rows`. Raises Invalid when
    what was written does not hold the same rows.
    """
    table = _Table.of(request)
    runs = list(table.runs())
    progress(0.1, N_("Delen samenvoegen"))
    copied = (not runs or any(run.stays for run in runs)) and table.glued(runs, progress)
    if not copied:
        table.anew(runs, _WHOLE)
    return {"file": _WHOLE, "rows": sum(run.rows for run in runs)}


@dataclass(frozen=True, slots=True)
class _Table:
    """`stored` is the type of each column in the new file, `geo` what that says of its shapes.

    `like` is a file without rows, as it would be written now.
    """

    con: duckdb.DuckDBPyConnection
    parts: Stored
    stored: Mapping[str, str]
    geo: str
    out: Path

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> "_Table":
        out = Path(request["out"])
        con = opened(out)
        parts = Stored.of(con, request)
        stored = {column.name: stored_as(column, parts.stored) for column in parts.columns}
        made = cls(con, parts, stored, geo_of(parts.paths), out)
        made.write(f"{made.select(parts.source)} LIMIT 0", made.like)
        return made

    @property
    def like(self) -> Path:
        return self.out / _LIKE

    def select(self, source: str) -> str:
        columns = self.parts.columns
        chosen = selection(columns, self.stored, physical(self.con, source), boxed(columns))
        return f"SELECT {chosen} FROM {source}"

    def write(self, select: str, target: Path) -> int:
        return write_part(self.con, select, target, self.geo)

    def runs(self) -> Iterator[_Run]:
        """All rows in their order."""
        wanted = Footer.of(self.like).meaning
        for path in self.parts.paths:
            facts = pq.read_metadata(path)
            yield from _runs(path, facts, _stays(path, wanted) or [False] * facts.num_row_groups)

    def glued(self, runs: Sequence[_Run], progress: Progress) -> bool:
        """Put together by copying what stays. False when that cannot be proven: then all of it is to be written."""
        pieces: list[Piece] = []
        for stays, some in groupby(runs, lambda run: run.stays):
            if stays:
                pieces += [run.piece for run in some]
            else:
                made = self.anew(list(some), _ANEW.format(len(pieces)))
                pieces.append(Piece(made, 0, pq.read_metadata(made).num_row_groups))
        target = self.out / _WHOLE
        try:
            rows = glue(self.like, pieces, target)
            progress(0.7, N_("Nalezen"))
            return rows == sum(run.rows for run in runs) and same_groups(pieces, target)
        except UNREADABLE:
            return False

    def anew(self, runs: Sequence[_Run], name: str) -> Path:
        """These rows read and written; raises Invalid when what was written is not the same."""
        target = self.out / name
        select = self.select(_source(runs))
        rows = self.write(select, target)
        before = fingerprint(self.con, f"({select})", self.parts.columns)
        after = fingerprint(self.con, relation([target]), self.parts.columns)
        if before != after or rows != before[0] or rows != sum(run.rows for run in runs):
            raise _not_the_same()
        return target


def _source(runs: Sequence[_Run]) -> str:
    """SQL for all their rows. Whole parts are read together: thousands of small ones are one reading, not as many."""
    some: list[str] = []
    for are_whole, these in groupby(runs, lambda run: run.whole):
        here = list(these)
        some += [f"FROM {relation([run.piece.path for run in here])}"] if are_whole else [run.source for run in here]
    return f"({' UNION ALL BY NAME '.join(f'({one})' for one in some)})"


def _runs(path: Path, facts: Any, stay: Sequence[bool]) -> Iterator[_Run]:
    first, row = 0, 0
    for stays, places in groupby(stay):
        last = first + len(list(places))
        rows = sum(facts.row_group(place).num_rows for place in range(first, last))
        yield _Run(Piece(path, first, last), stays, row, rows, last - first == len(stay))
        first, row = last, row + rows


def _stays(path: Path, wanted: tuple[bytes | None, ...]) -> list[bool]:
    """Of each row group whether it may be copied; none when the footer is not understood."""
    try:
        footer = Footer.of(path)
        known = footer.meaning == wanted
        return [known and _may_stay(footer.extent(place)) for place in range(len(footer.groups))]
    except UNREADABLE:
        return []


def _may_stay(extent: Extent | None) -> bool:
    return bool(extent) and (extent.rows >= _ENOUGH_ROWS or extent.end - extent.start >= _ENOUGH_BYTES)


def _not_the_same() -> Invalid:
    text = N_("Het samengevoegde bestand heeft niet dezelfde rijen; er is niets gewijzigd.")
    return Invalid("table.not-same", text)
