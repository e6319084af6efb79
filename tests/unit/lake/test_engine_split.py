"""A question that is split says the same as when it is asked at once, over any rows and however they are cut."""

import math
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.lake.engines.duck_split import PUT, Split, Splitter, counted

ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-3, 3),
        st.none() | st.sampled_from(["", "a", "b", "Ä", "it's", "jan@example.nl"]),
        st.none() | st.floats(-5, 5, width=32) | st.just(math.nan),
    ),
    max_size=30,
)
QUESTIONS = (
    "SELECT count(*), count(i), min(i), max(s), sum(i), avg(i), approx_count_distinct(s) FROM t",
    "SELECT count(DISTINCT s), count(DISTINCT i) FILTER (i > 0), count(*) FILTER (s = '') + 1 AS more FROM t",
    "SELECT min(s, 3), max(i, 2) FILTER (i <> 0) FROM t WHERE s <> 'a'",
    "SELECT min(f) FILTER (isfinite(f)), sum(i) FILTER (f > 1) FROM t",
    "SELECT i // 2 AS b, count(*) FROM t WHERE i IS NOT NULL GROUP BY 1 ORDER BY 1",
    "SELECT s AS v, count(*) AS n FROM t WHERE s IS NOT NULL AND s <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 2",
    "SELECT s AS v, count(*) AS n FROM t WHERE s IN (SELECT unnest(['a', 'b'])) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 9",
    "SELECT count(*) FROM (SELECT hash(i, s) AS h FROM t GROUP BY 1)",
    "SELECT min(n), count(*), count(*) FILTER (n >= 2 AND n <= 3), coalesce(sum(n) FILTER (n < 2), 0)::BIGINT FROM "
    "(SELECT sum(r)::BIGINT AS n, count(*) AS l FROM (SELECT i, s, count(*) AS r FROM t GROUP BY i, s) GROUP BY i)",
    "SELECT min(l) FROM (SELECT sum(r)::BIGINT AS n, count(*) AS l FROM "
    "(SELECT s, i AS v, count(*) AS r FROM t GROUP BY s, i) GROUP BY s)",
    "SELECT sum(n) FILTER (len(hit) > 0), approx_count_distinct(hit[1]) FILTER (len(hit) > 0), min(hit[1], 3) FROM "
    r"(SELECT v, n, regexp_extract_all(v, '[a-z]+@') AS hit FROM (SELECT s AS v, count(*) AS n FROM t GROUP BY 1))",
    "SELECT sum(n) FROM (SELECT v, n FROM (SELECT s AS v, 1 AS n FROM t WHERE s <> '') WHERE v <> 'b')",
    "SELECT row, s::VARCHAR FROM t WHERE i > 0 ORDER BY row LIMIT 3",
    "SELECT max(row) AS r, any_value(s::VARCHAR) FROM t WHERE s IS NOT NULL GROUP BY s HAVING count(*) > 1 "
    "ORDER BY r LIMIT 2",
    "SELECT * FROM (SELECT max(i) - min(i) FROM t WHERE s <> 'a') LIMIT 2",
    "SELECT count(*) FROM (SELECT i, s FROM t WHERE f > 0) WHERE i = 1",
    "SELECT coalesce(sum(n), 0)::BIGINT - count(*) FROM (SELECT count(*) AS n FROM t WHERE i IS NOT NULL GROUP BY i)",
)
WHOLE = (
    "SELECT median(i) FROM t",
    "SELECT s FROM t",
    "SELECT s FROM t LIMIT 3",
    "SELECT DISTINCT s FROM t",
    "SELECT count(*) FROM t JOIN t AS o USING (row)",
    "SELECT count(*) FROM t WHERE i > (SELECT avg(i) FROM t)",
    "SELECT row_number() OVER () FROM t ORDER BY 1 LIMIT 1",
    "WITH x AS (SELECT i FROM t) SELECT count(*) FROM x",
    "SELECT string_agg(s, ',' ORDER BY s) FROM t",
    "SELECT count(*) FROM (SELECT i FROM t ORDER BY i LIMIT 3)",
    "SELECT count(*) FROM t UNION ALL SELECT 1",
    "SELECT count(*) FROM other",
    "SELECT s, approx_count_distinct(i) FROM t GROUP BY s",
    "SELECT s, i, count(*) FROM t GROUP BY ROLLUP (s, i)",
    "SELECT 1; SELECT 2",
    "no question",
)


def _table(con: duckdb.DuckDBPyConnection, rows: Sequence[Any]) -> None:
    con.execute("CREATE TABLE everything (row BIGINT, i BIGINT, s VARCHAR, f DOUBLE)")
    if rows:
        con.executemany("INSERT INTO everything VALUES (?, ?, ?, ?)", [(n, *row) for n, row in enumerate(rows)])


def _asked(con: duckdb.DuckDBPyConnection, split: Split, slices: int) -> list[Any]:
    """What an engine does, in one process: `row % slices` is the slice of a row."""
    said: list[pa.Table] = []
    for number in range(slices):
        con.execute(f"CREATE OR REPLACE VIEW t AS SELECT * FROM everything WHERE row % {slices} = {number}")
        said.append(con.execute(split.slice).to_arrow_table())
    home = pa.concat_tables(said)
    if split.keys:
        groups: list[pa.Table] = []
        con.register("said", home)
        for group in range(2):
            chosen = f"SELECT * FROM said WHERE hash({', '.join(split.keys)}) % 2 = {group}"
            con.register(PUT, con.execute(chosen).to_arrow_table())
            groups.append(con.execute(split.group).to_arrow_table())
            con.unregister(PUT)
        home = pa.concat_tables(groups)
    con.register(PUT, counted(con, home, split.sketches))
    return con.execute(split.home).fetchall()


def _near(value: Any) -> Any:
    """Sums differ in the last digits; a list of nothing and no list are both nothing, whoever asks takes them alike."""
    return round(value, 9) if isinstance(value, float) and math.isfinite(value) else str(value or 0)


@pytest.mark.parametrize("question", QUESTIONS)
@settings(max_examples=8)
@given(rows=ROWS, slices=st.integers(1, 4))
def test_a_split_question_says_the_same(question: str, rows: list[Any], slices: int) -> None:
    with duckdb.connect() as con:
        _table(con, rows)
        split = Splitter(con.cursor(), ["t"]).split(question)
        assert split is not None
        found = _asked(con, split, slices)
        con.execute("CREATE OR REPLACE VIEW t AS SELECT * FROM everything")
        wanted = con.execute(question).fetchall()
    assert [list(map(_near, row)) for row in found] == [list(map(_near, row)) for row in wanted]


@pytest.mark.parametrize("question", WHOLE)
def test_what_cannot_be_split_is_not(question: str) -> None:
    with duckdb.connect() as con:
        assert Splitter(con, ["t"]).split(question) is None


def test_values_stand_in_the_question() -> None:
    with duckdb.connect() as con:
        split = Splitter(con, ["t"]).split("SELECT count(*) FROM t WHERE s = ? AND i > ?", ["'it''s'", "(2)"])
    assert split is not None
    assert "it''s" in split.slice
    assert "?" not in split.slice
