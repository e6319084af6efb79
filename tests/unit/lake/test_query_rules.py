"""Which functions a question may use, what its words could mean, and how a fault is told."""

import re
from pathlib import Path

import duckdb
import pytest

from sluis.lake.query import faults
from sluis.lake.query.functions import TABLE_FUNCTIONS, why_no_rows, why_not
from sluis.lake.query.offering import slugs_in, table_name, written
from sluis.lake.query.shape import stored, type_of
from sluis.lake.rows.duck import spatial_extension

SEEN = Path(__file__).with_name("harmless_functions.txt")


def _functions(*kinds: str) -> set[str]:
    with duckdb.connect() as connection:
        connection.load_extension(spatial_extension())
        rows = connection.execute(
            "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN $1", [list(kinds)]
        ).fetchall()
    return {name for (name,) in rows if re.fullmatch(r"\w+", name) and not name.startswith("icu_collate_")}


def test_every_function_of_this_duckdb_was_looked_at() -> None:
    """After an upgrade: read what is new, then refuse it in `functions` or add it to harmless_functions.txt."""
    allowed = {name for name in _functions("scalar", "aggregate", "macro") if not why_not(name)}
    assert allowed == set(SEEN.read_text().split())


def test_only_functions_that_make_rows_from_nothing_may_stand_as_a_table() -> None:
    allowed = {name for name in _functions("table", "table_macro") if not why_no_rows(name)}
    assert allowed <= TABLE_FUNCTIONS


def test_a_word_of_the_text_is_a_slug_with_underscores() -> None:
    sql = 'SELECT * FROM Zwem_Water z JOIN "2024_tellingen" USING (plaats) -- brug_1'
    assert {"zwem-water", "2024-tellingen", "brug-1"} <= set(slugs_in(sql))
    assert len(slugs_in(" ".join(f"w{n}" for n in range(1000)))) == 300


@pytest.mark.parametrize(
    ("slug", "name"), [("zwem-water", "zwem_water"), ("2024-tellingen", '"2024_tellingen"'), ("order", '"order"')]
)
def test_a_name_is_written_as_sql_takes_it(slug: str, name: str) -> None:
    assert written(table_name(slug)) == name


def test_a_message_of_the_engine_is_told_without_paths() -> None:
    said = faults.told('IO Error: Cannot open file "/srv/sluis/blobs/ab/cd/abcd": gone\nLINE 1: SELECT …\n  ^')
    assert said == "Cannot open file …: gone"


def test_a_place_is_told_as_people_count_lines() -> None:
    assert faults.line_and_column("SELECT a\nFROM t\nWHERE é = = 1", 26) == (3, 11)


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("HUGEINT", "decimal"), ("UBIGINT", "decimal"), ("BIGINT", "integer"), ("DECIMAL(10,2)", "decimal"),
        ("INTEGER[]", "json"), ("STRUCT(a INTEGER)", "json"), ("INTERVAL", "text"), ("UUID", "text"),
        ("TIMESTAMP WITH TIME ZONE", "datetime"), ("GEOMETRY('EPSG:28992')", "geometry"), ("ENUM('a')", "text"),
    ],
)  # fmt: skip
def test_every_type_becomes_one_of_ours(kind: str, ours: str) -> None:
    assert type_of(kind) == ours
    assert "c0" in stored("c0", kind)
