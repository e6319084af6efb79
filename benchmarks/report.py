"""The lines of the table, and the page that shows them."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sluis.kernel import clock

PAGE = Path(__file__).parent.parent / "docs/reference/performance.md"
_HEAD = """\
# Snelheid

Deze pagina is geschreven door `{command}` op {date}. Gemeten op {machine}.

Lees de **verhoudingen**: elk getal van Sluis en zijn vergelijking komen uit dezelfde run, om en om gemeten. Seconden en
milliseconden zeggen alleen iets over deze machine op dat moment. Tijden per vraag staan als p50 / p95 / snelste.
Geheugen is de som over alle processen; gedeelde bladzijden tellen per proces mee. De belasting van de machine door
anderen was bij het begin {load} op {cores} kernen.

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


def table(lines: Iterable[Line]) -> str:
    rows = [["wat", "Sluis", "vergelijking", "uitkomst", "grens", "gehaald"], ["---"] * 6]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*rows, *(line.cells() for line in lines)])


def page(parts: Sequence[tuple[str, Sequence[Line]]], command: str, load: float) -> str:
    """The whole page in Markdown."""
    machine = (
        f"{platform.machine()}, {os.cpu_count()} kernen, {_memory_gb():.0f} GB, Python {platform.python_version()}"
    )
    date = clock.now().strftime("%Y-%m-%d %H:%M UTC")
    head = _HEAD.format(command=command, date=date, machine=machine, load=f"{load:.1f}", cores=os.cpu_count())
    return head + "".join(f"\n## {title}\n\n{table(lines)}\n" for title, lines in parts)


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
