"""A data engineer at a terminal, and the systems that the province had already: a PostgreSQL, a WFS and a folder."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import openpyxl
from tests import postgres
from tests.serving import ready, running, surroundings
from tests.waiting import PATIENCE_SECONDS

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
    settings: dict[str, str]

    @property
    def address(self) -> str:
        return self.settings["SLUIS_BASE_URL"]

    def environment(self) -> dict[str, str]:
        return surroundings(self.data, **self.settings)

    def told(self, *words: str, code: int = 0) -> str:
        """What a command says."""
        done = subprocess.run(
            [sys.executable, "-m", "sluis", *words, "--quiet"],
            env=self.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, (words, done.stdout[-3000:], done.stderr[-3000:])
        assert "Traceback" not in done.stderr
        return done.stdout

    def say(self, *words: str, code: int = 0, by: str = STEWARD) -> Any:
        return json.loads(self.told(*words, *(["--as", by] if by else []), "--json", code=code))

    def get(self, path: str) -> Any:
        """What the site says to a visitor while it serves under these settings."""
        with urlopen(self.address + path, timeout=PATIENCE_SECONDS) as answer:
            text = answer.read().decode()
        return json.loads(text) if path.startswith("/api/") else text

    @contextmanager
    def serving(self) -> Iterator[None]:
        with running(self.environment(), "serve", log=self.data.with_suffix(".log")) as process:
            assert ready(f"{self.address}/readyz", process)
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
