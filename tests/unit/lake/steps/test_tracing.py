"""Columns followed back through SQL; the truth is written out by hand."""

import duckdb
import pytest

from sluis.lake.steps.tracing import through, traced

TABLES = {"bomen": ["code", "plaats", "aantal"], "plaatsen": ["naam", "gemeente"]}
CODE, PLAATS, AANTAL = (("bomen", name) for name in TABLES["bomen"])
NAAM, GEMEENTE = (("plaatsen", name) for name in TABLES["plaatsen"])


def _names(sql: str) -> list[str]:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE bomen (code VARCHAR, plaats VARCHAR, aantal INTEGER)")
        con.execute("CREATE TABLE plaatsen (naam VARCHAR, gemeente VARCHAR)")
        return [line[0] for line in con.execute(f"DESCRIBE {sql}").fetchall()]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM bomen", [[CODE], [PLAATS], [AANTAL]]),
        ("SELECT * EXCLUDE (aantal) FROM bomen", [[CODE], [PLAATS]]),
        ("FROM bomen SELECT upper(plaats) AS p, aantal * 2 AS d WHERE code = 'x'", [[PLAATS], [AANTAL]]),
        ("SELECT code FROM bomen UNION ALL SELECT naam FROM plaatsen", [[CODE, NAAM]]),
        ("SELECT Code AS \"De code\", (SELECT max(gemeente) FROM plaatsen) AS m FROM Bomen b", [[CODE], [GEMEENTE]]),
        ("SELECT 1 AS een, count(*) AS n FROM bomen", [[], []]),
        ("SELECT unnest([code, plaats]) AS u FROM bomen", [[CODE, PLAATS]]),
        ("SELECT sum(aantal) OVER (PARTITION BY plaats) AS s FROM bomen", [[AANTAL, PLAATS]]),
        (
            "WITH bomen AS (SELECT naam AS code FROM plaatsen) SELECT code FROM bomen",
            [[NAAM]],
        ),
        (
            "WITH x AS (SELECT plaats, sum(aantal) AS n FROM bomen GROUP BY plaats) "
            "SELECT g.gemeente, x.n FROM x JOIN plaatsen g ON g.naam = x.plaats",
            [[GEMEENTE], [AANTAL]],
        ),
    ],
)  # fmt: skip
def test_each_column_goes_back_to_the_columns_of_its_values(sql: str, expected: list[list[tuple[str, str]]]) -> None:
    found = traced(sql, TABLES, _names(sql))
    assert found is not None
    assert [sorted(ones) for ones in found.values()] == [sorted(ones) for ones in expected]


@pytest.mark.parametrize("sql", ["SELECT COLUMNS('c.*') FROM bomen", "geen SQL", "SELECT nergens FROM bomen"])
def test_what_cannot_be_followed_is_said_to_be_so(sql: str) -> None:
    assert traced(sql, TABLES, ["code"]) is None


def test_steps_after_the_sql_are_followed_too() -> None:
    sql = {"a": [CODE], "b": [PLAATS, CODE]}
    assert through({"x": ["a", "b"], "y": []}, sql) == {"x": [CODE, PLAATS], "y": []}
