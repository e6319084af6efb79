"""Big tables on a real Spark Connect server (Sail): the same results as here, or a clear failure and nothing kept."""

import logging
import os
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import duckdb
import grpc
import pytest
from tests.conftest import shared_path
from tests.engines import sail
from tests.integration.lake.big_tables import (
    COLUMNS,
    FIRST_PART,
    LIMITS,
    both_parts,
    measured,
    outcomes,
    profiled,
    written,
)
from tests.integration.lake.growing import FIRST, Desk
from tests.waiting import PATIENCE_SECONDS

from sluis.conf.env import Env
from sluis.foundation.service import patience
from sluis.kernel.errors import Invalid, SluisError, Unavailable, to_wire
from sluis.lake import making
from sluis.lake.engines import letterbox, orders, running, shapes, slices, spark
from sluis.lake.engines.orders import ordered


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with sail() as where:
        yield where


@pytest.fixture
def engine(address: str, data_folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """All tables go to the engine, in slices of at most 13,000 rows and two groups of rows."""
    settings.SLUIS = replace(settings.SLUIS, engine=address, engine_from_mb=0)
    monkeypatch.setattr(slices, "ROWS", 13_000)
    monkeypatch.setattr(slices, "SLICES_A_GROUP", 2)
    return address


def test_a_profile_is_the_same(engine: str, settings: Any, tmp_path: Path) -> None:
    parts = both_parts(tmp_path)
    assert len(slices.sliced(parts)) == 3
    far = profiled(parts)
    settings.SLUIS = replace(settings.SLUIS, engine="")
    assert far == profiled(parts)
    assert [hit["kind"] for hit in far["personal_data"]]
    assert (far["rows"], far["keys"]) == (30_000, [["id"]])
    assert list(tmp_path.joinpath("tmp").iterdir()) == []


def test_rows_that_are_added_are_measured_the_same(engine: str, settings: Any, tmp_path: Path) -> None:
    parts = both_parts(tmp_path)
    columns = ("id", "soort", "bedrag")
    shapes = [{"name": name, "title": "", "type": COLUMNS[name]} for name in columns]
    settings.SLUIS = replace(settings.SLUIS, engine="")
    before = measured("profile", parts[:1], columns=shapes)
    more = {"columns": shapes, "before": before, "number": 1, "replaced": 0}
    near = measured("add", parts[1:], **more)
    settings.SLUIS = replace(settings.SLUIS, engine=engine)
    assert measured("add", parts[1:], **more) == near
    assert near["rows"] == 30_000


REFUSED = ("read_csv", "x.parquet", "reflect", "parquet.`")


def said(outcome: dict[str, Any]) -> dict[str, Any]:
    """A fault quotes the first value that went wrong, and which that is differs from run to run."""
    return outcome | {"found": re.sub(r"'[^']*'", "'…'", outcome["found"])}


def test_outcomes_of_a_contract_are_the_same(engine: str, settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    parts = both_parts(tmp_path)
    asked: list[str] = []
    question = letterbox.question

    def overheard(folder: Path, number: int) -> Any:
        found = question(folder, number)
        asked.extend(one["sql"] for one in (found or {}).get("questions", ()))
        return found

    monkeypatch.setattr(letterbox, "question", overheard)
    far = outcomes(parts)
    settings.SLUIS = replace(settings.SLUIS, engine="")
    assert [said(one) for one in far] == [said(one) for one in outcomes(parts)]
    assert {outcome["status"] for outcome in far} == {"passed", "failed", "error"}
    assert any(outcome["examples"] for outcome in far)
    assert any("leeftijd" in sql for sql in asked)
    assert not any(word in sql for word in REFUSED for sql in asked), "judged before it goes there"


def test_a_wide_table(engine: str, tmp_path: Path) -> None:
    """A question about 50 columns has 300 figures: making room for them must not take the memory of a sandbox."""
    names = [f"c{number}" for number in range(50)]
    values = ", ".join(f"(i + {number})::DOUBLE AS {name}" for number, name in enumerate(names))
    part = written(tmp_path, "a.parquet", f"SELECT {values} FROM range(5000) AS r(i)")
    columns = [{"name": name, "title": "", "type": "number"} for name in names]
    found = measured("profile", [part], columns=columns)
    assert [column["max"] for column in found["columns"]] == [4999.0 + number for number in range(50)]


def test_small_tables_stay_here(engine: str, settings: Any, tmp_path: Path) -> None:
    path = written(tmp_path, "a.parquet", "SELECT i AS id FROM range(10) AS r(i)")
    assert orders.elsewhere([path])
    settings.SLUIS = replace(settings.SLUIS, engine_from_mb=1)
    assert not orders.elsewhere([path])
    settings.SLUIS = replace(settings.SLUIS, engine_from_mb=0, engine="")
    assert not orders.elsewhere([path])


@pytest.mark.django_db
def test_an_engine_that_is_gone(settings: Any, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A job tries again later; nothing is half there, and no token is told."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        where = f"sc://127.0.0.1:{taken.getsockname()[1]}/;use_ssl=true;token=geheim-woord"
        settings.SLUIS = replace(settings.SLUIS, engine=where, engine_from_mb=0)
        with pytest.raises(Unavailable) as failure, caplog.at_level(logging.DEBUG):
            desk.load(FIRST)
    assert failure.value.code == "engine.failed"
    assert "geheim" not in caplog.text + failure.value.detail() + repr(failure.value.params)
    assert list(desk.folder.joinpath("tmp").iterdir()) == []


def test_an_engine_that_says_nothing(settings: Any, data_folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"sc://127.0.0.1:{silent.getsockname()[1]}"
        settings.SLUIS = replace(settings.SLUIS, engine=where, engine_from_mb=0, engine_minutes=0.02)
        with pytest.raises(Unavailable) as failure:
            profiled([written(tmp_path, "a.parquet", FIRST_PART)])
    assert failure.value.code == "engine.slow"
    assert not [thread for thread in threading.enumerate() if thread.name == "engine" and _lives(thread)]


@pytest.mark.parametrize("status", [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED])
def test_an_engine_that_does_not_let_in(
    settings: Any, data_folder: Path, tmp_path: Path, status: grpc.StatusCode
) -> None:
    class Guard(grpc.ServerInterceptor):
        def intercept_service(self, continuation: Any, details: Any) -> Any:
            return grpc.unary_stream_rpc_method_handler(lambda _request, about: about.abort(status, "no"))

    server = grpc.server(ThreadPoolExecutor(2), interceptors=[Guard()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        settings.SLUIS = replace(settings.SLUIS, engine=f"sc://127.0.0.1:{port}", engine_from_mb=0)
        with pytest.raises(Unavailable) as failure:
            profiled([written(tmp_path, "a.parquet", FIRST_PART)])
    finally:
        server.stop(None).wait()
    assert (failure.value.code, failure.value.passes) == ("engine.refused", False)


@pytest.mark.parametrize(
    ("answer", "code"), [(socket.EAI_NONAME, "engine.no-host"), (socket.EAI_AGAIN, "engine.failed")]
)
def test_an_engine_of_which_the_name_does_not_exist(
    settings: Any, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: int, code: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(answer, "")))
    settings.SLUIS = replace(settings.SLUIS, engine="sc://spark.example", engine_from_mb=0)
    with pytest.raises(Unavailable) as failure:
        profiled([written(tmp_path, "a.parquet", FIRST_PART)])
    assert (failure.value.code, patience.told_nameless(to_wire(failure.value))) == (code, answer == socket.EAI_NONAME)


def _lives(thread: threading.Thread) -> bool:
    thread.join(PATIENCE_SECONDS)
    return thread.is_alive()


def test_another_version_there(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "versions", lambda: {**shapes.versions(), "duckdb": "0.0.1"})
    with pytest.raises(Unavailable) as failure:
        profiled([written(tmp_path, "a.parquet", FIRST_PART)])
    assert failure.value.code == "engine.version"
    assert "duckdb 0.0.1" in failure.value.detail()


def test_files_that_are_not_there(engine: str, tmp_path: Path) -> None:
    order = ordered(running._SEE, {"path": "/x"}, [tmp_path / "none"], LIMITS)
    there = spark.Spark(engine)
    (answer,) = there.ask(order, [slices.Slice(0, (0, 0), 0, 0, 0)], None)
    there.close()
    with pytest.raises(Unavailable) as failure:
        running._checked(answer)
    assert failure.value.code == "engine.files"


def test_the_fence_stands_there_too(engine: str, tmp_path: Path) -> None:
    """Whatever a question says: there it reads the parts and nothing else, as here."""
    secret, part = tmp_path / "secret.txt", written(tmp_path, "a.parquet", "SELECT 1 AS id")
    secret.write_text("geheim")
    order = ordered(running._SEE, {"path": str(secret)}, [part], LIMITS)
    there = spark.Spark(engine)
    (answer,) = there.ask(order, [slices.Slice(0, (0, 0), 0, 0, 0)], None)
    there.close()
    with pytest.raises(SluisError) as failure:
        running._checked(answer)
    assert failure.value.code == "sandbox.crash"


def test_too_much_memory_there(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As here: it is the table, so that trying again helps nobody."""
    little = replace(LIMITS, memory_mb=20)
    monkeypatch.setattr(running, "ordered", lambda entry, request, reads, _: ordered(entry, request, reads, little))
    with pytest.raises(Invalid) as failure:
        profiled([written(tmp_path, "a.parquet", FIRST_PART)])
    assert failure.value.code == "sandbox.memory"


def test_answers_that_are_missing(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = spark.Spark.ask
    monkeypatch.setattr(spark.Spark, "ask", lambda self, order, places, group: ask(self, order, places[:-1], group))
    with pytest.raises(Unavailable) as failure:
        profiled(both_parts(tmp_path))
    assert failure.value.code == "engine.incomplete"


def test_a_fault_of_our_own_ends_the_wait(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(parts: list[Path]) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(running, "sliced", broken)
    with pytest.raises(Unavailable) as failure:
        profiled([written(tmp_path, "a.parquet", FIRST_PART)])
    assert failure.value.code == "engine.incomplete"


def test_what_the_doctor_says(engine: str, settings: Any) -> None:
    from sluis.cli.doctor.outside import check_engine

    (sound,) = check_engine(settings.SLUIS, False)
    assert (sound.state, "4.1" in sound.text) == ("good", True)
    settings.SLUIS = replace(settings.SLUIS, engine="sc://127.0.0.1:1")
    (gone,) = check_engine(settings.SLUIS, False)
    assert (gone.state, "127.0.0.1:1" in gone.text) == ("bad", True)
    settings.SLUIS = replace(settings.SLUIS, engine="")
    assert [one.state for one in check_engine(settings.SLUIS, False)] == ["good"]


@pytest.mark.parametrize("text", ["http://x", "sc:///x", "x:15002", "sc://u:p@host", "sc://host:0", "sc://host:x"])
def test_an_address_that_is_none(text: str, tmp_path: Path) -> None:
    with pytest.raises(SluisError) as failure:
        Env.load({"SLUIS_DATA": str(tmp_path), "SLUIS_ENGINE": text})
    assert [fault.field for fault in failure.value.faults] == ["engine"]
    assert text not in failure.value.faults[0].text()


def test_no_proxy_of_the_environment_is_used(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1")
    assert running.examined().startswith("4.")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bomen-alessandria/alberi.csv", "knmi/etmgeg_249.txt"])
def test_real_tables_are_measured_the_same(
    engine: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = shared_path(f"data/2-tabular/{name}")
    monkeypatch.setattr(slices, "ROWS", 1)  # a slice per row group
    out = tmp_path / "out"
    out.mkdir()
    report = making.read_file(path, path.name, {}, out)
    part = out / "small.parquet"
    with duckdb.connect() as con:
        con.execute(f"COPY (FROM '{out / report.data}') TO '{part}' (FORMAT parquet, ROW_GROUP_SIZE 6144)")
    columns = [column.to_json() for column in report.columns]
    far = measured("profile", [part], columns=columns)
    settings.SLUIS = replace(settings.SLUIS, engine="")
    assert far == measured("profile", [part], columns=columns)
    assert far["rows"] == report.rows_loaded
