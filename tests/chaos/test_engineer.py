"""A data engineer on the command line: three kinds of sources, a contract, a table that hides people, a release, and
then sources that break: the last good version stays inside and outside, and somebody can read why."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import openpyxl
import pytest
from tests import postgres
from tests.chaos.conftest import Tell
from tests.conftest import REPOSITORY
from tests.geo_servers import MAPSERVER, mapserver, pygeoapi
from tests.serving import free_port, ready, running, surroundings

pytestmark = pytest.mark.slow
PEOPLE = {role: f"{role}@merwede.example" for role in ("data_steward", "data_manager", "data_owner")}
STEWARD, MANAGER, OWNER = PEOPLE.values()
TREES = 95
RIVER = [
    "CREATE TABLE peilbuizen (nr int, naam text, eigenaar text, geboren date, stand numeric(6,2))",
    "INSERT INTO peilbuizen SELECT n, 'buis ' || n, 'Eigenaar ' || n, date '1950-01-01' + n * 90, n * 0.25"
    " FROM generate_series(1, 60) n",
]
MODEL = """layer: gold
start: inputs
sql: SELECT nr, naam, eigenaar, geboren, stand FROM peilbuizen
steps:
  - {do: drop, columns: [naam]}
  - {do: pseudonymise, columns: [eigenaar]}
  - {do: generalise, column: geboren, to: year}
  - {do: k_anonymise, columns: [geboren], k: 3}
tests:
  - {name: geen stand onder nul, sql: SELECT * FROM peilbuizen_open WHERE stand < 0}
"""
DESCRIBED = (
    "--description", "Standen van peilbuizen in de provincie over het jaar 2026.", "--theme", "ENVI",
    "--licence", "CC0", "--contact", "opendata@merwede.example",
)  # fmt: skip


@dataclass
class Operator:
    """Somebody at a terminal, with the settings of the moment."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return surroundings(self.data, PYTHONPATH=str(REPOSITORY), **self.settings)

    def say(self, *words: str, code: int = 0, by: str = STEWARD) -> Any:
        person = ["--as", by] if by else []
        done = subprocess.run(
            [sys.executable, "-m", "sluis", *words, *person, "--json", "--quiet"],
            env=self.environment(), capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == code, (words, done.stdout[-3000:], done.stderr[-3000:])
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout)

    def get(self, path: str) -> Any:
        """What the site says to a visitor while it serves under these settings."""
        with urlopen(self.settings["SLUIS_BASE_URL"] + path, timeout=60) as answer:
            text = answer.read().decode()
        return json.loads(text) if path.startswith("/api/") else text

    @contextmanager
    def serving(self) -> Iterator[None]:
        port = str(free_port())
        self.settings |= {"SLUIS_PORT": port, "SLUIS_BASE_URL": f"http://127.0.0.1:{port}"}
        with running(self.environment(), "serve") as process:
            assert ready(f"{self.settings['SLUIS_BASE_URL']}/readyz", process)
            yield


@dataclass
class Outside:
    """The systems that the province already had, on loopback; and what breaks in them."""

    river: postgres.Server
    map_address: str
    sheets: Path

    def sheet(self, month: int, rows: list[tuple[Any, ...]]) -> None:
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        for row in [("code", "plaats", "waarde"), *rows]:
            page.append(row)
        book.save(self.sheets / f"metingen-2026-{month:02}.xlsx")

    def tell(self, *statements: str) -> None:
        self.river.run(*statements, database="river")

    def reachable(self, so: bool) -> None:
        self.river.run(f"ALTER DATABASE river ALLOW_CONNECTIONS {str(so).lower()}")


def measured(count: int) -> list[tuple[Any, ...]]:
    return [(f"{n:04}", "Merwestad", n * 1.5) for n in range(1, count + 1)]


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
    return Operator(
        tmp_path / "var",
        {"SLUIS_CONNECT_ALLOW": allowed, "SLUIS_FOLDERS": str(outside.sheets), "SLUIS_SECRET_KEY": "k" * 40},
    )


def found(operator: Operator) -> None:
    operator.say("migrate", by="")
    operator.say("user", "organisation", "merwede", "--name", "Provincie Merwede", by="")
    for role, email in PEOPLE.items():
        operator.say("user", "add", email, "--name", role, "--organisation", "merwede", "--role", role, by="")
    for slug in ("peilbuizen", "bomen", "metingen", "peilbuizen-open"):
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
    for slug, (connector, *fields) in asked.items():
        words = [part for one in fields for part in ("--set", one)]
        words += ["--secret", f"password={password}"] if connector == "database" else []
        made[slug] = operator.say(
            "source", "add", slug, connector, "--title", slug, *words, "--every", "day", "--at", "06:30"
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
    return operator.get("/api/v1/datasets/metingen")["notice"].get("delayedAt") is not None


def soon(so: Callable[[], bool]) -> None:
    limit = time.monotonic() + 120
    while not so():
        assert time.monotonic() < limit
        time.sleep(0.5)


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
        soon(lambda: late(operator))
        assert "laatste goede versie" in operator.get("/datasets/metingen")
        assert operator.get("/api/v1/datasets/metingen/columns")["rows"] == 40
    outside.sheet(3, [*measured(40), ("0001", "Merwestad", 1.5)])  # a key that comes twice
    run(operator, sources["metingen"], "loaded")
    assert "code" in broken(operator)
    outside.reachable(False)
    before = newest(operator, "peilbuizen")
    assert "127.0.0.1" in run(operator, sources["peilbuizen"], "failed")["failure"]
    assert newest(operator, "peilbuizen") == before
    assert newest(operator, "peilbuizen-open")["version"] == 1
    outside.reachable(True)


def broken(operator: Operator) -> str:
    """The promises that the newest table does not keep."""
    checked = operator.say("contract", "check", "metingen", code=1)
    assert checked["verdict"] == "failed"
    return " ".join(rule["agreed"] for rule in checked["rules"] if rule["status"] != "passed")


def test_an_engineer_sets_everything_up_and_sources_break(
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

    tell(6, sources=len(sources), broken=3)
