"""Tables of real databases: PostgreSQL on loopback and SQLite files, exactly as they are and never written to."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from tests.integration.lake.sources import World, said, state_of
from tests.postgres import PASSWORD, Server, serving
from tests.waiting import until

from sluis.kernel.errors import Invalid, SluisError, Unavailable, fill
from sluis.lake import service as lake
from sluis.lake.connectors import database
from sluis.lake.connectors.base import UNCHANGED, Given
from sluis.lake.connectors.database import CONNECTOR, places
from sluis.lake.connectors.given import read

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = """
CREATE TABLE metingen (
  id integer PRIMARY KEY, code varchar(10), waarde numeric, bedrag numeric(12,2), groot bigint, kort real,
  aan boolean, dag date, moment timestamp, zone timestamptz, uur time, sleutel uuid, extra jsonb, lijst int[],
  "Rare ""Naam"" %s" text
)"""
ROWS = """
INSERT INTO metingen VALUES
  (1, '007', 1.25, 1234567890.10, 9007199254740993, 1.5, true, '2024-02-29', '2024-03-31 02:30:00',
   '2024-06-01 12:00:00+02', '23:59:59', '00000000-0000-0000-0000-000000000001', '{"a": 1}', '{1,2}', 'é'),
  (2, NULL, -0.001, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with serving() as server:
        server.run(
            TABLE,
            ROWS,
            "CREATE VIEW klein AS SELECT id, code FROM metingen",
            "CREATE SCHEMA dicht",
            "CREATE TABLE dicht.geheim (id int)",
            "CREATE TABLE traag AS SELECT n AS id FROM generate_series(1, 20) n",
            "CREATE VIEW slapend AS SELECT id, pg_sleep(0.5)::text AS rust FROM traag",
            f"CREATE ROLE lezer LOGIN PASSWORD '{PASSWORD}'",
            f"CREATE ROLE op_slot NOLOGIN PASSWORD '{PASSWORD}'",
            f"CREATE ROLE geweigerd LOGIN PASSWORD '{PASSWORD}'",
            "GRANT SELECT ON metingen, klein, traag, slapend TO lezer",
            "GRANT USAGE ON SCHEMA dicht TO lezer",
        )
        yield server


@pytest.fixture
def world(data_folder: Path, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> World:
    settings.SLUIS = replace(
        settings.SLUIS, connect_allow=("127.0.0.1",), folders=(str(tmp_path_factory.mktemp("folders")),)
    )
    return World()


def opened(settings: Any, server: Server) -> None:
    settings.SLUIS = replace(settings.SLUIS, connect_allow=(f"127.0.0.1:{server.port}",))


def config(server: Server, table: str = "metingen", **more: Any) -> dict[str, Any]:
    return {
        "kind": "postgresql", "host": "127.0.0.1", "port": server.port, "database": "postgres", "user": "lezer",
        "password": PASSWORD, "tls": "off", "table": table,
    } | more  # fmt: skip


def given(server: Server, table: str = "metingen", mode: str = "replace", **more: Any) -> Given:
    return read(CONNECTOR, config(server, table, **more), mode)


def test_a_table_comes_in_with_every_value_as_it_is(world: World, settings: Any, postgres: Server) -> None:
    opened(settings, postgres)
    source = world.source("database", config(postgres))
    run = world.fetch(source)
    assert run.state == "loaded", said(run)
    version = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert version is not None
    assert version.report is not None
    kinds = {column["name"]: column["type"] for column in version.report["columns"]}
    assert kinds == {
        "id": "integer", "code": "text", "waarde": "decimal", "bedrag": "decimal", "groot": "integer", "kort": "number",
        "aan": "boolean", "dag": "date", "moment": "datetime", "zone": "datetime", "uur": "time", "sleutel": "text",
        "extra": "text", "lijst": "text", "rare_naam_s": "text",
    }  # fmt: skip
    (path,) = lake.data_files(by=world.steward, table_version_id=version.id).paths
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        row = con.execute(
            "SELECT code, waarde, bedrag, groot, dag::VARCHAR, moment::VARCHAR, zone::VARCHAR, uur::VARCHAR, extra, "
            f"lijst, rare_naam_s FROM read_parquet('{path}') WHERE id = 1"
        ).fetchone()
    assert row == (
        "007", Decimal("1.250"), Decimal("1234567890.10"), 9007199254740993, "2024-02-29", "2024-03-31 02:30:00",
        "2024-06-01 10:00:00+00", "23:59:59", '{"a": 1}', "[1, 2]", "é",
    )  # fmt: skip
    assert world.fetch(source).state == "unchanged"
    postgres.run("UPDATE metingen SET waarde = 'NaN' WHERE id = 2")
    assert world.fetch(source).state == "loaded"
    again = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert again is not None
    assert again.report is not None
    assert again.report["columns"][2]["type"] == "text"
    postgres.run("UPDATE metingen SET waarde = -0.001 WHERE id = 2")


def test_chosen_columns_of_a_view_and_a_preview(world: World, settings: Any, postgres: Server) -> None:
    opened(settings, postgres)
    shown = lake.preview_source(
        by=world.steward, dataset_id=world.dataset, connector_name="database",
        config=config(postgres, "klein", columns="code\nid"),
    )  # fmt: skip
    assert [column["name"] for column in shown.columns] == ["code", "id"]
    assert [dict(row) for row in shown.rows] == [{"code": "007", "id": 1}, {"code": None, "id": 2}]
    told = lake.check_source(
        by=world.steward, dataset_id=world.dataset, connector_name="database", config=config(postgres, "klein")
    )
    assert "postgresql 18" in told[0]["params"]["server"]


def test_only_what_is_new_by_a_column_that_goes_up(
    world: World, settings: Any, postgres: Server, tmp_path: Path
) -> None:
    opened(settings, postgres)
    postgres.run(
        "CREATE TABLE stroom (id int, moment timestamptz)",
        "INSERT INTO stroom VALUES (1, '2026-01-01 00:00Z'), (2, '2026-01-02 12:30:00.123456Z')",
        "GRANT SELECT ON stroom TO lezer",
    )
    append = given(postgres, "stroom", "append", cursor="moment", columns="id")
    first = CONNECTOR.fetch(append, {}, fresh(tmp_path), lambda *_, **__: None)
    state = first.state  # type: ignore[union-attr]
    assert state == {"since": "2026-01-02T12:30:00.123456+00:00"}
    assert CONNECTOR.fetch(append, state, fresh(tmp_path), lambda *_, **__: None) is UNCHANGED
    upsert = given(postgres, "stroom", "upsert", cursor="moment", columns="id")
    assert ids(CONNECTOR.fetch(upsert, state, fresh(tmp_path), lambda *_, **__: None)) == [2]
    postgres.run("INSERT INTO stroom VALUES (4, '2026-01-02 12:30:00.123456Z'), (5, '2026-01-03 00:00Z')")
    assert ids(CONNECTOR.fetch(append, state, fresh(tmp_path), lambda *_, **__: None)) == [5]
    assert sorted(ids(CONNECTOR.fetch(upsert, state, fresh(tmp_path), lambda *_, **__: None))) == [2, 4, 5]


def test_rows_that_changed_come_in_by_their_key(world: World, settings: Any, postgres: Server) -> None:
    opened(settings, postgres)
    postgres.run(
        "CREATE TABLE peil (id int, waarde int, gewijzigd timestamp)",
        "INSERT INTO peil SELECT n, n * 10, '2026-01-01' FROM generate_series(1, 5) n",
        "GRANT SELECT ON peil TO lezer",
    )
    source = world.source("database", config(postgres, "peil", cursor="gewijzigd"), mode="upsert", key=["id"])
    assert world.fetch(source).rows == 5
    assert world.fetch(source).state == "unchanged"
    postgres.run("UPDATE peil SET waarde = 99, gewijzigd = '2026-01-02' WHERE id = 2")
    postgres.run("INSERT INTO peil VALUES (6, 60, '2026-01-03')")
    run = world.fetch(source)
    assert run.state == "loaded", said(run)
    assert state_of(source).state == {"since": "2026-01-03T00:00:00"}
    assert lake.versions(by=world.steward, dataset_id=world.dataset)[0].rows_total == 6


def ids(fetched: Any) -> list[int]:
    with duckdb.connect() as con:
        return [row[0] for row in con.execute(f"SELECT id FROM read_parquet('{fetched.path}')").fetchall()]


def fresh(tmp_path: Path) -> Path:
    folder = tmp_path / f"in-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    return folder


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "password": ({"password": "fout-wachtwoord-99"}, "source.login"),
    "user": ({"user": "niemand"}, "source.login"),
    "database": ({"database": "weg"}, "source.no-database"),
    "table": ({"table": "meting"}, "source.no-table"),
    "column": ({"columns": "id\nweg"}, "source.no-column"),
    "no right": ({"schema": "dicht", "table": "geheim"}, "source.not-allowed"),
    "no tls there": ({"tls": "verify"}, "source.tls"),
    "no tls there either": ({"tls": "encrypt"}, "source.tls"),
    "injection": ({"table": "metingen; DROP TABLE metingen"}, "source.no-table"),
    "injection in a column": ({"columns": "id) FROM metingen--"}, "source.no-column"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_in_plain_words(world: World, settings: Any, postgres: Server, wrong: str) -> None:
    opened(settings, postgres)
    more, code = WRONG[wrong]
    with pytest.raises(SluisError) as refused:
        lake.check_source(
            by=world.steward, dataset_id=world.dataset, connector_name="database", config=config(postgres, **more)
        )
    assert refused.value.code == code, str(refused.value)
    assert ("TLS aanzetten" in str(refused.value)) is (code == "source.tls")
    assert PASSWORD not in str(refused.value)
    assert "fout-wachtwoord-99" not in str(refused.value)


def test_a_server_that_does_not_let_in_stops_the_source_at_once(world: World, settings: Any, postgres: Server) -> None:
    """An account that is tried again and again may end up locked, for other programs too."""
    opened(settings, postgres)
    for wrong in ({"password": "fout-wachtwoord-99"}, {"user": "niemand"}, {"user": "op_slot"}):
        assert world.stopped(world.source("database", config(postgres, **wrong))) == "source.login"
    with psycopg.connect(postgres.address(), autocommit=True) as admin:
        (place,) = admin.execute("SHOW hba_file").fetchone() or ("",)
        rules = Path(place)
        rules.write_text(f"host all geweigerd 127.0.0.1/32 reject\n{rules.read_text()}")
        admin.execute("SELECT pg_reload_conf()")
    until(lambda: not _gets_in(postgres, "geweigerd"), "it read no new rules")
    assert world.stopped(world.source("database", config(postgres, user="geweigerd"))) == "source.not-let-in"


def _gets_in(server: Server, user: str) -> bool:
    try:
        server.run("SELECT 1", user=user)
    except psycopg.OperationalError:
        return False
    return True


def test_a_part_that_was_read_to_try_out_is_not_told_as_the_whole_table(
    world: World, settings: Any, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(settings, postgres)
    monkeypatch.setattr(database, "SAMPLE_ROWS", 1)
    told: list[str] = []
    CONNECTOR.sample(given(postgres), fresh(tmp_path), lambda text, **params: told.append(fill(text, params)))
    assert told == ["Voor deze proef gelezen uit metingen: de eerste 1 rijen."]


def test_a_table_that_is_nearly_named_is_offered(world: World, settings: Any, postgres: Server) -> None:
    opened(settings, postgres)
    with pytest.raises(Invalid) as refused:
        CONNECTOR.check(given(postgres, "meting"), lambda *_, **__: None)
    assert "metingen" in str(refused.value)


def test_a_statement_that_takes_too_long_is_stopped_by_the_server(
    world: World, settings: Any, postgres: Server, tmp_path: Path
) -> None:
    opened(settings, postgres)
    with pytest.raises(Unavailable) as refused:
        CONNECTOR.fetch(given(postgres, "slapend", seconds=1), {}, tmp_path, lambda *_, **__: None)
    assert refused.value.code == "source.too-slow"


def test_the_connection_can_only_read(world: World, settings: Any, postgres: Server) -> None:
    import sqlalchemy as sa

    opened(settings, postgres)
    admin = given(postgres, user="postgres")
    with pytest.raises(SluisError) as refused, places._connected(admin) as connection:
        connection.execute(sa.text("DELETE FROM metingen"))
    assert "read-only" in str(refused.value)


def test_an_address_that_the_operator_did_not_list_is_refused_before_anything_is_sent(
    world: World, settings: Any, postgres: Server
) -> None:
    for allowed in ((), ("10.0.0.0/8",), (f"127.0.0.1:{postgres.port + 1}",)):
        settings.SLUIS = replace(settings.SLUIS, connect_allow=allowed)
        with pytest.raises(Invalid) as refused:
            CONNECTOR.check(given(postgres), lambda *_, **__: None)
        assert refused.value.code in ("egress.port", "egress.private")


@pytest.mark.parametrize("kind", ["mssql", "oracle"])
def test_a_server_that_may_lead_on_is_for_the_operator_to_list(settings: Any, kind: str) -> None:
    settings.SLUIS = replace(settings.SLUIS, connect_allow=("127.0.0.0/8",))
    port = 1433 if kind == "mssql" else 1521
    with pytest.raises(Invalid) as refused:
        CONNECTOR.check(given(Server(port), kind=kind, tls="off"), lambda *_, **__: None)
    assert refused.value.code == "source.not-vouched"


def test_no_certificate_is_promised_that_nobody_looks_at() -> None:
    with pytest.raises(Invalid) as refused:
        given(Server(1), kind="mssql", tls="verify")
    assert [fault.field for fault in refused.value.faults] == ["tls"]


def test_a_server_that_is_not_there_is_unreachable(world: World, settings: Any, postgres: Server) -> None:
    closed = Server(1)
    opened(settings, closed)
    for kind in ("postgresql", "mysql", "mssql", "oracle"):
        with pytest.raises(Unavailable) as refused:
            CONNECTOR.check(given(closed, kind=kind, tls="off"), lambda *_, **__: None)
        assert refused.value.code in ("source.unreachable", "source.no-driver"), kind


def test_a_file_that_grows_too_large_stops(world: World, settings: Any, postgres: Server, tmp_path: Path) -> None:
    opened(settings, postgres)
    postgres.run(
        "CREATE TABLE veel AS SELECT md5(n::text) || md5((n + 1)::text) AS tekst FROM generate_series(1, 60000) n",
        "GRANT SELECT ON veel TO lezer",
    )
    with pytest.raises(Invalid) as refused:
        CONNECTOR.fetch(given(postgres, "veel", max_mb=1), {}, tmp_path, lambda *_, **__: None)
    assert refused.value.code == "source.too-big"


def sqlite_file(settings: Any, *statements: str, name: str = "bron.sqlite") -> Path:
    path = Path(settings.SLUIS.folders[0]) / name
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


SQLITE = ("CREATE TABLE bomen (id INTEGER, code TEXT, hoog REAL, dag DATE, moment DATETIME, los DATE, mix)",
          "INSERT INTO bomen VALUES (1, '007', 1.5, '2024-02-29', '2024-02-29 12:00:00', '29-2-2024', 1)",
          "INSERT INTO bomen VALUES (2, NULL, 2, NULL, '2024-03-01T00:00:00.5', NULL, 'x')")  # fmt: skip


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_sqlite_file_is_read_in_the_sandbox(world: World, settings: Any, journal: str) -> None:
    path = sqlite_file(settings, f"PRAGMA journal_mode={journal}", *SQLITE)
    source = world.source("database", {"kind": "sqlite", "database": str(path), "table": "bomen"})
    run = world.fetch(source)
    assert run.state == "loaded", said(run)
    version = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert version is not None
    assert version.report is not None
    kinds = [column["type"] for column in version.report["columns"]]
    assert kinds == ["integer", "text", "number", "date", "datetime", "text", "text"]
    assert world.fetch(source).state == "unchanged"


def test_a_sqlite_file_that_somebody_has_open_in_wal_mode_shows_what_was_written(world: World, settings: Any) -> None:
    path = sqlite_file(settings, "PRAGMA journal_mode=wal", *SQLITE)
    with sqlite3.connect(path) as writer:
        writer.execute("INSERT INTO bomen (id) VALUES (3)")
        writer.commit()
        assert path.with_name("bron.sqlite-wal").exists()
        run = world.fetch(world.source("database", {"kind": "sqlite", "database": "bron.sqlite", "table": "bomen"}))
    writer.close()
    assert (run.state, run.rows) == ("loaded", 3), said(run)


def test_only_new_rows_of_a_sqlite_file(world: World, settings: Any, tmp_path: Path) -> None:
    sqlite_file(settings, *SQLITE)
    asked = read(CONNECTOR, {"kind": "sqlite", "database": "bron.sqlite", "table": "bomen", "cursor": "id"}, "append")
    first = CONNECTOR.fetch(asked, {}, fresh(tmp_path), lambda *_, **__: None)
    assert first.state == {"since": "2"}  # type: ignore[union-attr]
    assert CONNECTOR.fetch(asked, {"since": "2"}, fresh(tmp_path), lambda *_, **__: None) is UNCHANGED


@pytest.mark.parametrize(
    ("content", "code"), [(b"SQLite format 3\0" + b"\xff" * 4000, "source.sqlite"), (b"geen database", "source.sqlite")]
)
def test_a_broken_sqlite_file_is_told_of(world: World, settings: Any, content: bytes, code: str) -> None:
    (Path(settings.SLUIS.folders[0]) / "x.sqlite").write_bytes(content)
    run = world.fetch(world.source("database", {"kind": "sqlite", "database": "x.sqlite", "table": "t"}))
    assert run.failure is not None
    assert run.failure["code"] == code


def test_a_sqlite_file_elsewhere_is_out_of_reach(world: World, settings: Any) -> None:
    own = settings.SLUIS.data / "sluis.sqlite3"
    own.write_bytes(b"")
    link = Path(settings.SLUIS.folders[0]) / "link.sqlite"
    link.symlink_to(own)
    for way, code in ((str(own), "source.folder"), ("../x.sqlite", "source.folder"), ("link.sqlite", "source.file")):
        run = world.fetch(world.source("database", {"kind": "sqlite", "database": way, "table": "t"}))
        assert run.failure is not None
        assert run.failure["code"] == code


def test_fields_that_do_not_go_together_are_named(world: World) -> None:
    for more, field in (
        ({"cursor": "id"}, "cursor"), ({"host": ""}, "host"), ({"seconds": 99_999}, "seconds"),
        ({"kind": "access"}, "kind"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            world.source("database", config(Server(5432), **more))
        assert [fault.field for fault in refused.value.faults] == [field]


def test_another_server_asks_for_the_password_again(world: World, postgres: Server, settings: Any) -> None:
    opened(settings, postgres)
    source = world.source("database", config(postgres))
    for more in ({"host": "elders.example"}, {"port": 9999}, {"tls": "encrypt"}):
        change = config(postgres, **more) | {"password": ""}
        with pytest.raises(Invalid) as refused:
            lake.change_source(by=world.steward, source_id=source, title="Bron", config=change)
        assert [fault.field for fault in refused.value.faults] == ["password"]
    lake.change_source(
        by=world.steward, source_id=source, title="Bron", config=config(postgres, table="klein") | {"password": ""}
    )
    assert state_of(source).config["table"] == "klein"
    assert world.fetch(source).state == "loaded"
