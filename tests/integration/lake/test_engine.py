"""Big tables on a real Spark Connect server (Sail): the same results as here, or a clear failure and nothing kept."""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from tests.engines import sail
from tests.integration.lake.growing import FIRST, Desk

from sluis.conf.env import Env
from sluis.foundation.sandbox import Limits
from sluis.kernel.errors import Invalid, SluisError, Unavailable
from sluis.lake.contracts import reading
from sluis.lake.contracts.checking import check_table
from sluis.lake.engines import letterbox, running, shapes, slices, spark
from sluis.lake.rows.duck import spatial_extension

LIMITS = Limits(cpu_seconds=600, wall_seconds=600)
COLUMNS = {
    "id": "integer", "soort": "text", "bedrag": "decimal", "maat": "number", "dag": "date", "open": "boolean",
    "uur": "time", "mail": "text", "bsn": "integer", "moment": "datetime", "woonplaats": "text", "leeftijd": "integer",
    "extra": "json", "geometry": "geometry",
}  # fmt: skip
FIRST_PART = """
    SELECT i AS id, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'Eik ' || i % 7 ELSE 'Beuk' END AS soort,
           (i % 100 * 1.25)::DECIMAL(10, 2) AS bedrag, CASE WHEN i = 7 THEN 'nan'::DOUBLE ELSE i / 8 END AS maat,
           DATE '2024-01-31' + (i % 400)::INTEGER AS dag, i % 3 = 0 AS open, make_time(i % 24, 0, 0) AS uur,
           CASE WHEN i % 3 = 0 THEN 'jan' || i % 9 || '@example.nl' ELSE 'geen' END AS mail,
           123456782 + i % 2 * 900 AS bsn, TIMESTAMPTZ '2024-01-01 12:00:00+00' + to_hours(i) AS moment,
           CASE WHEN i % 5 = 0 THEN NULL ELSE ['Tiel', 'Leerdam', 'Zwolle'][i % 3 + 1] END AS woonplaats,
           20 + i % 50 AS leeftijd, ST_Point(i, 1) AS geometry FROM range(25000) AS r(i)
"""
SECOND_PART = """
    SELECT i AS id, 'Es' AS soort, 1.5::DECIMAL(10, 2) AS bedrag, '{"a": ' || i % 3 || '}' AS extra,
           ST_Point(i, 2) AS geometry FROM range(25000, 30000) AS r(i)
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with sail() as where:
        yield where


@pytest.fixture
def engine(address: str, data_folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """All tables go to the engine, in slices of at most 13,000 rows and two groups of rows."""
    settings.SLUIS = replace(settings.SLUIS, engine=address, engine_from_mb=0)
    monkeypatch.setattr(slices, "ROWS", 13_000)
    monkeypatch.setattr(spark, "SLICES_A_GROUP", 2)
    return address


def _written(folder: Path, name: str, select: str) -> Path:
    path = folder / name
    with duckdb.connect() as con:
        con.load_extension(spatial_extension())
        con.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 6144)")
    return path


def _measured(entry: str, parts: list[Path], **request: Any) -> dict[str, Any]:
    asked = {"source": list(map(str, parts)), **request}
    name = f"sluis.lake.profile.entry:{entry}"
    return running.run(name, asked, parts=parts, limits=LIMITS, told=lambda fraction, text: None)


def _profiled(parts: list[Path]) -> dict[str, Any]:
    there = {name for path in parts for name in pq.read_schema(path).names}
    columns = [{"name": name, "title": name.title(), "type": COLUMNS[name]} for name in COLUMNS if name in there]
    return _measured("profile", parts, columns=columns)


def test_a_profile_is_the_same(engine: str, settings: Any, tmp_path: Path) -> None:
    parts = [_written(tmp_path, "a.parquet", FIRST_PART), _written(tmp_path, "b.parquet", SECOND_PART)]
    assert len(slices.sliced(parts)) == 3
    far = _profiled(parts)
    settings.SLUIS = replace(settings.SLUIS, engine="")
    assert far == _profiled(parts)
    assert [hit["kind"] for hit in far["personal_data"]]
    assert (far["rows"], far["keys"]) == (30_000, [["id"]])
    assert list(tmp_path.joinpath("tmp").iterdir()) == []


def test_rows_that_are_added_are_measured_the_same(engine: str, settings: Any, tmp_path: Path) -> None:
    parts = [_written(tmp_path, "a.parquet", FIRST_PART), _written(tmp_path, "b.parquet", SECOND_PART)]
    columns = ("id", "soort", "bedrag")
    shapes = [{"name": name, "title": "", "type": COLUMNS[name]} for name in columns]
    settings.SLUIS = replace(settings.SLUIS, engine="")
    before = _measured("profile", parts[:1], columns=shapes)
    more = {"columns": shapes, "before": before, "number": 1, "replaced": 0}
    near = _measured("add", parts[1:], **more)
    settings.SLUIS = replace(settings.SLUIS, engine=engine)
    assert _measured("add", parts[1:], **more) == near
    assert near["rows"] == 30_000


CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
status: active
schema:
  - name: bomen
    properties:
      - {name: id, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: Soort, logicalType: string, unique: true, logicalTypeOptions: {pattern: "^[A-Z]", maxLength: 5}}
      - {name: bedrag, logicalType: number, logicalTypeOptions: {minimum: 2, multipleOf: 0.5}}
      - {name: dag, logicalType: date, required: true, logicalTypeOptions: {maximum: "2024-12-31"}}
      - {name: mail, logicalType: string, logicalTypeOptions: {format: email}}
      - {name: weg, logicalType: string}
      - name: woonplaats
        logicalType: string
        quality:
          - {metric: nullValues, mustBe: 0, unit: percent}
          - {metric: invalidValues, arguments: {validValues: [Tiel, Zwolle]}, mustBeLessThan: 10}
    quality:
      - {metric: rowCount, mustBeBetween: [1, 40000]}
      - {metric: duplicateValues, arguments: {properties: [soort, dag]}, mustBe: 0}
      - {type: sql, query: "SELECT max(leeftijd) - min(leeftijd) FROM {object} WHERE {property} > 0", mustBe: 49}
      - {type: sql, query: "SELECT count(*) FROM ${object} WHERE woonplaats = 'Tiel'", mustBeGreaterThan: 1}
      - {type: sql, query: "SELECT median(leeftijd) FROM bomen", mustBe: 45}
      - {type: sql, query: "SELECT sum(mail::INTEGER) FROM bomen", mustBe: 1}
      - {type: sql, query: "SELECT count(*) FROM read_csv('/etc/passwd')", mustBe: 1}
      - {type: sql, query: "SELECT count(*) FROM 'x.parquet'", mustBe: 1}
      - {type: sql, query: "SELECT reflect('java.lang.System', 'getenv', 'HOME') FROM bomen", mustBe: 1}
      - {type: sql, query: "SELECT count(*) FROM parquet.`/etc/hosts`", mustBe: 1}
"""
REFUSED = ("read_csv", "x.parquet", "reflect", "parquet.`")


