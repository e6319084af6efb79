"""Reading many records at once gives what reading them one by one gives, wherever the stretches end."""

import csv
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.lake.ingest import records
from sluis.lake.ingest.plan import Dialect
from sluis.lake.ingest.records import CarefulReader
from sluis.lake.ingest.stage import Rejects, Stage

_USUAL = (
    "a",
    "12",
    "",
    " ",
    "é",
    "\u00a0",
    "x y",
    '"q"',
    '"a;b"',
    '"a\nb"',
    '"a\r\nb"',
    '""',
    '"a""b"',
    "Totaal",
    "som",
)
_ODD = ('5" pijp', '"open', '"dicht" ', "x\ry", '"', "#")
_CELL = st.sampled_from([*_USUAL, *_ODD])
_GOOD = st.sampled_from(["a;1", "b;2", "c;", ";d", '"e;f";3', '"g\nh";4'])
_ROW = st.one_of(_GOOD, _GOOD, _GOOD, st.lists(_CELL, min_size=1, max_size=4).map(";".join))
_FILE = st.tuples(st.lists(_ROW, min_size=1, max_size=60), st.sampled_from(["\n", "\r\n"]), st.booleans())


def _careful(data: bytes, chunk: int, comment: bool = False) -> tuple[Any, ...]:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setattr(records, "_CHUNK", chunk)
        (folder / "source").write_bytes(data)
        stage, rejects = Stage(folder / "stage", 2), Rejects(folder / "rejects")
        dialect = Dialect("utf-8", ";", ("a", "b"), 1, 2, comment=comment)
        reader = CarefulReader(dialect, stage, rejects, lambda fraction, text: None)
        reader.read(folder / "source")
        stage.close()
        refused = rejects.close()
        listed = list(csv.reader((folder / refused).read_text().splitlines(keepends=True))) if refused else []
        return pq.read_table(folder / "stage").to_pylist(), listed, reader.rows, reader.blank


@settings(max_examples=150)
@given(_FILE, st.sampled_from([40, 200, 8_000_000]))
def test_stretches_change_nothing(case: tuple[list[str], str, bool], chunk: int) -> None:
    rows, ending, ended = case
    data = (ending.join(rows) + (ending if ended else "")).encode()
    assert _careful(data, chunk) == _careful(data, 1)


def test_every_record_counts_once() -> None:
    rows = [f"{n};x" for n in range(1, 5001)]
    rows[2500] = "stuk"
    loaded, refused, read, blank = _careful("\n".join(rows).encode(), 1000)
    assert [row["line"] for row in loaded] == [n for n in range(1, 5001) if n != 2501]
    assert (refused[1][:2], read, blank) == (["2501", "ragged"], 5000, 0)
    assert _careful(b"a;1\n#a;2\n" * 500, 1000, comment=True)[2:] == (500, 500)
