"""An installation with content goes to a real PostgreSQL and back, and so does its backup; nothing differs."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests import postgres
from tests.serving import surroundings
from tests.storage_servers import bucket, environment

SECRET = postgres.PASSWORD


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.serving() as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A data folder with people, a dataset and two versions of a table, one of them with rows that were refused."""
    folder = tmp_path_factory.mktemp("site")
    data = folder / "data"
    (folder / "bomen.csv").write_text("nr;soort\n1;eik\n2;beuk\n")
    shutil.copytree(migrated, data)
    run(data, "user", "organisation", "merwede", "--name", "Provincie Merwede")
    person = ["--name", "Één Beheerder", "--organisation", "merwede", "--role", "administrator"]
    run(data, "user", "add", "beheer@merwede.example", *person)
    run(data, "import", str(folder / "bomen.csv"), "--organisation", "merwede", "--title", "Bomen")
    run(data, "import", str(folder / "bomen.csv"), "--dataset", "bomen", "--append")
    return data


def run(data: Path, *words: str, database: str = "", code: int = 0, **more: str) -> Any:
    """A command as an operator gives it; its outcome, which never shows the password of the database."""
    more |= {"SLUIS_DATABASE": database} if database else {}
    done = subprocess.run(
        [sys.executable, "-m", "sluis", *words, "--json", "--quiet"],
        env=surroundings(data, **more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout else None


def contents(moved: Any) -> list[tuple[str, int, str]]:
    return [(one["table"], one["rows"], one["sha256"]) for one in moved["tables"]]


def new_database(server: postgres.Server, name: str) -> str:
    server.run(f"CREATE DATABASE {name}")
    return server.address(name)


@pytest.fixture(scope="module")
def moved(server: postgres.Server, site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    """The address of where the site went, and what the move said. The site itself stays as it was."""
    address = new_database(server, "there")
    given = tmp_path_factory.mktemp("address") / "address"
    given.write_text(address)
    return address, run(site, "move", "--database", f"@{given}")


def test_an_attempt_that_broke_off_is_finished(site: Path, moved: tuple[str, Any]) -> None:
    address, whole = moved
    with psycopg.connect(address, autocommit=True) as breaking:
        breaking.execute("CREATE TABLE sluis_move (name varchar(100) PRIMARY KEY, rows bigint, sha256 varchar(64))")
        for name, rows, sha256 in contents(whole):
            if name != "foundation_membership":
                breaking.execute("INSERT INTO sluis_move VALUES (%s, %s, %s)", [name, rows, sha256])
        breaking.execute("DELETE FROM foundation_membership")
    assert contents(run(site, "move", "--database", address)) == contents(whole)
    with psycopg.connect(address) as looking:
        assert looking.execute("SELECT to_regclass('sluis_move')").fetchone() == (None,)


def test_there_the_rules_of_the_database_hold(moved: tuple[str, Any]) -> None:
    for statement in ("DELETE FROM foundation_auditentry", "UPDATE foundation_auditentry SET action = ''"):
        with psycopg.connect(moved[0]) as there, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            there.execute(statement)


def test_a_backup_of_it_comes_back_in_either(
    server: postgres.Server, site: Path, moved: tuple[str, Any], tmp_path: Path
) -> None:
    address, went = moved
    file = str(tmp_path / "kept.tar")
    kept = run(site, "backup", file, database=address)
    assert kept["audit_head"] == went["audit_head"]
    on_sqlite, on_postgresql = tmp_path / "on-sqlite", tmp_path / "on-postgresql"
    assert run(on_sqlite, "restore", file, "--verify")["equal"]
    assert run(on_sqlite, "doctor", "--deep")["sound"]

    again = new_database(server, "again")
    assert run(on_postgresql, "restore", file, database=again)["equal"]
    assert not list(on_postgresql.glob("sluis.sqlite3*"))
    rows = {name: count for name, count, _ in contents(went)}
    with psycopg.connect(again) as looking:
        assert looking.execute("SELECT count(*) FROM foundation_auditentry").fetchone() == (
            rows["foundation_auditentry"],
        )
    assert run(tmp_path / "third", "restore", file, database=again, code=1)["code"] == "move.not-empty"


def test_back_again_nothing_differs_and_the_site_goes_on(site: Path, moved: tuple[str, Any], tmp_path: Path) -> None:
    """On PostgreSQL numbers go on after those that were copied; on SQLite they go on after those of PostgreSQL."""
    address, went = moved
    assert {name: rows for name, rows, _ in contents(went)}["lake_tableversion"] == 2
    (site / "sluis.sqlite3").rename(tmp_path / "before.sqlite3")
    came = run(site, "move", "--database", "sqlite", database=address)
    assert contents(came) == contents(went)
    assert (came["audit_seq"], came["audit_head"]) == (went["audit_seq"], went["audit_head"])
    for database in (address, ""):
        person = ["--name", "Een Lezer", "--organisation", "merwede", "--role", "viewer"]
        run(site, "user", "add", "lezer@merwede.example", *person, database=database)
    assert run(site, "doctor")["sound"]


def test_what_is_filled_is_never_written_over(server: postgres.Server, site: Path) -> None:
    address = new_database(server, "filled")
    server.run("CREATE TABLE of_others (x int)", database="filled")
    refused = run(site, "move", "--database", address, code=1)
    assert refused["code"] == "move.not-empty"
    with psycopg.connect(address) as looking:
        assert looking.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (1,)


@pytest.mark.parametrize("given", ["mysql://u:van-de-beheerder-11@h/d", "van-de-beheerder-11"])
def test_an_address_that_is_none_is_refused(site: Path, given: str) -> None:
    assert run(site, "move", "--database", given, code=1)["code"] == "move.address"


def test_the_files_go_to_a_bucket_and_back(site: Path, tmp_path: Path) -> None:
    """Endpoint and keys are set already; only after the move SLUIS_STORAGE is."""
    data = tmp_path / "data"
    shutil.copytree(site, data)
    files = {file.name for file in (data / "blobs").glob("??/??/*")}
    (tmp_path / "s3").mkdir()
    with bucket(tmp_path / "s3") as settings:
        there = environment(settings)
        storage = there.pop("SLUIS_STORAGE")
        went = run(data, "move", "--storage", storage, **there)
        assert went["files"] == len(files)
        assert went["anchor"] == f"{storage}/anchor/audit-head.json"
        assert went["catalogue"] == {"tables": 1, "snapshots": 2, "rows": 6}
        said = went["settings"]
        assert said.pop("SLUIS_PORT")
        assert said == {
            "SLUIS_STORAGE": storage,
            "SLUIS_STORAGE_ENDPOINT": there["SLUIS_STORAGE_ENDPOINT"],
            "SLUIS_STORAGE_KEY_ID": "********",
            "SLUIS_STORAGE_SECRET_KEY": "********",
            "SLUIS_SECRET_KEY_FILE": str(data / "secret-key"),
        }
        shutil.rmtree(data / "blobs")
        (data / "audit-head.json").unlink()  # as in a new data folder
        there["SLUIS_STORAGE"] = storage
        assert run(data, "doctor", "--deep", **there)["sound"]
        assert run(data, "move", "--storage", storage, code=1, **there)["code"] == "move.same"
        assert run(data, "move", "--storage", "disk", **there)["files"] == len(files)
        assert run(data, "move", "--storage", "s3://with?a=query", code=1, **there)["code"] == "settings.invalid"
    assert {file.name for file in (data / "blobs").glob("??/??/*")} == files
    assert run(data, "doctor", "--deep")["sound"]
    assert run(data, "move", code=1)["code"] == "move.nothing"


def test_without_a_bucket_it_says_how_the_anchor_goes_along(
    site: Path, server: postgres.Server, tmp_path: Path
) -> None:
    """The words that it says, given to a shell, make a new data folder sound."""
    data, new = tmp_path / "da ta", tmp_path / "new"
    shutil.copytree(site, data)
    (data / "sluis.toml").write_text('organisation = "Provincie \'t Zand"\nfolders = ["/srv/a", "/srv/b"]\n')
    address = tmp_path / "address"
    address.write_text(new_database(server, "moved"))
    command = [sys.executable, "-m", "sluis", "move", "--database", f"@{address}", "--quiet"]
    done = subprocess.run(command, env=surroundings(data), capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()
    assert SECRET not in done.stdout
    pasted = [line for line in said if line.startswith("SLUIS_")]
    assert f"SLUIS_DATABASE_FILE={address}" in pasted
    assert "SLUIS_FOLDERS=/srv/a,/srv/b" in pasted
    script = "\n".join(["set -a", *pasted, "set +a", *(line for line in said if line.startswith("install "))])
    script = script.replace("DATAMAP", shlex.quote(str(new)))
    shutil.copytree(data / "blobs", new / "blobs")
    script += f"\nSLUIS_DATA={shlex.quote(str(new))} exec {shlex.quote(sys.executable)} -m sluis doctor --json"
    there = subprocess.run(["sh", "-c", script], env=surroundings(data), capture_output=True, text=True, check=False)
    found = {(one["check"], one["state"]) for one in json.loads(there.stdout)["findings"]}
    assert {("audit", "good"), ("files", "good"), ("sources", "good")} <= found
