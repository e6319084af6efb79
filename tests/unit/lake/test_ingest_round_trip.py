"""Any table, written in any dialect, comes back as it was."""

import csv
import io
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.unit.lake.reading import read

from sluis.kernel.errors import SluisError

_WORDS = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12)
_TEXT = st.lists(_WORDS, min_size=1, max_size=3).map(" ".join).filter(lambda text: text.strip() == text)
# Each example reads a file; shrinking would take minutes and the failing case is small enough to read.
_FEW = settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
)
_ANYTHING = st.binary(max_size=400) | st.text(max_size=200).map(str.encode)
_DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def _rows(draw: st.DrawFn) -> list[tuple[str, int, Decimal, date, str]]:
    cents = st.integers(-(10**12), 10**12).map(lambda n: Decimal(n) / 100)
    # A letter in front: a text that looks like a number is, rightly, not text any more.
    row = st.tuples(
        _TEXT.map("t".__add__), st.integers(-(10**18) + 1, 10**18 - 1), cents, _DATES, _TEXT.map("\nz".__add__)
    )
    return draw(st.lists(row, min_size=2, max_size=30))


@st.composite
def written(draw: st.DrawFn) -> tuple[list[Any], bytes]:
    rows = _rows(draw)
    # One date settles which number is the day, two decimals that the column is no whole number.
    rows.append(("tlaatste", 1, Decimal("0.25"), date(2024, 12, 31), "\nz"))
    delimiter, comma = draw(st.sampled_from([(";", True), (";", False), (",", False), ("\t", True), ("|", False)]))
    order = draw(st.sampled_from(["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    buffer = io.StringIO()
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    writer.writerow(["naam", "aantal", "bedrag", "dag", "opmerking"])
    for name, count, amount, day, remark in rows:
        shown = f"{amount:.2f}".replace(".", ",") if comma else f"{amount:.2f}"
        writer.writerow([name, count, shown, day.strftime(order), remark])
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return rows, buffer.getvalue().encode(encoding)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
)
@given(written())
def test_round_trip(case: tuple[list[Any], bytes]) -> None:
    rows, data = case
    with tempfile.TemporaryDirectory() as folder:
        found = read(Path(folder), data)
        assert found.counts == (len(rows), len(rows), 0)
        assert list(found.types.values()) == ["text", "integer", "decimal", "date", "text"]
        assert found.rows == rows


@_FEW
@given(
    st.binary(max_size=400) | st.text(max_size=200).map(str.encode), st.sampled_from([b"", b"a;b\n1;2\n", b'[{"a":1},'])
)
def test_any_bytes_are_accounted_for_or_refused(data: bytes, start: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read(Path(folder), start + data)
        except SluisError:
            return
        assert found.counts[0] == len(found.rows) + found.counts[2]
