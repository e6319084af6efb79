"""Many small sources that are due at the same moment, and one worker: how many an hour?

Each source is a CSV file in a folder, with an upsert by key: most rows stay, some change, some are new.
`python -m benchmarks.refreshes MODE FOLDER COUNT` does a step on its own data folder (`SLUIS_DATA`).
"""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from benchmarks.measure import SLUIS, Watch, run
from benchmarks.report import Line
from benchmarks.scale import Scale

ROWS = 500
AN_HOUR = 1000
_PATIENCE_SECONDS = 3600


def measure(scale: Scale) -> list[Line]:
    """`scale.refreshes` sources, each brought once before, all due again with other rows."""
    site, files = scale.data / "refreshes", scale.data / "refreshes-files"
    for folder in (site, files):
        shutil.rmtree(folder, ignore_errors=True)
    files.mkdir(parents=True)
    count = scale.refreshes

    def step(mode: str) -> None:
        ours = {"SLUIS_DATA": str(site), "SLUIS_FOLDERS": str(files)}
        run([sys.executable, "-m", "benchmarks.refreshes", mode, str(files), str(count)], **ours)

    step("found")
    first, _ = _worked(site, files, count)
    step("again")
    seconds, peak = _worked(site, files, 2 * count)
    rate = count / seconds * 3600
    what = f"{count} bronnen van {ROWS} rijen, bijgewerkt op sleutel, tegelijk aan de beurt; één worker"
    return [
        Line(what, f"{seconds:.0f} s; de eerste keer {first:.0f} s", "", rate, AN_HOUR, "per uur", at_least=True),
        Line("Hoogste geheugen van de worker", f"{peak:.0f} MB", "", peak / 1000, 4, "GB"),
    ]


def _worked(site: Path, files: Path, runs: int) -> tuple[float, float]:
    """Seconds until so many runs have loaded, and the highest memory in MB."""
    begun = time.perf_counter()
    ours = {"SLUIS_DATA": str(site), "SLUIS_FOLDERS": str(files)}
    with (site.parent / "refreshes-worker.log").open("w") as log:
        worker = subprocess.Popen([*SLUIS, "worker"], env=os.environ | ours, stdout=log, stderr=log)
    try:
        with Watch(worker.pid).watching() as watch:
            while (states := _states(site)).get("loaded", 0) < runs:
                late = time.perf_counter() - begun > _PATIENCE_SECONDS
                if late or worker.poll() is not None or set(states) - {"queued", "running", "loaded"}:
                    raise RuntimeError(f"the worker did not get there, see {log.name}: {states}")
                time.sleep(0.5)
            return time.perf_counter() - begun, watch.peak_mb
    finally:
        worker.terminate()
        worker.wait(60)


def _states(site: Path) -> dict[str, int]:
    """How many runs are in each state, without the start of a program."""
    with closing(sqlite3.connect(f"file:{site / 'sluis.sqlite3'}?mode=ro", uri=True)) as con:
        return dict(con.execute("SELECT state, count(*) FROM lake_sourcerun GROUP BY state"))


def _found(files: Path, count: int) -> None:
    from sluis.foundation.service import acting, create_organisation, create_person, grant
    from sluis.kernel.actor import SYSTEM
    from sluis.lake import service as lake
    from sluis.register.service import create

    home = create_organisation(by=SYSTEM, slug="merwede", name="Merwede")
    user = create_person(by=SYSTEM, email="steward@bench.example", name="Steward", password=secrets.token_hex())
    grant(by=SYSTEM, user_id=user.id, organisation_id=home.id, role="data_steward")
    steward = acting(user.id)
    for number in range(count):
        _write(files, number, 0)
        lake.create_source(
            by=steward, dataset_id=create(by=steward, organisation_id=home.id, title=f"Meting {number}").id,
            connector_name="folder", title=f"Meting {number}", mode="upsert", key=["nummer"],
            config={"folder": str(files), "pattern": f"meting-{number}.csv"},
            schedule={"every": "minutes", "count": 60},
        )  # fmt: skip
    _due()


def _again(files: Path, count: int) -> None:
    for number in range(count):
        _write(files, number, 1)
    _due()


def _due() -> None:
    from sluis.kernel import clock
    from sluis.lake.models import Source

    Source.objects.update(next_at=clock.now() - timedelta(seconds=1))


def _write(files: Path, number: int, turn: int) -> None:
    """A tenth of the rows changes each turn, and as many are new."""
    lines = [
        f"{row},locatie {(row * 7 + number) % 90},2026-{1 + row % 12:02}-{1 + row % 28:02},"
        f"{(row * 31 + number + (turn if row % 10 == 0 else 0)) % 9000 / 100:.2f}"
        for row in range(turn * ROWS // 10, ROWS + turn * ROWS // 10)
    ]
    (files / f"meting-{number}.csv").write_text("nummer,plek,datum,waarde\n" + "\n".join(lines) + "\n")


def main() -> int:
    from sluis.cli.start import migrate, start

    mode, files, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    start()
    if mode == "found":
        migrate()
    {"found": _found, "again": _again}[mode](files, count)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
