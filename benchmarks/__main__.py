"""`python -m benchmarks [--quick] [--only NAME] [--data DIR] [--write]`"""

import argparse
import os
import sys
from pathlib import Path

from benchmarks import ingest, large, peers, policies, refreshes, report, rows, search, sql, start
from benchmarks.scale import Scale

PARTS = {
    "ingest": ("Van CSV naar bevraagbaar", ingest.measure),
    "rows": ("Rijen en bestanden over HTTP", rows.measure),
    "peers": ("Tegen andere systemen", peers.measure),
    "refreshes": ("Kleine verversingen", refreshes.measure),
    "large": ("Honderd miljoen rijen", large.measure),
    "sql": ("Vragen in SQL", sql.measure),
    "search": ("Catalogus", search.measure),
    "start": ("Starten", start.measure),
    "policies": ("Beleid", policies.measure),
}


def main() -> int:
    """0 when every bound was kept, 1 when one was not; the table goes to stdout."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small table and catalogue: minutes become seconds")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; repeat for more")
    parser.add_argument("--data", type=Path, default=Path("var/benchmarks"), help="folder for the measured data")
    parser.add_argument(
        "--write", action="store_true", help="write docs/reference/performance.md with the newest of each part"
    )
    asked = parser.parse_args()
    data: Path = asked.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    scale = Scale.small(data) if asked.quick else Scale(data)
    kept = True
    for name in asked.only or PARTS:
        title, measure = PARTS[name]
        load = os.getloadavg()[0]
        lines = measure(scale)
        part = report.Part.of(title, lines, load)
        part.keep(data / f"{name}.json")
        print(part, flush=True)
        kept &= all(line.kept for line in lines)
    if asked.write:
        found = [report.Part.read(data / f"{name}.json") for name in PARTS if (data / f"{name}.json").exists()]
        words = " ".join(["python -m benchmarks", *sys.argv[1:]])
        report.PAGE.write_text(report.page(found, words), encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
