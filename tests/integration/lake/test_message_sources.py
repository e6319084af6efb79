"""Rows that senders bring themselves, over HTTP and through a real MQTT broker: none lost, none twice."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyarrow.parquet as pq
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.certificates import certificate
from tests.integration.lake.sources import World, said, settle, state_of
from tests.mqtt_broker import AMQTT, MOSQUITTO, PASSWORD, USER, Broker, broker, there
from tests.waiting import PATIENCE_SECONDS

from sluis.api import push
from sluis.foundation.service import blobs
from sluis.kernel import clock
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotSignedIn, SluisError, Unavailable
from sluis.lake import service as lake
from sluis.lake.connectors import messages
from sluis.lake.connectors.base import Given
from sluis.lake.connectors.mqtt import session
from sluis.lake.connectors.mqtt.session import is_filter
from sluis.lake.models import SourceDelivery, SourceKey, SourceRun, TableVersion
from sluis.lake.sourcing import running, waiting

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def world(data_folder: Path) -> World:
    return World()


@pytest.fixture(scope="module", params=[AMQTT, MOSQUITTO])
def mqtt(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    if not there(request.param):
        pytest.skip(f"{request.param} is not installed")
    with broker(tmp_path_factory.mktemp("broker"), request.param) as started:
        yield started


def deliver(source: UUID, key: str, body: Any, kind: str = "application/json", **more: Any) -> Any:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(REMOTE_ADDR=more.pop("REMOTE_ADDR", "127.0.0.1")).post(
        f"/api/push/{source}", text, content_type=kind, headers={"Authorization": f"Bearer {key}"} | more
    )


def rows_of(version_id: Any) -> list[dict[str, Any]]:
    version = TableVersion.objects.get(id=version_id)
    return [row for part in version.parts for row in pq.read_table(blobs.path(part["sha256"])).to_pylist()]


class TestPush:
    @pytest.fixture
    def source(self, world: World) -> UUID:
        return world.source("push", {}, mode="append")

    @pytest.fixture
    def key(self, world: World, source: UUID) -> str:
        return lake.new_push_key(by=world.steward, source_id=source)

    def test_what_is_sent_waits_and_comes_in_the_next_version(self, world: World, source: UUID, key: str) -> None:
        answer = deliver(source, key, {"station": "a", "cm": 81})
        assert (answer.status_code, answer.json()) == (202, {"rows": 1})
        assert deliver(source, key, [{"station": "b", "cm": 7}, {"station": "c", "cm": 8}]).json() == {"rows": 2}
        lines = b'{"station": "d", "cm": 9}\n\n{"station": "e", "cm": 10}\n'
        assert deliver(source, key, lines, "application/x-ndjson").json() == {"rows": 2}
        assert lake.waiting_at(by=world.steward, source_id=source).rows == 5
        run = world.fetch(source)
        assert (run.state, run.rows) == ("loaded", 5), said(run)
        found = rows_of(run.table_version_id)
        assert [(row["station"], row["cm"]) for row in found] == [("a", 81), ("b", 7), ("c", 8), ("d", 9), ("e", 10)]
        assert all(abs(row["ontvangen_op"] - clock.now()) < timedelta(minutes=5) for row in found)
        assert not SourceDelivery.objects.exists()
        assert world.fetch(source).state == "unchanged"
        deliver(source, key, {"station": "f", "cm": 11})
        again = world.fetch(source)
        assert again.rows == 1
        assert len(rows_of(again.table_version_id)) == 6

    @pytest.mark.parametrize("key", ["", "verkeerd", "x" * 5000])
    def test_another_key_hears_nothing_about_the_source(self, source: UUID, key: str) -> None:
        for place in (source, uuid4()):
            answer = deliver(place, key, {"cm": 1})
            assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Sluis"')
            assert answer.json()["code"] == "push.key"
        assert not SourceDelivery.objects.exists()

    def test_who_guesses_keys_takes_no_turns_of_the_sender(
        self, source: UUID, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(push._buckets, "clock", lambda: 0.0)  # each second gives new turns

        def guess() -> int:
            return deliver(source, "verkeerd", {"cm": 1}, REMOTE_ADDR="203.0.113.9").status_code

        assert [code for _time in range(1000) if (code := guess()) != 401][:1] == [429]
        assert deliver(source, key, {"cm": 1}).status_code == 202

    def test_without_the_key_no_byte_is_waited_for(self, source: UUID, key: str) -> None:
        def never() -> bytes:
            raise AssertionError("read before the key was looked at")

        with pytest.raises(NotSignedIn):
            lake.receive(source_id=source, key="verkeerd", by_line=False, body=never)

    def test_a_cookie_counts_for_nothing(self, world: World, source: UUID, key: str) -> None:
        client = Client()
        assert client.login(username="data_steward@merwede.example", password="een-lang-wachtwoord-8")
        assert client.post(f"/api/push/{source}", "{}", content_type="application/json").status_code == 401

    def test_a_new_key_ends_the_old_one_and_only_a_hash_is_kept(self, world: World, source: UUID, key: str) -> None:
        other = lake.new_push_key(by=world.steward, source_id=source)
        assert deliver(source, key, {"cm": 1}).status_code == 401
        assert deliver(source, other, {"cm": 1}).status_code == 202
        assert other not in str(SourceKey.objects.values_list().get())

    def test_only_who_manages_the_source_makes_a_key(self, world: World, source: UUID) -> None:
        with pytest.raises(NotAllowed):
            lake.new_push_key(by=world.viewer, source_id=source)
        with pytest.raises(NotAllowed):
            lake.forget_waiting(by=world.viewer, source_id=source)
        demo = world.source("demo", {"station": "a"})
        with pytest.raises(Conflict):
            lake.new_push_key(by=world.steward, source_id=demo)

    @pytest.mark.parametrize(
        ("body", "kind", "row"),
        [
            (b"{", "application/json", 1),
            (b"[1]", "application/json", 1),
            (b'[{"a": 1}, {}]', "application/json", 2),
            (b'[{"a": NaN}]', "application/json", 1),
            (b'{"a": "\\ud800"}', "application/json", 1),
            (b"[" * 100_000, "application/json", 1),
            (b'{"a": 1}\n{"a": \n', "application/x-ndjson", 2),
            (b"\xff", "application/json", 1),
        ],
    )
    def test_a_wrong_row_is_named_and_nothing_of_the_message_kept(
        self, source: UUID, key: str, body: bytes, kind: str, row: int
    ) -> None:
        answer = deliver(source, key, body, kind)
        assert (answer.status_code, answer.json()["code"]) == (400, "push.rows")
        assert [fault["row"] for fault in answer.json()["errors"]] == [row]
        assert not SourceDelivery.objects.exists()

    def test_what_is_too_large_or_of_another_kind_is_refused(self, source: UUID, key: str) -> None:
        assert deliver(source, key, b" " * (1 << 20) + b"{}").status_code == 413
        assert deliver(source, key, [{"a": 1}] * 10_001).json()["code"] == "push.many"
        assert deliver(source, key, b"a;b\n", "text/csv").json()["code"] == "push.type"
        answer = Client().get(f"/api/push/{source}")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert not SourceDelivery.objects.exists()

    def test_what_cannot_be_loaded_waits_until_somebody_throws_it_away(
        self, world: World, source: UUID, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliver(source, key, {"cm": 1})

        def broken(*_: Any, **__: Any) -> None:
            raise Unavailable("test.broken", "stuk")

        with monkeypatch.context() as patch:
            patch.setattr(running, "request_ingest", broken)
            assert world.fetch(source).state == "failed"
        assert lake.waiting_at(by=world.steward, source_id=source).rows == 1
        assert SourceDelivery.objects.get().run_id is None
        assert lake.forget_waiting(by=world.steward, source_id=source) == 1
        assert lake.waiting_at(by=world.steward, source_id=source).rows == 0

    def test_a_run_that_was_killed_takes_the_same_rows_again(self, world: World, source: UUID, key: str) -> None:
        deliver(source, key, {"cm": 1})
        run_id = lake.run_now(by=world.steward, source_id=source)
        first = list(waiting.Waiting(source, run_id).taken())
        SourceRun.objects.filter(id=run_id).update(state="running")  # as a kill leaves it
        deliver(source, key, {"cm": 2})
        assert list(waiting.Waiting(source, run_id).taken()) == first
        settle()
        run = SourceRun.objects.get(id=run_id)
        assert (run.state, run.rows) == ("loaded", 1)
        assert lake.waiting_at(by=world.steward, source_id=source).rows == 1

    def test_a_lot_comes_in_turns_in_order(
        self, world: World, source: UUID, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(waiting, "TAKEN_BYTES", 200)
        for number in range(10):
            deliver(source, key, {"number": number, "text": "x" * 20})
        run = world.fetch(source)
        assert 0 < run.rows < 10
        assert state_of(source).next_at <= clock.now()
        while running.claim_due():
            settle()
        newest = TableVersion.objects.order_by("-number").first()
        assert [row["number"] for row in rows_of(newest.id)] == list(range(10))

    def test_a_full_waiting_room_refuses_and_keeps_what_it_has(
        self, world: World, source: UUID, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(waiting, "MOST_BYTES", 100)
        assert deliver(source, key, {"cm": 1}).status_code == 202
        answer = deliver(source, key, {"cm": 2})
        assert (answer.status_code, answer.json()["code"]) == (503, "source.full")
        assert "Retry-After" in answer
        assert lake.waiting_at(by=world.steward, source_id=source).rows == 1

    def test_an_upsert_keeps_the_last_row_of_a_key(self, world: World) -> None:
        source = world.source("push", {"moment": "-"}, mode="upsert", key=["station"])
        key = lake.new_push_key(by=world.steward, source_id=source)
        deliver(source, key, [{"station": "a", "cm": 1}, {"station": "b", "cm": 2}])
        world.fetch(source)
        deliver(source, key, {"station": "a", "cm": 3})
        run = world.fetch(source)
        assert {row["station"]: row["cm"] for row in rows_of(run.table_version_id)} == {"a": 3, "b": 2}
        assert "ontvangen_op" not in rows_of(run.table_version_id)[0]

    def test_a_preview_shows_what_waits_and_takes_nothing(self, world: World, source: UUID, key: str) -> None:
        asked: dict[str, Any] = {"by": world.steward, "dataset_id": world.dataset, "connector_name": "push",
                                 "config": {}, "mode": "append", "source_id": source}  # fmt: skip
        with pytest.raises(Invalid) as none:
            lake.preview_source(**asked)
        assert none.value.code == "source.nothing-yet"
        deliver(source, key, {"cm": 1})
        assert lake.preview_source(**asked).rows[0]["cm"] == 1
        assert SourceDelivery.objects.get().run_id is None
        lake.check_saved_source(by=world.steward, source_id=source)


class TestPages:
    def test_the_key_is_shown_once_and_waiting_rows_can_be_thrown_away(self, world: World, client: Client) -> None:
        source = world.source("push", {}, mode="append")
        client.login(username="data_steward@merwede.example", password="een-lang-wachtwoord-8")
        page = client.get(f"/desk/bronnen/{source}").content.decode()
        assert f"/api/push/{source}" in page
        made = client.post(f"/desk/bronnen/{source}/sleutel")
        key = made.context["key"]
        assert key in made.content.decode()
        assert "no-store" in made["Cache-Control"]
        assert key not in client.get(f"/desk/bronnen/{source}/sleutel").content.decode()
        deliver(source, key, {"cm": 1})
        assert client.post(f"/desk/bronnen/{source}/wachtende-berichten").status_code == 302
        assert not SourceDelivery.objects.exists()


class TestMqtt:
    def config(self, mqtt: Broker, **more: Any) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": mqtt.port, "security": "none", "user": USER, "password": PASSWORD,
                "topics": ["meetnet/+/peil"], "seconds": 300} | more  # fmt: skip

    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
        """So long listens a run that should hear nothing: Mosquitto sends at once what it kept, aMQTT in a second."""
        kind = request.node.callspec.params.get("mqtt") if hasattr(request.node, "callspec") else AMQTT
        monkeypatch.setattr(session, "_QUIET_SECONDS", 1.5 if kind == AMQTT else 0.4)
        monkeypatch.setattr(session, "_CONNECT_SECONDS", PATIENCE_SECONDS)

    def hears(self, world: World, source: UUID, count: int) -> SourceRun:
        """A run that ends when it has heard so many messages, however long the broker is silent before them."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "_QUIET_SECONDS", PATIENCE_SECONDS)
            patch.setattr(session, "MOST_MESSAGES", count)
            return world.fetch(source)

    def listed(self, settings: Any, mqtt: Broker) -> None:
        settings.SLUIS = replace(settings.SLUIS, connect_allow=(f"127.0.0.1:{mqtt.port}",))

    def test_what_came_while_we_were_away_comes_in_once(self, world: World, mqtt: Broker, settings: Any) -> None:
        self.listed(settings, mqtt)
        source = world.source("mqtt", self.config(mqtt), mode="append")
        assert world.fetch(source).state == "unchanged"  # from now on the broker keeps what comes
        mqtt.send("meetnet/brug-3/peil", b'{"cm": 81}', b"12.5", b"\xff\xfe", b'[{"cm": 1}, {"cm": 2}]', b"storing")
        mqtt.send("elders/brug-3/peil", b'{"cm": 99}')
        run = self.hears(world, source, 5)
        assert (run.state, run.rows) == ("loaded", 5), said(run)
        assert "'wrong': '1'" in said(run)
        found = rows_of(run.table_version_id)
        assert [row["cm"] for row in found] == [81, None, 1, 2, None]
        assert [row["waarde"] for row in found] == [None, "12.5", None, None, "storing"]
        assert {row["topic"] for row in found} == {"meetnet/brug-3/peil"}
        assert world.fetch(source).state == "unchanged"

    def test_messages_that_could_not_be_kept_are_sent_again(
        self, world: World, mqtt: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if mqtt.kind == AMQTT:
            pytest.skip("aMQTT does not send again what was not acknowledged, as MQTT-4.4.0-1 asks")
        self.listed(settings, mqtt)
        source = world.source("mqtt", self.config(mqtt, topics=["opnieuw/#"]), mode="append")
        world.fetch(source)
        mqtt.send("opnieuw/a", b'{"cm": 1}')
        with monkeypatch.context() as patch:
            patch.setattr(waiting, "MOST_BYTES", 1)
            assert self.hears(world, source, 1).state == "failed"
        run = self.hears(world, source, 1)
        assert (run.state, run.rows) == ("loaded", 1), said(run)

    def test_a_broker_that_takes_nobody_now_is_waited_for(
        self, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as busy:
            mqtt = Broker("busy", busy.getsockname()[1])
            self.listed(settings, mqtt)

            def answer() -> None:
                caller = busy.accept()[0]
                caller.recv(1024)
                caller.sendall(b"\x20\x02\x00\x03")  # CONNACK: server unavailable
                caller.recv(1024)
                caller.close()

            answering = threading.Thread(target=answer)
            answering.start()
            run = world.fetch(world.source("mqtt", self.config(mqtt), mode="append"))
            answering.join()
        assert run.failure is not None
        assert (run.state, run.failure["code"]) == ("failed", "source.no-contact")
        assert not state_of(run.source_id).paused

    def test_a_wrong_password_and_a_closed_port_are_told_apart(
        self, world: World, mqtt: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.listed(settings, mqtt)
        asked: dict[str, Any] = {"by": world.steward, "dataset_id": world.dataset, "connector_name": "mqtt",
                                 "mode": "append"}  # fmt: skip
        lake.check_source(**asked, config=self.config(mqtt))
        with pytest.raises(Invalid) as refused:
            lake.check_source(**asked, config=self.config(mqtt, password="fout"))
        assert refused.value.code == "source.login-there"
        wrong = self.config(mqtt, password="fout")
        assert world.stopped(world.source("mqtt", wrong, mode="append")) == "source.login-there"
        with pytest.raises(SluisError) as elsewhere:
            lake.check_source(**asked, config=self.config(mqtt, port=mqtt.port - 1))
        assert elsewhere.value.code == "egress.port"
        monkeypatch.setattr(session, "_CONNECT_SECONDS", 2)  # a server that speaks no TLS may just say nothing
        with pytest.raises(Unavailable) as unsafe:
            lake.check_source(**asked, config=self.config(mqtt, security="tls"))
        assert unsafe.value.code == "source.no-contact"

    def test_the_certificate_of_the_broker_counts(
        self, world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pair = certificate(tmp_path)
        asked: dict[str, Any] = {"by": world.steward, "dataset_id": world.dataset, "connector_name": "mqtt",
                                 "mode": "append"}  # fmt: skip
        with broker(tmp_path, certificate=pair) as secure:
            settings.SLUIS = replace(settings.SLUIS, connect_allow=(f"localhost:{secure.port}",))
            config = self.config(secure, host="localhost", security="tls")
            with pytest.raises(Unavailable) as unknown:
                lake.check_source(**asked, config=config)
            assert "certificate verify failed" in str(unknown.value.params["reason"]).lower()
            monkeypatch.setenv("SSL_CERT_FILE", str(pair[0]))
            lake.check_source(**asked, config=config)

    def test_wrong_fields_are_named(self, world: World, mqtt: Broker) -> None:
        with pytest.raises(Invalid) as wrong:
            world.source("mqtt", self.config(mqtt, topics=["a/#/b"], seconds=999, port=70_000), mode="append")
        assert {fault.field for fault in wrong.value.faults} == {"topics", "seconds", "port"}


@pytest.mark.parametrize(
    ("topic", "fits"),
    [("a/b", True), ("a/+/b", True), ("#", True), ("+", True), ("a/#", True), ("/a", True), ("a/#/b", False),
     ("a+", False), ("a/b#", False), ("++", False)],
)  # fmt: skip
def test_topic_filters(topic: str, fits: bool) -> None:
    assert is_filter(topic) is fits


scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(st.characters(exclude_categories=("Cs",)))
objects = st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), scalars, min_size=1)


@given(st.lists(objects, min_size=1, max_size=20))
def test_every_way_of_sending_gives_the_same_rows(rows: list[dict[str, Any]]) -> None:
    config = {"moment": "-"}
    whole = messages.rows_of(json.dumps(rows).encode(), by_line=False, config=config, now=NOW)
    lines = b"\n".join(json.dumps(row).encode() for row in rows)
    assert messages.rows_of(lines, by_line=True, config=config, now=NOW) == whole
    assert [json.loads(line) for line in whole] == rows
    assert all(b"\n" not in line for line in whole)


def test_what_a_sender_calls_like_our_column_stays() -> None:
    found = messages.line({"ontvangen_op": "zelf"}, {"moment": "ontvangen_op"}, NOW)
    assert json.loads(found) == {"ontvangen_op": "zelf"}
    assert Given({}).waiting is None
