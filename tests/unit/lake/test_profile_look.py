"""The first look at a table: its sample, and texts that need no search for personal data."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.lake.profile.arrow_look import SAMPLE_TEXT, Look, may_tell
from sluis.lake.profile.rules import PATTERNS, POSTCODE
from sluis.lake.types import Column, ColumnType

DUCKDB = duckdb.connect()
ALL = (*PATTERNS.values(), POSTCODE)
SHAPED = st.one_of([st.from_regex(pattern) for pattern in ALL])
TEXTS = st.one_of(SHAPED, SHAPED.map(str.lower), SHAPED.map(str.swapcase), st.text())


def _columns(**types: ColumnType) -> list[Column]:
    return [Column(name, name, kind) for name, kind in types.items()]


@given(st.lists(TEXTS.filter(lambda text: text.isprintable()), min_size=1, max_size=20))
def test_whatever_the_patterns_find_is_never_plain(texts: list[str]) -> None:
    search = "SELECT v FROM (SELECT unnest(?) AS v) WHERE regexp_matches(v, ?)"  # with RE2, as the profile does
    hits = [value for (value,) in DUCKDB.execute(search, [texts, "|".join(ALL)]).fetchall()]
    assert all(may_tell(pa.array([hit])) for hit in hits)
    assert not hits or may_tell(pa.array(texts))


@pytest.mark.parametrize(
    ("texts", "telling"),
    [
        (["fietspad langs het kanaal", None, "", "één café, ’s nachts – ‘dicht’"], False),
        ([], False),
        ([None, None], False),
        (["fietspad", "bel 06-12345678"], True),
        (["fietspad", "iemand@voorbeeld.nl"], True),
        (["vraag het mevrouw De Vries"], True),
    ],
)
def test_a_digit_an_at_sign_or_a_capital_may_tell(texts: list[str | None], telling: bool) -> None:
    assert may_tell(pa.array(texts, pa.string())) is telling


def test_a_part_of_an_array_is_looked_at_by_itself() -> None:
    whole = pa.array(["A1", "fietspad", "brug", "B2"])
    assert not may_tell(whole.slice(1, 2))
    assert may_tell(whole.slice(1, 3))


def test_one_pass_gives_all_rows_and_a_repeatable_sample(tmp_path: Path) -> None:
    path, rows = tmp_path / "table.parquet", 20_000
    table = {"n": range(rows), "soort": ["brug", "sluis"] * (rows // 2), "tekst": ["é" * 400] * (rows - 1) + ["A"]}
    pq.write_table(pa.table({name: pa.array(values) for name, values in table.items()}), path, row_group_size=3_000)
    columns = _columns(n=ColumnType.INTEGER, soort=ColumnType.TEXT, tekst=ColumnType.TEXT)
    samples = []
    for _ in range(2):
        look = Look([path], columns, rows, 1_000)
        assert pa.Table.from_batches(look.batches())["n"].to_pylist() == list(range(rows))
        assert look.plain == {"soort"}
        samples.append(look.sample())
    assert samples[0].equals(samples[1])
    assert 900 < samples[0].num_rows < 1_100
    assert len(samples[0]["tekst"][0].as_py()) == SAMPLE_TEXT


def test_texts_that_were_written_in_another_way_are_read_as_texts(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    written = {"lang": pa.array(["brug", "B2"], pa.large_string()), "lijst": pa.array(["a", "a"]).dictionary_encode()}
    pq.write_table(pa.table(written), path)
    look = Look([path], _columns(lang=ColumnType.TEXT, lijst=ColumnType.TEXT), 2, 1_000)
    assert look.batches().read_all().to_pydict() == {"lang": ["brug", "B2"], "lijst": ["a", "a"]}
    assert look.plain == {"lijst"}


def test_a_table_without_rows_has_an_empty_sample(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), path)
    look = Look([path], _columns(a=ColumnType.TEXT), 0, 1_000)
    assert look.batches().read_all().num_rows == look.sample().num_rows == 0