def test_outcomes_of_a_contract_are_the_same(engine: str, settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    parts = [_written(tmp_path, "a.parquet", FIRST_PART), _written(tmp_path, "b.parquet", SECOND_PART)]
    columns = [{"name": name, "title": name.title(), "type": kind} for name, kind in COLUMNS.items()]
    agreed = reading.read(CONTRACT.replace("{property}", "id")).agreed
    asked: list[str] = []
    question = letterbox.question

    def overheard(folder: Path, number: int) -> Any:
        found = question(folder, number)
        asked.extend(one["sql"] for one in (found or {}).get("questions", ()))
        return found

    def outcomes() -> list[Any]:
        profile = {"personal_data": [{"columns": ["mail"], "kind": "email"}]}
        now = datetime(2026, 11, 28, tzinfo=UTC)
        found = check_table(
            agreed, parts, columns, now=now, loaded_at=now, profile=profile, run=running.run
        )  # fmt: skip
        return [outcome.to_json() for outcome in found.outcomes]

    monkeypatch.setattr(letterbox, "question", overheard)
    far = outcomes()
    settings.SLUIS = replace(settings.SLUIS, engine="")
    assert far == outcomes()
    assert {outcome["status"] for outcome in far} == {"passed", "failed", "error"}
    assert any(outcome["examples"] for outcome in far)
    assert any("leeftijd" in sql for sql in asked)
    assert not any(word in sql for word in REFUSED for sql in asked), "judged before it goes there"


def test_small_tables_stay_here(engine: str, settings: Any, tmp_path: Path) -> None:
    path = _written(tmp_path, "a.parquet", "SELECT i AS id FROM range(10) AS r(i)")
    assert running.elsewhere([path])
    settings.SLUIS = replace(settings.SLUIS, engine_from_mb=1)
    assert not running.elsewhere([path])
    settings.SLUIS = replace(settings.SLUIS, engine_from_mb=0, engine="")
    assert not running.elsewhere([path])


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
            _profiled([_written(tmp_path, "a.parquet", FIRST_PART)])
    assert failure.value.code == "engine.slow"
    assert not [thread for thread in threading.enumerate() if thread.name == "engine" and _lives(thread)]


def _lives(thread: threading.Thread) -> bool:
    thread.join(10)
    return thread.is_alive()


def test_another_version_there(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "versions", lambda: {**shapes.versions(), "duckdb": "0.0.1"})
    with pytest.raises(Unavailable) as failure:
        _profiled([_written(tmp_path, "a.parquet", FIRST_PART)])
    assert failure.value.code == "engine.version"
    assert "duckdb 0.0.1" in failure.value.detail()


def test_files_that_are_not_there(engine: str, tmp_path: Path) -> None:
    order = running._order(running._SEE, {"versions": shapes.versions(), "path": "/x"}, [tmp_path / "none"], LIMITS)
    there = spark.Spark(engine)
    (answer,) = there.ask(order, [slices.Slice(0, (0, 0), 0, 0, 0)], None)
    there.close()
    with pytest.raises(Unavailable) as failure:
        running._checked(answer)
    assert failure.value.code == "engine.files"


def test_the_fence_stands_there_too(engine: str, tmp_path: Path) -> None:
    """Whatever a question says: there it reads the parts and nothing else, as here."""
    secret, part = tmp_path / "secret.txt", _written(tmp_path, "a.parquet", "SELECT 1 AS id")
    secret.write_text("geheim")
    order = running._order(running._SEE, {"versions": shapes.versions(), "path": str(secret)}, [part], LIMITS)
    there = spark.Spark(engine)
    (answer,) = there.ask(order, [slices.Slice(0, (0, 0), 0, 0, 0)], None)
    there.close()
    with pytest.raises(SluisError) as failure:
        running._checked(answer)
    assert failure.value.code == "sandbox.crash"


def test_too_much_memory_there(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As here: it is the table, so that trying again helps nobody."""
    order = running._order
    little = replace(LIMITS, memory_mb=20)
    monkeypatch.setattr(running, "_order", lambda entry, request, reads, limits: order(entry, request, reads, little))
    with pytest.raises(Invalid) as failure:
        _profiled([_written(tmp_path, "a.parquet", FIRST_PART)])
    assert failure.value.code == "sandbox.memory"


def test_answers_that_are_missing(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = spark.Spark.ask
    monkeypatch.setattr(spark.Spark, "ask", lambda self, order, places, group: ask(self, order, places[:-1], group))
    with pytest.raises(Unavailable) as failure:
        _profiled([_written(tmp_path, "a.parquet", FIRST_PART), _written(tmp_path, "b.parquet", SECOND_PART)])
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
