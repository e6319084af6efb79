"""The doctor finds each fault, made for real, and says what to do; on a sound site it finds none."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.db import connection
from django.tasks import task
from tests import serving

from sluis.cli.doctor import CHECKS, machine, work
from sluis.cli.doctor import database as database_checks
from sluis.conf.env import Env
from sluis.foundation import blobs
from sluis.foundation.jobs import beats, worker
from sluis.foundation.service import writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="another owner or disk needs root")


@task
def idle() -> None:
    pass


@pytest.fixture
def env(data_folder: Path, settings) -> Env:
    """Of a site on SQLite, whatever these tests run on; PostgreSQL has tests of its own."""
    return replace(settings.SLUIS, database="")


def found(env: Env, name: str) -> list[tuple[str, str]]:
    """State and text of what this check finds; whatever is not good says what to do."""
    findings = list(CHECKS[name](env, False))
    assert all(finding.way_out for finding in findings if finding.state != "good")
    return [(finding.state, finding.text) for finding in findings]


def states(env: Env, name: str) -> list[str]:
    return [state for state, _ in found(env, name)]


def test_another_owner_of_the_files(env):
    assert "bad" not in states(env, "storage")
    (env.data / "blobs").mkdir()
    if os.geteuid() != 0:
        pytest.skip("another owner needs root")
    os.chown(env.data / "blobs", 12_345, -1)
    assert ("bad", "niet van deze gebruiker: blobs") in found(env, "storage")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@root_only
def test_a_disk_that_is_nearly_full_and_one_that_cannot_be_written(env, small_disk):
    small = replace(env, data=small_disk)
    assert states(small, "storage") == ["warning"]
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert states(small, "storage") == ["bad"]


@pytest.mark.django_db
def test_a_clock_that_was_set_back(env, fixed_clock):
    assert machine.SKEW_SECONDS < 3600
    clock.install(clock.SystemClock())
    assert states(env, "clock") == ["good"]
    clock.install(fixed_clock)
    fixed_clock.moment = clock.SystemClock().now() + timedelta(hours=1)
    with writing(by=SYSTEM, action="test.done", subject=("test", 1)):
        pass
    clock.install(clock.SystemClock())
    assert states(env, "clock") == ["bad"]


def test_a_key_that_others_may_read(env):
    (env.data / "secret-key").write_text("x")
    (env.data / "secret-key").chmod(0o644)
    assert "anderen kunnen secret-key lezen" in [text for _, text in found(env, "secrets")]
    (env.data / "secret-key").chmod(0o600)
    assert "bad" not in states(env, "secrets")


def test_a_public_address_without_https(env):
    public = replace(env, base_url="http://data.merwede.example")
    assert ("warning", "het publieke adres heeft geen https") in found(public, "secrets")


@pytest.mark.parametrize(
    ("base_url", "state"),
    [
        ("http://0.0.0.0:8000", "bad"),
        ("https://data.example/sluis", "bad"),
        ("https://bestaat-niet.invalid", "warning"),
        ("http://127.0.0.1:8000", "good"),
    ],
)
def test_an_address_nobody_can_open(env, base_url, state):
    assert states(replace(env, base_url=base_url), "address") == [state]


def test_a_site_that_answers_to_every_name(env):
    assert states(replace(env, base_url="http://localhost", allowed_hosts=("*",)), "address") == ["warning"]


# The database of these is a file of its own, as the doctor reads it beside Django.


@pytest.fixture
def database(env: Env) -> Path:
    place = env.data / "sluis.sqlite3"
    with closing(sqlite3.connect(place)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE t (x)")
        made.commit()
    return place


def test_a_database_that_somebody_holds(env, database, monkeypatch):
    monkeypatch.setattr(database_checks, "PATIENCE_SECONDS", 0.05)
    assert states(env, "locks") == ["good"]
    with closing(sqlite3.connect(database, isolation_level=None)) as holding:
        holding.execute("BEGIN IMMEDIATE")
        assert states(env, "locks") == ["bad"]
        holding.execute("ROLLBACK")
    assert states(env, "locks") == ["good"]


def test_a_write_ahead_log_that_a_reader_holds(env, database, monkeypatch):
    monkeypatch.setattr(database_checks, "LARGE_LOG", 8 * 1024**2)  # the real limit would write half a gigabyte here
    with (
        closing(sqlite3.connect(database, isolation_level=None)) as reading,
        closing(sqlite3.connect(database, isolation_level=None)) as writing_,
    ):
        reading.execute("BEGIN")
        reading.execute("SELECT * FROM t").fetchall()
        for _ in range(10):
            writing_.execute("INSERT INTO t VALUES (zeroblob(1000000))")
        assert states(env, "locks") == ["warning"]
        reading.execute("COMMIT")
        writing_.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert states(env, "locks") == ["good"]


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_waits(env, database):
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name, applied FROM django_migrations WHERE name = '0005_operating'")
        row = cursor.fetchone()
        cursor.execute("DELETE FROM django_migrations WHERE name = '0005_operating'")
    try:
        assert ("bad", "1 wachten") in found(env, "database")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)
    assert ("good", "bij") in found(env, "database")


def test_a_database_whose_pages_were_overwritten(env, database):
    with closing(sqlite3.connect(database)) as filling:
        filling.executemany("INSERT INTO t VALUES (?)", [(f"{n:0100}",) for n in range(2000)])
        filling.commit()
        filling.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 8192)
    try:
        verdict = next(iter(database_checks.check_database(env, True)))
    except sqlite3.DatabaseError:
        return  # so broken that it does not even open: that is a finding of the command itself
    assert verdict.state == "bad"


@pytest.mark.django_db(transaction=True)
def test_an_audit_chain_that_was_changed(env):
    for n in range(3):
        with writing(by=SYSTEM, action="test.done", subject=("test", n)):
            pass
    assert states(env, "audit") == ["good"]
    anchor = env.data / "audit-head.json"
    kept = json.loads(anchor.read_text())
    anchor.write_text(json.dumps(kept | {"hash": "0" * 64}))
    assert states(env, "audit") == ["bad"]


def test_a_file_that_rotted(env, db):
    ref = blobs.put_bytes(b"inhoud")
    place = blobs.path(ref.sha256)
    assert states(env, "files") == ["good"]
    place.chmod(0o600)
    place.write_bytes(b"inhouD")
    assert states(env, "files") == ["bad"]


@pytest.mark.django_db(transaction=True)
def test_nobody_works_and_work_hangs(env, fixed_clock):
    beats._last.clear()
    assert states(env, "workers") == ["warning"]
    beats.beat("machine:1:1")
    assert states(env, "workers") == ["good"]
    assert "warning" not in states(env, "jobs")
    worker.hold_here(idle)
    fixed_clock.advance(worker.LEASE * 3)
    assert states(env, "workers") == ["warning"]
    assert states(env, "jobs") == ["warning"]


@pytest.mark.django_db(transaction=True)
def test_work_that_failed(env):
    from sluis.foundation.models import Job

    idle.enqueue()
    Job.objects.update(state="failed")
    assert ("warning", "1 taken zijn mislukt") in found(env, "jobs")


def test_a_backup_that_was_never_made_or_long_ago(env):
    assert states(env, "backup") == ["warning"]
    note = env.data / "last-backup.json"
    note.write_text(json.dumps({"made_at": (clock.now() - timedelta(hours=20)).isoformat()}))
    assert states(env, "backup") == ["good"]
    note.write_text(json.dumps({"made_at": (clock.now() - work.BACKUP_EVERY - timedelta(hours=1)).isoformat()}))
    assert states(env, "backup") == ["warning"]
    note.write_text("{")
    assert states(env, "backup") == ["warning"]


def test_a_mail_server_that_does_not_answer(env, settings):
    port = serving.free_port()
    options = {"host": "127.0.0.1", "port": port, "timeout": 2}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    assert states(replace(env, mail_host="127.0.0.1", mail_port=port), "mail") == ["warning"]


class Provider(BaseHTTPRequestHandler):
    issuer = ""

    def do_GET(self) -> None:
        where = f"http://127.0.0.1:{self.server.server_address[1]}"
        known = {"issuer": self.issuer or where, "jwks_uri": f"{where}/keys"}
        body = json.dumps({"keys": [{"kty": "RSA"}]} if self.path == "/keys" else known).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_a_sign_in_service_that_is_away_or_another(env, settings, monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    issuer = f"http://127.0.0.1:{server.server_address[1]}"
    settings.SLUIS = replace(env, oidc_issuer=issuer, oidc_client_id="x", oidc_private_networks=("127.0.0.1",))
    assert states(settings.SLUIS, "sign-in") == ["good"]
    monkeypatch.setattr(Provider, "issuer", "https://iemand-anders.example")
    assert states(settings.SLUIS, "sign-in") == ["bad"]
    server.shutdown()
    server.server_close()
    assert states(settings.SLUIS, "sign-in") == ["bad"]


# As in a container whose profile does not know Landlock: the kernel answers that there is no such call.
NO_LANDLOCK = """
import ctypes, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7FFF0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
class Filter(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
wanted = Filter(len(steps), ctypes.addressof(program))
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(wanted), 0, 0) == 0
sys.argv = ["sluis", "doctor", "--json"]
from sluis.cli.main import run
run()
"""


def test_the_whole_command_on_a_sound_site_and_without_a_sandbox(tmp_path: Path, migrated: Path) -> None:
    shutil.copytree(migrated, tmp_path / "var")
    environment = serving.surroundings(tmp_path / "var")
    sluis = [sys.executable, "-m", "sluis"]
    backup = [*sluis, "backup", str(tmp_path / "kept.tar")]
    subprocess.run(backup, env=environment, check=True, capture_output=True, timeout=300)
    asked = subprocess.run([*sluis, "doctor", "--json"], env=environment, capture_output=True, timeout=300, check=False)
    told = json.loads(asked.stdout)
    assert {f["check"]: f["text"] for f in told["findings"] if f["state"] == "bad"} == {}
    assert {f["check"] for f in told["findings"] if f["state"] == "warning"} <= {"workers", "storage", "index"}
    assert (asked.returncode, told["sound"]) == (0, True)
    fenced = [sys.executable, "-c", NO_LANDLOCK]
    without = subprocess.run(fenced, env=environment, capture_output=True, timeout=300, check=False)
    findings = {f["check"]: f for f in json.loads(without.stdout)["findings"]}
    assert without.returncode == 1
    assert findings["sandbox"]["state"] == "bad"
    assert "Landlock" in findings["sandbox"]["way_out"]
