"""A data engineer's whole story, on the command line: three kinds of sources, a contract, a table that hides people, a
release, sources that break; then the same installation on PostgreSQL, a bucket and Spark Connect, by settings alone.
"""

import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from tests import postgres
from tests.chaos.conftest import Tell
from tests.chaos.engineer import DESCRIBED, MANAGER, MODEL, OWNER, PEOPLE, RIVER, TREES, Operator, Outside, measured
from tests.chaos.hosts import soon
from tests.chaos.seen_outside import answers, open_lake
from tests.engines import sail
from tests.geo_servers import MAPSERVER, mapserver, pygeoapi
from tests.serving import free_port
from tests.storage_servers import bucket, environment

from sluis.kernel import clock

pytestmark = pytest.mark.slow
SLUGS = ("peilbuizen", "bomen", "metingen", "peilbuizen-open")
LAKE = "SELECT * FROM sluis.merwede.metingen ORDER BY code"
SQL = "SELECT plaats, count(*), sum(waarde) FROM metingen GROUP BY plaats"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    for name in ("map", "sheets"):
        (tmp_path / name).mkdir()
    maps = mapserver if MAPSERVER else pygeoapi
    with postgres.serving() as river, maps(tmp_path / "map", TREES) as address:
        river.run("CREATE DATABASE river")
        made = Outside(river, address, tmp_path / "sheets")
        made.tell(*RIVER)
        made.sheet(1, measured(40))
        yield made


@pytest.fixture
def operator(outside: Outside, tmp_path: Path) -> Operator:
    allowed = f"127.0.0.1:{outside.river.port},{urlsplit(outside.map_address).netloc}"
    port = str(free_port())
    settings = {"SLUIS_CONNECT_ALLOW": allowed, "SLUIS_FOLDERS": str(outside.sheets), "SLUIS_API_RATE": "0"}
    site = {"SLUIS_PORT": port, "SLUIS_BASE_URL": f"http://127.0.0.1:{port}"}
    return Operator(tmp_path / "var", settings | site)


def found(operator: Operator) -> None:
    operator.say("migrate", by="")
    operator.say("user", "organisation", "merwede", "--name", "Provincie Merwede", by="")
    for role, email in PEOPLE.items():
        operator.say("user", "add", email, "--name", role, "--organisation", "merwede", "--role", role, by="")
    for slug in SLUGS:
        operator.say("dataset", "add", slug, "--title", slug.capitalize())


def connect(operator: Operator, outside: Outside, tmp_path: Path) -> dict[str, str]:
    """Three sources with a schedule; gives their ids by dataset."""
    password = tmp_path / "password"
    password.write_text(postgres.PASSWORD)
    asked = {
        "peilbuizen": ("database", "kind=postgresql", "host=127.0.0.1", f"port={outside.river.port}", "user=postgres",
                       "database=river", "table=peilbuizen", "tls=off"),
        "bomen": ("wfs", f"url={outside.map_address}", "type_name=ms:bomen_json") if MAPSERVER
        else ("ogc-api-features", f"url={outside.map_address}", "collection=bomen"),
        "metingen": ("folder", f"folder={outside.sheets}", "pattern=metingen-*.xlsx"),
    }  # fmt: skip
    made = {}
    later = f"{clock.now().astimezone(clock.AMSTERDAM) + timedelta(hours=12):%H:%M}"  # their turn comes when we say so
    for slug, (connector, *fields) in asked.items():
        words = [part for one in fields for part in ("--set", one)]
        words += ["--secret", f"password={password}"] if connector == "database" else []
        made[slug] = operator.say(
            "source", "add", slug, connector, "--title", slug, *words, "--every", "day", "--at", later
        )["id"]
    assert all(one["next_at"] for one in operator.say("source", "list"))
    return made


def run(operator: Operator, source: str, state: str) -> Any:
    made = operator.say("source", "run", source, code=0 if state in ("loaded", "unchanged") else 1)
    assert made["state"] == state, made
    return made


def agree(operator: Operator, tmp_path: Path) -> None:
    """The steward writes down what another, who does not decide on the release, puts in force."""
    text = tmp_path / "metingen.yaml"
    operator.say("contract", "draft", "metingen", "--out", str(text))
    assert operator.say("contract", "lint", str(text), by="")["sound"]
    drafted = operator.say("contract", "put", "metingen", str(text))
    assert drafted["status"] == "draft"
    assert operator.say("contract", "enforce", "metingen", by=MANAGER)["status"] == "in_force"


