"""Everything that is no question over the tables on offer is refused, by name, and leaves every file as it was."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tests.integration.lake import query_escapes as corpus

from sluis.foundation import sandbox
from sluis.kernel.errors import Invalid
from sluis.lake.query import duck_entry

CANARY = 9_081_726_354
# What DuckDB's parser stops at is a matter of its grammar; what counts is that nothing of it is run.
NO_QUESTION = {"sql.kind", "sql.several", "sql.syntax", "sql.unfit", "sql.part", "sql.table"}
GROUPS = (
    (corpus.FILES, {"sql.table", "sql.syntax", "sql.unfit", "sql.part"}),
    (corpus.CATALOGUE, {"sql.table", "sql.syntax"}),
    (corpus.QUALIFIED, {"sql.qualified"}),
    (corpus.FUNCTIONS, {"sql.function", "sql.qualified", "sql.syntax"}),
    (corpus.STATEMENTS, NO_QUESTION),
    (corpus.PARTS, {"sql.part", "sql.kind", "sql.unfit"}),
    (corpus.BROKEN, {"sql.syntax", "sql.unfit"}),
)
CASES = [(line, codes) for group, codes in GROUPS for line in group.strip().splitlines()]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A table on offer, a canary that is not, and a text file; afterwards all three are what they were."""
    folder = tmp_path_factory.mktemp("escapes")
    with duckdb.connect() as made:
        made.execute(f"COPY (SELECT 1 AS a, 'x' AS b) TO '{folder}/t.parquet' (FORMAT parquet)")
        made.execute(f"COPY (SELECT {CANARY} AS secret) TO '{folder}/canary.parquet' (FORMAT parquet)")
    (folder / "secret.txt").write_text(f"name,secret\nx,{CANARY}\n")
    before = _hashes(folder)
    yield folder
    assert _hashes(folder) == before


def _hashes(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def _request(sql: str, world: Path, out: Path) -> dict[str, object]:
    columns = [{"name": "a", "type": "integer", "crs": ""}, {"name": "b", "type": "text", "crs": ""}]
    table = {"name": "t", "paths": [str(world / "t.parquet")], "columns": columns}
    text = sql.replace("{file}", str(world / "secret.txt")).replace("{canary}", str(world / "canary.parquet"))
    return {"sql": text, "tables": [table], "out": str(out), "rows": 100, "memory_mb": 200, "spill_mb": 10}


def test_the_corpus_is_large_and_no_case_stands_there_twice() -> None:
    assert len({sql for sql, _ in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize(("sql", "codes"), CASES, ids=[sql[:60] for sql, _ in CASES])
def test_an_escape_is_refused_and_leaves_nothing(sql: str, codes: set[str], world: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        duck_entry.run(_request(sql, world, tmp_path), lambda fraction, text: None)
    assert refused.value.code in codes, refused.value.detail()
    said = refused.value.detail()
    assert str(CANARY) not in said
    assert str(tmp_path) not in said
    assert not list(tmp_path.glob("*.parquet"))


def test_an_answer_is_no_wider_than_a_table_may_be(world: Path, tmp_path: Path) -> None:
    """A short question can ask for columns without end, and a page would show them all."""
    with pytest.raises(Invalid) as refused:
        duck_entry.run(_request(f"SELECT {', '.join(['*'] * 1001)} FROM t", world, tmp_path), lambda part, text: None)
    assert (refused.value.code, refused.value.params["count"]) == ("sql.large", 2002)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("WITH t AS (SELECT a + 1 AS a FROM t) SELECT a FROM t", [(2,)]),
        ("WITH x AS (SELECT a FROM t), y AS (SELECT a + 1 FROM x) FROM y", [(2,)]),
        ("WITH pg_class AS (SELECT 7) FROM (WITH pg_class AS (FROM pg_class) FROM pg_class)", [(7,)]),
        ("WITH RECURSIVE r AS (SELECT a FROM t UNION ALL FROM (WITH r AS (SELECT a + 1 FROM r WHERE a < 3) FROM r)) "
         "FROM r", [(1,), (2,), (3,)]),
        ("WITH x AS (SELECT 5 AS a) SELECT a FROM t UNION SELECT a FROM x ORDER BY a", [(1,), (5,)]),
    ],
)  # fmt: skip
def test_a_part_that_is_named_is_seen_where_sql_sees_it(
    sql: str, rows: list[tuple[int]], world: Path, tmp_path: Path
) -> None:
    duck_entry.run(_request(sql, world, tmp_path), lambda fraction, text: None)
    with duckdb.connect() as made:
        assert made.execute(f"FROM '{tmp_path}/result.parquet'").fetchall() == rows


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_parquet('{canary}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{canary}'",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '{file}'",
        "ATTACH '{file}.db' AS x",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '100GB'",
    ],
)
def test_the_engine_refuses_by_itself_what_would_slip_past_our_reading(sql: str, world: Path, tmp_path: Path) -> None:
    """The second lock, tried without the first."""
    request = _request(sql, world, tmp_path)
    with duckdb.connect(":memory:", config=duck_entry._config(request)) as connection:
        duck_entry._offer(connection, request["tables"], "")  # type: ignore[arg-type]
        duck_entry._lock(connection, request["tables"], tmp_path)  # type: ignore[arg-type]
        with pytest.raises(duckdb.Error):
            connection.execute(str(request["sql"])).fetchall()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM '{canary}'", "sql.table"),
        ("SELECT * FROM read_text('{file}')", "sql.function"),
        ("COPY t TO '{file}'", "sql.kind"),
        ("SELECT 1; DROP VIEW t", "sql.several"),
        ("SELECT " + "(" * 9000 + "1" + ")" * 9000, ""),
        ("SELECT " + "+".join(["1"] * 9000), "sql.deep"),
        ("SELECT " + "not " * 4000 + "true", "sql.deep"),
        ("(SELECT " * 900 + "1" + ")" * 900, "sql.deep"),
        ("SELECT " + "[" * 4000 + "1" + "]" * 4000, "sql.deep"),
        ("SELECT '" + "x" * 20_000 + "'", "sql.long"),
    ],
)
def test_the_same_in_the_real_sandbox(sql: str, code: str, world: Path, tmp_path: Path) -> None:
    request = _request(sql, world, tmp_path)
    limits = sandbox.Limits(memory_mb=700, wall_seconds=60)
    reads = [world / "t.parquet"]
    if not code:
        made = sandbox.run("sluis.lake.query.duck_entry:run", request, reads=reads, writes=tmp_path, limits=limits)
        assert made["rows"] == 1
        return
    with pytest.raises(Invalid) as refused:
        sandbox.run("sluis.lake.query.duck_entry:run", request, reads=reads, writes=tmp_path, limits=limits)
    assert refused.value.code == code
