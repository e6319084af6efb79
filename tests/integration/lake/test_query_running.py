"""Questions through the real sandbox: shared, stopped, bounded, and free again after a kill."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest
from tests.waiting import PATIENCE_SECONDS, until

from sluis.foundation.service import blobs
from sluis.kernel.errors import Conflict, Invalid, TooMany
from sluis.lake.query import keeping, running, turns
from sluis.lake.query.keeping import Kept, key_of
from sluis.lake.query.types import Answer, Budget, Busy, Offered
from sluis.lake.rows.page import page
from sluis.lake.rows.types import Column, PageRequest

SLOW = "SELECT count(*) FROM t x, t y, t z WHERE x.a + y.a = z.a + 7"
PATIENT = PATIENCE_SECONDS


@pytest.fixture
def table(data_folder: Path, tmp_path: Path) -> Offered:
    made = tmp_path / "t.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT i AS a, 'p' || (i % 7) AS plaats FROM range(100000) r(i)) TO '{made}' (FORMAT parquet)"
        )
    ref = blobs.put_file(made)
    columns = (Column("a", "integer"), Column("plaats", "text"))
    return Offered("t", "T", columns, (ref.sha256,), 100_000)


@pytest.fixture(autouse=True)
def _nothing_left_running(data_folder: Path) -> Iterator[None]:
    """Before the folder of this test is gone."""
    yield
    until(lambda: not any(thread.name == "sluis-sql" for thread in threading.enumerate()))


@pytest.fixture(autouse=True)
def _refusals_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are forgotten after a few seconds, and a question that was stopped would be asked anew by who looks then."""
    monkeypatch.setattr(keeping, "_REFUSED_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(keeping, "_STOPPED_SECONDS", PATIENCE_SECONDS)


def _budget(seconds: float = PATIENCE_SECONDS, **other: Any) -> Budget:
    return replace(Budget("staff", seconds, 300, last_place=True, most_waiting=5), **other)


def _answer(found: Answer | Busy) -> Answer:
    assert isinstance(found, Answer)
    return found


def test_an_answer_is_read_as_the_rows_of_a_table_are(table: Offered) -> None:
    sql = "SELECT plaats, sum(a) AS som, count(*) FROM t GROUP BY plaats ORDER BY plaats"
    found = _answer(running.ask(sql, [table], _budget(), patience=PATIENT))
    assert [(c.name, c.type, c.title) for c in found.columns] == [
        ("plaats", "text", "plaats"),
        ("som", "decimal", "som"),
        ("count_star", "integer", "count_star()"),
    ]
    assert (found.rows, found.truncated, found.tables) == (7, False, ("t",))
    first = page(Path(found.path), found.columns, PageRequest(limit=2)).rows[0]
    assert first == {"plaats": "p0", "som": sum(range(0, 100_000, 7)), "count_star": 14_286}


def test_an_answer_is_cut_at_the_most_rows_and_says_so_and_one_too_large_is_refused(
    table: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MOST_ROWS", 10)
    cut = _answer(running.ask("SELECT a FROM t ORDER BY a DESC", [table], _budget(), patience=PATIENT))
    assert (cut.rows, cut.truncated) == (10, True)
    rows = page(Path(cut.path), cut.columns, PageRequest(limit=20)).rows
    assert [line["a"] for line in rows] == list(range(99_999, 99_989, -1))
    monkeypatch.setattr(running, "MOST_MB", 0)
    with pytest.raises(Invalid) as refused:
        running.ask("SELECT a FROM t", [table], _budget(), patience=PATIENT)
    assert refused.value.code == "sql.large"


def test_equal_questions_share_one_run(table: Offered, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []
    real = running._run
    monkeypatch.setattr(running, "_run", lambda *given: (runs.append(1), time.sleep(0.3), real(*given))[-1])
    found: list[Answer | Busy] = []
    askers = [
        threading.Thread(
            target=lambda: found.append(running.ask("SELECT 1 AS x", [table], _budget(), patience=PATIENT))
        )
        for _ in range(6)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(runs) == 1
    assert len({_answer(one).key for one in found}) == 1
    _answer(running.ask("SELECT 1 AS x", [table], _budget(), patience=PATIENT))
    assert len(runs) == 1


def test_another_version_of_the_table_is_another_question(table: Offered) -> None:
    other = replace(table, parts=("0" * 64,))
    assert key_of("SELECT 1", [table], _budget()) != key_of("SELECT 1", [other], _budget())


def test_stopping_ends_the_child_and_frees_the_place(table: Offered) -> None:
    assert isinstance(running.ask(SLOW, [table], _budget(), patience=0.5), Busy)
    until(lambda: _children(os.getpid()))
    running.stop(SLOW, [table], _budget())
    with pytest.raises(Conflict) as stopped:
        running.ask(SLOW, [table], _budget(), patience=PATIENT)
    assert stopped.value.code == "sql.stopped"
    until(lambda: not _children(os.getpid()))
    assert not Kept.at(key_of(SLOW, [table], _budget())).is_running()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (SLOW, "sql.slow"),
        ("WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT max(i) FROM r", "sql.slow"),
        ("SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))", "sql.slow"),
        ("SELECT length(repeat('x', 2000000000) || repeat('y', 2000000000))", "sql.memory"),
        ("SELECT string_agg(x.plaats || y.plaats || repeat('z', 100000), '') FROM t x, t y", "sql.memory"),
        ("SELECT range(1000000000)", "sql.memory"),
    ],
)
def test_a_bomb_ends_within_its_budget_and_says_why(sql: str, code: str, table: Offered) -> None:
    budget = _budget(2 if code == "sql.slow" else 6)  # memory takes a while to fill
    with pytest.raises(Invalid) as refused:
        running.ask(sql, [table], budget, patience=PATIENT)
    assert refused.value.code in (code, "sql.slow")
    with pytest.raises(Invalid):  # the same bomb is not tried again at once
        running.ask(sql, [table], budget, patience=0)


def test_at_most_so_many_run_and_visitors_leave_the_last_place(table: Offered, settings: Any) -> None:
    settings.SLUIS = replace(settings.SLUIS, sql_at_once=2)
    visitor = _budget(name="visitor", last_place=False, most_waiting=1)
    first, second, third = (SLOW + f" AND {n} = {n}" for n in (1, 2, 3))
    try:
        assert isinstance(running.ask(first, [table], visitor, patience=1), Busy)
        waiting = running.ask(second, [table], visitor, patience=1)
        assert isinstance(waiting, Busy)
        assert (waiting.place, waiting.seconds) == (1, 0)
        with pytest.raises(TooMany):
            running.ask(third, [table], visitor, patience=PATIENT)
        assert _answer(running.ask("SELECT 2 AS x", [table], _budget(), patience=PATIENT)).rows == 1
        running.stop(first, [table], visitor)
        until(lambda: turns.place_of(waiting.key) == 0)
    finally:
        for sql in (first, second):
            running.stop(sql, [table], visitor)


def test_a_limit_is_asked_only_for_a_question_that_is_new(table: Offered) -> None:
    asked: list[int] = []
    for _ in range(3):
        running.ask("SELECT 3 AS x", [table], _budget(), patience=PATIENT, before=lambda: asked.append(1))
    assert len(asked) == 1

    def refuse() -> None:
        raise TooMany("sql.too-many", "x")

    with pytest.raises(TooMany):
        running.ask("SELECT 4 AS x", [table], _budget(), before=refuse)
    assert not Kept.at(key_of("SELECT 4 AS x", [table], _budget())).is_running()


def test_what_changes_by_itself_is_asked_again_after_a_while(table: Offered, fixed_clock: Any) -> None:
    first = _answer(running.ask("SELECT random() AS x", [table], _budget(), patience=PATIENT))
    fixed_clock.advance(timedelta(minutes=5))
    assert running.answer_of("SELECT random() AS x", [table], _budget()) == first
    fixed_clock.advance(timedelta(minutes=6))
    assert running.answer_of("SELECT random() AS x", [table], _budget()) is None


def test_a_killed_web_process_leaves_no_question_behind(table: Offered, data_folder: Path) -> None:
    """Its child dies with it, and the next one who asks gets a place at once."""
    code = (
        "import os, sys, time, django; django.setup()\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from django.conf import settings\n"
        "settings.SLUIS = replace(settings.SLUIS, data=Path(sys.argv[1]))\n"
        "from sluis.lake.query import running\n"
        "from sluis.lake.query.types import Budget, Offered\n"
        "from sluis.lake.rows.types import Column\n"
        "columns = (Column('a', 'integer'), Column('plaats', 'text'))\n"
        "table = Offered('t', 'T', columns, (sys.argv[2],), 1)\n"
        "budget = Budget('staff', 600, 300, last_place=True, most_waiting=5)\n"
        "running.ask(sys.argv[3], [table], budget, patience=0)\n"
        "time.sleep(600)\n"
    )
    (sha256,), budget = table.parts, _budget(600)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen([sys.executable, "-c", code, str(data_folder), sha256, SLOW], env=environment)
    try:
        kept = Kept.at(key_of(SLOW, [table], budget))
        orphans = until(lambda: kept.seconds() > 0 and _children(process.pid))
        process.send_signal(signal.SIGKILL)
        process.wait()
        until(lambda: not any(child.is_running() for child in orphans))
        assert not kept.is_running()
        assert isinstance(running.ask(SLOW, [table], budget, patience=1), Busy)
        assert kept.is_running()
    finally:
        process.kill()
        running.stop(SLOW, [table], budget)


def test_the_room_for_answers_is_kept_and_the_longest_unused_goes_first(table: Offered, settings: Any) -> None:
    keys = []
    for number in range(3):
        found = _answer(running.ask(f"SELECT *, {number} AS n FROM t", [table], _budget(), patience=PATIENT))
        keys.append(found.key)
        for file in Kept.at(found.key).folder.iterdir():
            os.utime(file, (1_000_000 + number, 1_000_000 + number))
    size = sum(file.stat().st_size for file in Kept.at(keys[0]).folder.iterdir())
    settings.SLUIS = replace(settings.SLUIS, sql_results_mb=-(-2 * size // 1_000_000))
    if settings.SLUIS.sql_results_mb * 1_000_000 >= 3 * size:
        settings.SLUIS = replace(settings.SLUIS, sql_results_mb=2 * size / 1_000_000 + 0.001)
    assert keeping.sweep() == 1
    assert [Kept.at(key).folder.exists() for key in keys] == [False, True, True]


def _children(pid: int) -> list[psutil.Process]:
    try:
        servers = [c for c in psutil.Process(pid).children() if "forkserver.py" in " ".join(c.cmdline())]
        return [child for server in servers for child in server.children()]
    except psutil.NoSuchProcess:
        return []
