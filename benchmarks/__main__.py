"""`python -m benchmarks [--quick] [--only NAME] [--data DIR] [--write]`"""

import argparse
import os
import sys
from pathlib import Path

from benchmarks import ingest, report, rows, search, start
from benchmarks.scale import Scale

PARTS = {
    "ingest": ("Van CSV naar bevraagbaar", ingest.measure),
    "rows": ("Rijen en bestanden over HTTP", rows.measure),
    "search": ("Catalogus", search.measure),
    "start": ("Starten", start.measure),
}


def main() -> int:
    """0 when every bound was kept, 1 when one was not; the table goes to stdout."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small table and catalogue: minutes become seconds")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; repeat for more")
    parser.add_argument("--data", type=Path, default=Path("var/benchmarks"), help="folder for the measured data")
    parser.add_argument("--write", action="store_true", help="write docs/reference/performance.md")
    asked = parser.parse_args()
    data: Path = asked.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    scale = Scale.small(data) if asked.quick else Scale(data)
    load = os.getloadavg()[0]
    found = []
    for name in asked.only or PARTS:
        title, measure = PARTS[name]
        lines = measure(scale)
        print(f"\n## {title}\n\n{report.table(lines)}", flush=True)
        found.append((title, lines))
    if asked.write:
        words = " ".join(arg for arg in sys.argv[1:])
        report.PAGE.write_text(report.page(found, f"python -m benchmarks {words}".strip(), load), encoding="utf-8")
    return 0 if all(line.kept for _, lines in found for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
