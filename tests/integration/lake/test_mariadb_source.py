"""Tables of a real MariaDB: every value as it is, never written to, and a plain word when something is wrong."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.integration.lake.sources import World, said, state_of
from tests.integration.lake.test_database_sources import fresh, ids
from tests.mariadb import ADMIN, PASSWORD, Running, Server, running

from sluis.kernel import clock
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Invalid, SluisError, Unavailable
from sluis.lake import service as lake
from sluis.lake.connectors.base import UNCHANGED, Given
from sluis.lake.connectors.database import CONNECTOR, places, reading
from sluis.lake.connectors.given import read
from sluis.lake.models import TableVersion

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = """
CREATE TABLE metingen (
  id int unsigned PRIMARY KEY, code varchar(10), bedrag decimal(12,2), wijd decimal(65,30), groot bigint unsigned,
  klein smallint, vlag tinyint(1), bitje bit(1), bits bit(12), alle bit(64), kort float, dubbel double,
  dag date, moment datetime(6), stempel timestamp(3) NULL, uur time(6), jaar year, extra json, bytes blob,
  lang longtext,
  soort enum('eik', 'berk'), keus set('a', 'b'), punt point, vlak polygon, sleutel uuid, vast char(5), adres inet6,
  `rare ``naam`` %s` text
) CHARACTER SET utf8mb4"""
ROWS = """
INSERT INTO metingen VALUES (
  1, '007', 1234567890.10, 1.5, 18446744073709551615, -3, 1, b'1', b'101010101010', 18446744073709551615,
  1234567.5, 2.25,
  '2024-02-29', '2024-03-31 02:30:00.123456', '2024-06-01 12:00:00.5', '23:59:59.000001', 1999, '{"a": 1}', x'00ff',
  'é😀', 'eik', 'a,b', POINT(4.5, 52.25), ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))'),
  '00000000-0000-0000-0000-000000000001', 'ab', '::1', 'x')"""
KINDS = {
    "id": "integer", "code": "text", "bedrag": "decimal", "wijd": "decimal", "groot": "decimal", "klein": "integer",
    "vlag": "integer", "bitje": "boolean", "bits": "integer", "alle": "decimal", "kort": "number", "dubbel": "number",
    "dag": "date", "moment": "datetime", "stempel": "datetime", "uur": "time", "jaar": "integer", "extra": "text",
    "bytes": "text", "lang": "text", "soort": "text", "keus": "text", "punt": "text", "vlak": "text", "sleutel": "text",
    "vast": "text", "adres": "text", "rare_naam_s": "text",
}  # fmt: skip
VALUES = {
    "code": "007", "bedrag": Decimal("1234567890.10"), "groot": Decimal(18446744073709551615), "klein": -3, "vlag": 1,
    "bitje": True, "bits": 0b101010101010, "alle": Decimal(18446744073709551615), "kort": 1234567.5, "dubbel": 2.25,
    "dag::VARCHAR": "2024-02-29", "moment::VARCHAR": "2024-03-31 02:30:00.123456",
    "stempel::VARCHAR": "2024-06-01 12:00:00.5+00", "uur::VARCHAR": "23:59:59.000001", "jaar": 1999,
    "extra": '{"a": 1}', "lang": "é😀", "soort": "eik", "keus": "a,b", "punt": "POINT (4.5 52.25)",
    "vlak": "POLYGON ((0 0, 1 0, 1 1, 0 0))", "sleutel": "00000000-0000-0000-0000-000000000001", "vast": "ab",
    "adres": "::1", "rare_naam_s": "x",
}  # fmt: skip


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Running]:
    with running() as there:
        there.server.run(
            TABLE,
            "SET time_zone = '+00:00'",
            ROWS,
            "INSERT INTO metingen (id, kort) VALUES (2, 0.1)",
            "CREATE VIEW klein AS SELECT id, code FROM metingen",
            "CREATE TABLE geheim (id int)",
            "CREATE TABLE rij AS SELECT seq AS id FROM seq_1_to_20",
            "CREATE VIEW slapend AS SELECT id, SLEEP(0.5) AS rust FROM rij",
            f"CREATE USER lezer@127.0.0.1 IDENTIFIED BY '{PASSWORD}'",
            f"CREATE USER op_slot@127.0.0.1 IDENTIFIED BY '{PASSWORD}' ACCOUNT LOCK",
            *(f"GRANT SELECT ON bron.{name} TO lezer@127.0.0.1" for name in ("metingen", "klein", "rij")),
            "GRANT SELECT, SHOW VIEW ON bron.slapend TO lezer@127.0.0.1",
            "GRANT SHOW VIEW ON bron.klein TO lezer@127.0.0.1",
        )
        yield there


@pytest.fixture
def server(mariadb: Running, settings: Any) -> Server:
    settings.SLUIS = replace(settings.SLUIS, connect_allow=(f"127.0.0.1:{mariadb.server.port}",))
    return mariadb.server


@pytest.fixture
def world(data_folder: Path, server: Server) -> World:
    return World()


def config(server: Server, table: str = "metingen", **more: Any) -> dict[str, Any]:
    return {
        "kind": "mysql", "host": "127.0.0.1", "port": server.port, "database": "bron", "user": "lezer",
        "password": PASSWORD, "tls": "off", "table": table,
    } | more  # fmt: skip


def given(server: Server, table: str = "metingen", mode: str = "replace", **more: Any) -> Given:
    return read(CONNECTOR, config(server, table, **more), mode)


def made(server: Server, *statements: str, table: str) -> None:
    server.run(f"DROP TABLE IF EXISTS {table}", *statements, f"GRANT SELECT ON bron.{table} TO lezer@127.0.0.1")


def nothing(*_: Any, **__: Any) -> None:
    pass


def kinds_of(world: World) -> dict[str, str]:
    version = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert version is not None
    assert version.report is not None
    return {column["name"]: column["type"] for column in version.report["columns"]}


def rows_of(world: World, *columns: str) -> list[tuple[Any, ...]]:
    version = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert version is not None
    (path,) = lake.data_files(by=world.steward, table_version_id=version.id).paths
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        return con.execute(f"SELECT {', '.join(columns)} FROM read_parquet('{path}') ORDER BY id").fetchall()


def test_a_table_comes_in_with_every_value_as_it_is(world: World, server: Server) -> None:
    source = world.source("database", config(server))
    run = world.fetch(source)
    assert run.state == "loaded", said(run)
    assert kinds_of(world) == KINDS
    first, second = rows_of(world, *VALUES)
    assert dict(zip(VALUES, first, strict=True)) == VALUES
    assert {value for name, value in zip(VALUES, second, strict=True) if name != "kort"} == {None}
    assert rows_of(world, "kort")[1] == (0.1,), "as short as it was put in"
    assert rows_of(world, "wijd")[0] == (Decimal("1.5"),)
    assert world.fetch(source).state == "unchanged"


def test_a_moment_of_a_server_elsewhere_is_the_same_moment(world: World, server: Server) -> None:
    server.run("SET GLOBAL time_zone = '+02:00'")
    try:
        assert world.fetch(world.source("database", config(server))).state == "loaded"
    finally:
        server.run("SET GLOBAL time_zone = 'SYSTEM'")
    assert rows_of(world, "stempel::VARCHAR")[0] == ("2024-06-01 12:00:00.5+00",)


def test_what_is_no_date_is_left_empty_and_told(world: World, server: Server) -> None:
    made(
        server,
        "SET sql_mode = ''",
        "CREATE TABLE nullen (id int, dag date, moment datetime(3))",
        "INSERT INTO nullen VALUES (1, '0000-00-00', '0000-00-00'), (2, '2024-01-10', '2024-01-10 00:00:00.5')",
        table="nullen",
    )
    source = world.source("database", config(server, "nullen"))
    run = world.fetch(source)
    assert run.state == "loaded", said(run)
    assert {"column": "dag", "count": "1"} in [line["params"] for line in run.log]
    assert rows_of(world, "dag", "moment")[0] == (None, None)
    assert list(kinds_of(world).values()) == ["integer", "date", "datetime"]
    server.run("SET sql_mode = ''", "INSERT INTO nullen VALUES (3, '2024-00-10', NULL)")
    run = world.fetch(source)
    assert run.failure is not None
    assert (run.failure["code"], run.failure["params"]) == ("source.value", {"column": "dag", "value": "2024-00-10"})
    assert world.versions() == ["ready"]


def test_a_time_may_be_a_duration(world: World, server: Server) -> None:
    made(
        server,
        "CREATE TABLE uren (id int, uur time(3), duur time)",
        "INSERT INTO uren VALUES (1, '09:30:00.5', '-01:00:00'), (2, '00:00:00', '838:59:59'), (3, NULL, NULL)",
        table="uren",
    )
    run = world.fetch(world.source("database", config(server, "uren")))
    assert run.state == "loaded", said(run)
    assert rows_of(world, "uur::VARCHAR", "duur") == [
        ("09:30:00.5", "-01:00:00"), ("00:00:00", "838:59:59"), (None, None),
    ]  # fmt: skip


def test_chosen_columns_of_a_view_and_a_preview(world: World, server: Server) -> None:
    asked = {"by": world.steward, "dataset_id": world.dataset, "connector_name": "database"}
    shown = lake.preview_source(**asked, config=config(server, "klein", columns="code\nid"))
    assert [column["name"] for column in shown.columns] == ["code", "id"]
    assert [dict(row) for row in shown.rows] == [{"code": "007", "id": 1}, {"code": None, "id": 2}]
    told = lake.check_source(**asked, config=config(server, "klein"))
    assert "1" in told[0]["params"]["server"].removeprefix("mysql ")


@pytest.mark.parametrize("kind", ["datetime(6)", "timestamp(6)"])
def test_only_what_is_new_by_a_column_that_goes_up(world: World, server: Server, tmp_path: Path, kind: str) -> None:
    zone = "SET time_zone = '+00:00'"
    made(
        server,
        f"CREATE TABLE stroom (id int, moment {kind})",
        zone,
        "INSERT INTO stroom VALUES (1, '2026-01-01'), (2, '2026-01-02 12:30:00.123456')",
        table="stroom",
    )
    append = given(server, "stroom", "append", cursor="moment", columns="id")
    first = CONNECTOR.fetch(append, {}, fresh(tmp_path), nothing)
    state = first.state
    assert state == {"since": "2026-01-02T12:30:00.123456"}
    assert CONNECTOR.fetch(append, state, fresh(tmp_path), nothing) is UNCHANGED
    upsert = given(server, "stroom", "upsert", cursor="moment", columns="id")
    assert ids(CONNECTOR.fetch(upsert, state, fresh(tmp_path), nothing)) == [2]
    server.run(zone, "INSERT INTO stroom VALUES (4, '2026-01-02 12:30:00.123456'), (5, '2026-01-03')")
    assert ids(CONNECTOR.fetch(append, state, fresh(tmp_path), nothing)) == [5]
    assert sorted(ids(CONNECTOR.fetch(upsert, state, fresh(tmp_path), nothing))) == [2, 4, 5]


def test_rows_that_changed_come_in_by_their_key(world: World, server: Server) -> None:
    made(
        server,
        "CREATE TABLE peil (id int, waarde int, gewijzigd bigint unsigned)",
        "INSERT INTO peil SELECT seq, seq * 10, 1 FROM seq_1_to_5",
        table="peil",
    )
    source = world.source("database", config(server, "peil", cursor="gewijzigd"), mode="upsert", key=["id"])
    assert world.fetch(source).rows == 5
    assert world.fetch(source).state == "unchanged"
    server.run("UPDATE peil SET waarde = 99, gewijzigd = 2 WHERE id = 2", "INSERT INTO peil VALUES (6, 60, 3)")
    assert world.fetch(source).state == "loaded"
    assert state_of(source).state == {"since": "3"}
    assert rows_of(world, "id", "waarde") == [(1, 10), (2, 99), (3, 30), (4, 40), (5, 50), (6, 60)]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "password": ({"password": "fout-wachtwoord-99"}, "source.login"),
    "user": ({"user": "niemand"}, "source.login"),
    "database": ({"database": "weg"}, "source.no-database"),
    "table": ({"table": "meting", "user": ADMIN}, "source.no-table"),
    "a table that this account may not know of": ({"table": "meting"}, "source.not-allowed"),
    "column": ({"columns": "id\nweg"}, "source.no-column"),
    "no right": ({"table": "geheim"}, "source.not-allowed"),
    "a certificate of nobody known": ({"tls": "verify"}, "source.tls"),
    "injection": ({"table": "metingen; DROP TABLE metingen", "user": ADMIN}, "source.no-table"),
    "injection in a column": ({"columns": "id` FROM metingen-- "}, "source.no-column"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_in_plain_words(world: World, server: Server, wrong: str) -> None:
    more, code = WRONG[wrong]
    with pytest.raises(SluisError) as refused:
        lake.check_source(
            by=world.steward, dataset_id=world.dataset, connector_name="database", config=config(server, **more)
        )
    assert refused.value.code == code, str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert "fout-wachtwoord-99" not in str(refused.value)


def test_a_server_that_does_not_let_in_stops_the_source_at_once(world: World, server: Server) -> None:
    for wrong in ({"password": "fout-wachtwoord-99"}, {"user": "niemand"}, {"user": "op_slot"}):
        assert world.stopped(world.source("database", config(server, **wrong))) == "source.login"


def test_the_certificate_of_the_server_counts_and_what_is_asked_for_is_encrypted(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy as sa

    cipher = sa.text("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    for tls, encrypted in (("off", False), ("encrypt", True), ("verify", True)):
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        with places._connected(given(server, tls=tls)) as connection:
            assert bool(connection.execute(cipher).one()[1]) is encrypted, tls


def test_without_tls_there_nothing_is_sent(world: World, mariadb: Running, settings: Any) -> None:
    with running("--skip-ssl") as plain:
        settings.SLUIS = replace(settings.SLUIS, connect_allow=(f"127.0.0.1:{plain.server.port}",))
        for tls in ("encrypt", "verify"):
            with pytest.raises(Invalid) as refused:
                CONNECTOR.check(given(plain.server, user=ADMIN, tls=tls), nothing)
            assert refused.value.code == "source.tls", str(refused.value)
            assert "kent geen beveiligde verbinding" in str(refused.value)


def test_a_statement_that_takes_too_long_is_stopped_by_the_server(world: World, server: Server, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        CONNECTOR.fetch(given(server, "slapend", seconds=1), {}, tmp_path, nothing)
    assert refused.value.code == "source.too-slow"
    assert not refused.value.passes


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM metingen", "DROP TABLE metingen", "CREATE TABLE nieuw (id int)", "COMMIT; DELETE FROM metingen"],
)  # fmt: skip
def test_the_connection_can_only_read(world: World, server: Server, statement: str) -> None:
    import sqlalchemy as sa

    admin = given(server, user=ADMIN)

    def write() -> None:
        with places._connected(admin) as connection:
            for one in statement.split("; "):
                connection.execute(sa.text(one))

    with pytest.raises(SluisError, match="READ ONLY"):
        write()
    CONNECTOR.check(admin, nothing)


def test_a_server_that_is_full_is_away_for_now(world: World, server: Server) -> None:
    server.run(f"CREATE OR REPLACE USER vol@127.0.0.1 IDENTIFIED BY '{PASSWORD}' WITH MAX_USER_CONNECTIONS 1")
    server.run("GRANT SELECT ON bron.* TO vol@127.0.0.1")
    one = given(server, user="vol")
    with places._connected(one), pytest.raises(Unavailable) as refused:
        CONNECTOR.check(one, nothing)
    assert refused.value.code == "source.unreachable"
    assert refused.value.passes
    CONNECTOR.check(one, nothing)


def test_a_table_that_disappears_is_told_of_and_the_last_good_version_stays(world: World, server: Server) -> None:
    made(server, "CREATE TABLE vlucht (id int)", "INSERT INTO vlucht VALUES (1)", table="vlucht")
    source = world.source("database", config(server, "vlucht"))
    good = world.fetch(source)
    server.run("DROP TABLE vlucht")
    run = world.fetch(source)
    assert run.failure is not None
    assert (run.state, run.failure["code"]) == ("failed", "source.no-table")
    latest = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert latest is not None
    assert latest.id == good.table_version_id


def test_a_server_killed_half_way_leaves_the_last_good_version_and_is_waited_for(
    world: World, mariadb: Running, server: Server, monkeypatch: pytest.MonkeyPatch, fixed_clock: FixedClock
) -> None:
    made(
        server,
        "CREATE TABLE groot AS SELECT seq AS id, REPEAT('x', 1000) AS tekst FROM seq_1_to_60000",
        table="groot",
    )
    source = world.source("database", config(server, "groot", columns="id"))
    good = world.fetch(source)
    assert (good.state, good.rows) == ("loaded", 60_000), said(good)
    lake.change_source(
        by=world.steward, source_id=source, title="Bron", config=config(server, "groot", columns="id\ntekst")
    )
    whole, seen = reading._batch, []

    def dying(*args: Any) -> Any:
        if not seen:
            mariadb.kill()
        seen.append(args)
        return whole(*args)

    monkeypatch.setattr(reading, "_batch", dying)
    try:
        run = world.fetch(source)
    finally:
        monkeypatch.undo()
        mariadb.start()
    assert run.failure is not None
    assert (run.state, run.failure["code"]) == ("failed", "source.unreachable"), said(run)
    assert seen, "rows had come in"
    latest = lake.latest_ready(by=world.steward, dataset_id=world.dataset)
    assert latest is not None
    assert latest.id == good.table_version_id
    due = state_of(source).next_at
    assert due is not None
    assert timedelta(minutes=1) <= due - clock.now() <= timedelta(minutes=2)
    assert world.fetch(source).state == "loaded"
    assert TableVersion.objects.get(number=2).rows_total == 60_000


def test_a_table_that_grows_too_large_is_not_read_to_its_end(world: World, server: Server, tmp_path: Path) -> None:
    made(
        server,
        "CREATE TABLE veel AS SELECT SHA2(seq, 512) AS tekst FROM seq_1_to_1000000",
        table="veel",
    )
    before = sent(server)
    with pytest.raises(Invalid) as refused:
        CONNECTOR.fetch(given(server, "veel", max_mb=1), {}, tmp_path, nothing)
    assert refused.value.code == "source.too-big"
    assert sent(server) - before < 60_000_000, "of some 130 MB"


def sent(server: Server) -> int:
    with server.connected() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Bytes_sent'")
        return int(cursor.fetchone()[1])
