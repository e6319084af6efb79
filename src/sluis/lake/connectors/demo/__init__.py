"""An example to copy: water levels that Sluis makes up, a row for every hour. Reaches nothing outside."""

import csv
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sluis.kernel import clock
from sluis.kernel.errors import Fault
from sluis.kernel.text import N_
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged

MOST_DAYS = 366


class Demo(Connector):
    name = "demo"
    title = N_("Voorbeeld: verzonnen waterstanden")
    about = N_("Om te oefenen: Sluis verzint zelf elk uur een waterstand. Er gaat niets naar buiten.")
    modes = ("replace", "append", "upsert")
    fields = (
        Field("station", N_("Meetpunt"), required=True, help=N_("Een naam die u zelf kiest.")),
        Field("days", N_("Aantal dagen"), Kind.NUMBER, required=True, default=7,
              help=N_("Zoveel dagen terug begint de reeks.")),
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        if config["days"] <= MOST_DAYS:
            return []
        return [Fault(N_("Kies ten hoogste {most} dagen."), field="days", params={"most": MOST_DAYS})]

    def check(self, given: Given, tell: Tell) -> None:
        tell(N_("Het meetpunt {station} kan waterstanden geven."), station=given["station"])

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        now = clock.now().replace(minute=0, second=0, microsecond=0)
        if state.get("until") == now.isoformat():
            return UNCHANGED
        hours = [now - timedelta(hours=n) for n in range(given["days"] * 24)]
        if given.mode != "replace" and "until" in state:
            hours = [hour for hour in hours if hour.isoformat() > state["until"]]
        path = into / "waterstanden.csv"
        with path.open("x", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, delimiter=";")
            lines.writerow(["meetpunt", "tijdstip", "waterstand_cm"])
            lines.writerows(
                [given["station"], hour.isoformat(), _level(given["station"], hour)] for hour in hours[::-1]
            )
        tell(N_("Gemaakte uren: {count}."), count=len(hours))
        return Fetched(path, path.name, {"until": now.isoformat()})


def _level(station: str, hour: Any) -> int:
    """The same hour always has the same level, as with a real gauge."""
    return 80 + int.from_bytes(sha256(f"{station} {hour.isoformat()}".encode()).digest()[:2]) % 60


CONNECTOR = Demo()