def newest(operator: Operator, slug: str) -> Any:
    return operator.say("table", "versions", slug)[0]


def late(operator: Operator) -> bool:
    return (operator.get("/api/v1/datasets/metingen")["notice"] or {}).get("delayedAt") is not None


def release(operator: Operator) -> None:
    prepared = operator.say("release", "prepare", "metingen", "--plain", *DESCRIBED)
    assert prepared["stage"] == "ready_to_decide", prepared
    decided = operator.say("release", "decide", "metingen", "--motivation", "Wij delen deze data graag.", by=OWNER)
    assert decided["stage"] == "published", decided


def breaks(operator: Operator, outside: Outside, sources: dict[str, str]) -> None:
    """Each time: the last good version stays, and the run or the check says what happened."""
    outside.sheet(2, [*measured(40), ("0041", "Merwestad", "onbekend")])  # another type of column
    run(operator, sources["metingen"], "loaded")
    assert "waarde" in broken(operator)
    with operator.serving():
        assert soon(lambda: late(operator))
        assert "laatste goede versie" in operator.get("/datasets/metingen")
        assert operator.get("/api/v1/datasets/metingen/columns")["rows"] == 40
    outside.sheet(3, [*measured(40), ("0001", "Merwestad", 1.5)])  # a key that comes twice
    run(operator, sources["metingen"], "loaded")
    assert "code" in broken(operator)

    outside.reachable(False)
    before = newest(operator, "peilbuizen")
    assert "127.0.0.1" in run(operator, sources["peilbuizen"], "failed")["failure"]
    assert newest(operator, "peilbuizen") == before
    outside.reachable(True)
    operator.say("source", "resume", sources["peilbuizen"])  # no attempts by itself in the midst of what follows
    outside.tell("ALTER TABLE peilbuizen ALTER stand TYPE text USING stand || ' m'")
    run(operator, sources["peilbuizen"], "loaded")
    failed = operator.say("transformation", "run", "peilbuizen-open", code=1)
    assert failed["state"] == "failed"
    assert failed["failure"]
    assert newest(operator, "peilbuizen-open")["version"] == 1
    outside.tell("ALTER TABLE peilbuizen ALTER stand TYPE numeric(6,2) USING replace(stand, ' m', '')::numeric(6,2)")


def broken(operator: Operator) -> str:
    """The promises that the newest table does not keep."""
    checked = operator.say("contract", "check", "metingen", code=1)
    assert checked["verdict"] == "failed"
    return " ".join(rule["agreed"] for rule in checked["rules"] if rule["status"] != "passed")


@contextmanager
def elsewhere(operator: Operator, tmp_path: Path) -> Iterator[Operator]:
    """The installation carried over to PostgreSQL and a bucket, in a new data folder, with the settings that the move
    said and those of an engine."""
    (tmp_path / "s3").mkdir()
    with ExitStack() as stack:
        server = stack.enter_context(postgres.crashing(durable=True)).server
        storage = environment(stack.enter_context(bucket(tmp_path / "s3")))
        server.run("CREATE DATABASE sluis")
        secrets = {"SLUIS_STORAGE_KEY_ID": "", "SLUIS_STORAGE_SECRET_KEY": "", "address": server.address("sluis")}
        for name, secret in secrets.items():
            (tmp_path / name).write_text(secret or storage.pop(name))
        where = storage.pop("SLUIS_STORAGE")
        operator.settings |= storage | {f"{name}_FILE": str(tmp_path / name) for name in secrets if name != "address"}
        said = operator.told("move", "--database", f"@{tmp_path / 'address'}", "--storage", where)
        pasted = dict(shlex.split(line)[0].split("=", 1) for line in said.splitlines() if line.startswith("SLUIS_"))
        assert pasted["SLUIS_STORAGE"] == where
        assert not any((tmp_path / name).read_text() in said for name in secrets)
        for left in operator.data.iterdir():  # the settings name the key; nothing else of the old place is needed
            if left.name != "secret-key":
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        there = {"SLUIS_ENGINE": stack.enter_context(sail()), "SLUIS_ENGINE_FROM_MB": "0"}
        yield Operator(tmp_path / "elsewhere", pasted | there)


