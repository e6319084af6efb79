"""From command to first answer, and what a server at rest takes."""

import time

from benchmarks.measure import sluis
from benchmarks.report import Line
from benchmarks.scale import Scale
from benchmarks.server import serving


def measure(scale: Scale) -> list[Line]:
    data = scale.data / "demo"
    lines: list[Line] = []
    if not (data / "demo-accounts.txt").exists():
        made = sluis(data, "demo", "--no-serve")
        said = f"{made.seconds:.0f} s, {made.peak_mb:.0f} MB"
        lines.append(Line("Demoprovincie laden (`sluis demo`, de eerste keer)", said))
    with serving(data, "demo") as server:
        what = "`sluis demo`, tweede start tot eerste antwoord"
        lines.append(Line(what, f"{server.seconds:.1f} s", "", server.seconds, 10, "s"))
    with serving(data) as server:
        time.sleep(3)
        lines.append(Line("`sluis serve`, start tot eerste antwoord van de API", f"{server.seconds:.1f} s"))
        lines.append(Line("Geheugen in rust (web en taken)", f"{server.memory_mb():.0f} MB"))
    return lines
