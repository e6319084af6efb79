"""The lines of the table, and the page that shows them."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sluis.kernel import clock

PAGE = Path(__file__).parent.parent / "docs/reference/performance.md"
_HEAD = """\
# Snelheid

Deze pagina is geschreven door `{command}`. Gemeten op {machine}.

Lees de **verhoudingen**: elk getal van Sluis en zijn vergelijking komen uit dezelfde run, om en om gemeten, behalve
waar *elders gemeten* bij staat. Seconden en milliseconden zeggen alleen iets over deze machine op dat moment. Tijden
per vraag staan als p50 / p95 / snelste. Geheugen is de som over alle processen; gedeelde bladzijden tellen per proces
mee. Bij elk deel staat hoe druk de machine al was (load op {cores} kernen): daarboven zegt de tijd van de processor
(CPU) meer dan die van de klok.

Zelf meten: `make bench`, of sneller en kleiner `make bench ARGS=--quick`.
"""


@dataclass(frozen=True)
class Line:
    """One measurement. `value` is what `bound` limits; both None when nothing was promised."""

    what: str
    ours: str
    reference: str = ""
    value: float | None = None
    bound: float | None = None
    unit: str = "x"
    at_least: bool = False

    @property
    def kept(self) -> bool:
        if self.value is None or self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def cells(self) -> list[str]:
        limit = "" if self.bound is None else f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}"
        value = "" if self.value is None else f"{self.value:.2f} {self.unit}"
        verdict = "" if self.bound is None else ("ja" if self.kept else "**nee**")
        return [self.what, self.ours, self.reference, value, limit, verdict]


@dataclass(frozen=True)
class Part:
    """One part of the page as it is kept between runs: `cells` are the rows of its table."""

    title: str
    date: str
    load: float
    cells: list[list[str]]

    @classmethod
    def of(cls, title: str, lines: Sequence[Line], load: float) -> "Part":
        return cls(title, clock.now().strftime("%Y-%m-%d %H:%M UTC"), round(load, 1), [line.cells() for line in lines])

    @classmethod
    def read(cls, path: Path) -> "Part":
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def keep(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")

    def __str__(self) -> str:
        rows = [["wat", "Sluis", "vergelijking", "uitkomst", "grens", "gehaald"], ["---"] * 6, *self.cells]
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        return f"\n## {self.title}\n\nGemeten op {self.date}; load {self.load}.\n\n{table}\n"


def page(parts: Sequence[Part], command: str) -> str:
    """The whole page in Markdown."""
    cores, python = os.cpu_count(), platform.python_version()
    machine = f"{platform.machine()}, {cores} kernen, {_memory_gb():.0f} GB, Python {python}"
    return _HEAD.format(command=command, machine=machine, cores=cores) + "".join(map(str, parts))


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