def seen(operator: Operator) -> dict[str, Any]:
    """Everything of this installation that can be seen from outside, and all that an engineer can ask."""
    with operator.serving():
        assert operator.get("/api/v1/datasets")["total"] == 1, "a new host made its search index first"
        outside = answers(operator.address, SLUGS, SQL)
        lake = open_lake(operator.address, LAKE)
    return facts(operator) | {"lake": lake, "outside": outside}


def facts(operator: Operator) -> dict[str, Any]:
    told: dict[str, Any] = {
        "contracts": operator.say("contract", "list", "metingen"),
        "sources": operator.say("source", "list"),
        "transformation": operator.say("transformation", "show", "peilbuizen-open"),
    }
    for slug in SLUGS:
        told[slug] = operator.say("table", "versions", slug)
        one = "nr || soort" if slug == "bomen" else "t::text"  # a shape has no text of its own
        asked = f"SELECT count(*), md5(string_agg({one}, '|' ORDER BY {one})) FROM {slug.replace('-', '_')} t"
        told[f"rows of {slug}"] = operator.say("query", asked)
    return told


def mends(operator: Operator) -> dict[str, Any]:
    """Time passes until it is everybody's turn, and by then the sources are good again: what came of it by itself."""
    passes(operator)
    with operator.serving():
        assert soon(lambda: len(releases(operator)) == 2 and not late(operator))
        assert soon(lambda: newest(operator, "peilbuizen-open")["rows_loaded"] == 61)
        assert soon(lambda: not any(one["coming"] for one in releases(operator)))
        assert "laatste goede versie" not in operator.get("/datasets/metingen")
        lake = open_lake(operator.address, LAKE)
        files = [(one["name"], one["sha256"]) for version in releases(operator) for one in version["files"]]
    checked = operator.say("contract", "check", "metingen")
    assert checked["verdict"] == "passed"
    assert all(one["next_at"] for one in operator.say("source", "list"))
    made = {slug: {name: newest(operator, slug)[name] for name in MADE} for slug in SLUGS}
    hidden = operator.say("transformation", "show", "peilbuizen-open")["runs"][0]["figures"]
    rows = {name: value for name, value in facts(operator).items() if name.startswith("rows of ")}
    return rows | {"rules": checked["rules"], "made": made, "hidden": hidden, "lake": lake, "files": files}


MADE = ("version", "status", "rows_read", "rows_loaded", "rows_rejected", "columns", "change", "source_sha256")


def passes(operator: Operator) -> None:
    due = "UPDATE lake_source SET next_at = '2026-01-01 05:30:00+00:00' WHERE next_at IS NOT NULL"
    with psycopg.connect(Path(operator.settings["SLUIS_DATABASE_FILE"]).read_text()) as there:
        assert there.execute(due).rowcount == 3


def releases(operator: Operator) -> Any:
    return operator.get("/api/v1/datasets/metingen/releases")["releases"]


def test_an_engineer_begins_embedded_breaks_sources_and_moves_everything(
    operator: Operator, outside: Outside, tmp_path: Path, tell: Tell
) -> None:
    found(operator)
    sources = connect(operator, outside, tmp_path)
    for source in sources.values():
        run(operator, source, "loaded")
    agree(operator, tmp_path)
    (tmp_path / "model.yaml").write_text(MODEL)
    tried = operator.say("transformation", "check", "peilbuizen-open", str(tmp_path / "model.yaml"))
    assert tried["figures"]["after"]["smallest"] >= 3
    operator.say("transformation", "put", "peilbuizen-open", str(tmp_path / "model.yaml"))
    assert operator.say("transformation", "run", "peilbuizen-open")["rows"] == 60
    release(operator)
    breaks(operator, outside, sources)

    before = seen(operator)
    with elsewhere(operator, tmp_path) as there:
        after = seen(there)
        assert {path: one for path, one in before["outside"].items() if after["outside"].get(path) != one} == {}
        assert after == before
        outside.sheet(4, measured(60))
        outside.tell("INSERT INTO peilbuizen VALUES (61, 'buis 61', 'Eigenaar 61', '1960-01-01', 15.25)")
        made = mends(there)["made"]
        assert [made[slug]["version"] for slug in SLUGS] == [3, 1, 4, 2]
    tell(6, sources=len(sources), broken=4, addresses=len(before["outside"]))
