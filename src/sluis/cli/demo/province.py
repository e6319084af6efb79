"""The land of Merwede in RD New (EPSG:28992, metres): twelve municipalities that tile the province, and its roads.

Names and codes are made up. Every draw comes from a generator seeded by its purpose, so one dataset can change without
touching another.
"""

import zlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
"""Coordinates: shape (n, 2), metres."""

WEST, SOUTH = 108_000.0, 414_000.0
STEP = 11_000.0
ACROSS, UP = 4, 3


@dataclass(frozen=True)
class Municipality:
    code: str
    name: str
    inhabitants: int
    seat: str


MUNICIPALITIES = (
    Municipality("0041", "Grienderland", 28_450, "Grienddam"),
    Municipality("0042", "Dijkwoude", 41_212, "Dijkwoude"),
    Municipality("0043", "Hoogwaarden", 19_876, "Hoogwaard"),
    Municipality("0044", "Oeverzicht", 23_004, "Oeverzicht"),
    Municipality("0045", "Rietdrecht", 67_390, "Rietdrecht"),
    Municipality("0046", "Merwestad", 148_731, "Merwestad"),
    Municipality("0047", "Lingedam", 88_120, "Lingedam"),
    Municipality("0048", "Veenambacht", 31_665, "Veenambacht"),
    Municipality("0049", "Sint-Gerbrandsé", 12_908, "Sint-Gerbrandsé"),
    Municipality("0050", "Sluisoord", 54_077, "Sluisoord"),
    Municipality("0051", "Waterkerke", 36_540, "Waterkerke"),
    Municipality("0052", "Bovenkamp aan de Merwe", 26_333, "Bovenkamp"),
)

ROADS = {
    "N801": (0, 1, 2, 3),
    "N802": (4, 5, 6, 7),
    "N803": (8, 9, 10, 11),
    "N804": (0, 4, 8),
    "N805": (1, 5, 9),
    "N806": (2, 6, 10),
    "N807": (3, 7, 11),
    "N808": (0, 5, 10),
    "N809": (3, 6, 9),
}
"""Provincial roads as rows of municipality indexes: they run from centre to centre."""


def dice(purpose: str) -> np.random.Generator:
    """A random generator that gives the same numbers for the same purpose, always."""
    return np.random.default_rng(zlib.crc32(purpose.encode()))


@cache
def _nodes() -> Floats:
    """Corners of the municipalities, shape (UP + 1, ACROSS + 1, 2)."""
    columns, rows = np.meshgrid(np.arange(ACROSS + 1), np.arange(UP + 1))
    grid = np.stack([WEST + columns * STEP, SOUTH + rows * STEP], axis=-1).astype(np.float64)
    return grid + dice("nodes").uniform(-1_800, 1_800, grid.shape)


def _corners(index: int) -> Floats:
    row, column = divmod(index, ACROSS)
    nodes = _nodes()
    return np.array([nodes[row, column], nodes[row, column + 1], nodes[row + 1, column + 1], nodes[row + 1, column]])


def wander(start: Floats, end: Floats, *, pieces: int, sway: float, purpose: str) -> Floats:
    """A line from start to end that sways `sway` metres around the straight one. Same ends, same line, both ways."""
    if tuple(start) > tuple(end):
        return wander(end, start, pieces=pieces, sway=sway, purpose=purpose)[::-1]
    along = np.linspace(0, 1, pieces + 1)[:, None]
    line = start + (end - start) * along
    seed = f"{purpose}{start.round(1).tolist()}{end.round(1).tolist()}"
    noise = dice(seed).normal(0, sway, line.shape)
    return (line + noise * np.sin(np.pi * along)).round(2)


def border(index: int) -> Floats:
    """Closed ring of one municipality; neighbours share their border exactly."""
    corners = _corners(index)
    sides = [wander(corners[i], corners[(i + 1) % 4], pieces=14, sway=140, purpose="border")[:-1] for i in range(4)]
    ring = np.concatenate(sides)
    return np.concatenate([ring, ring[:1]])


def inside(index: int, at: Floats) -> Floats:
    """Points in one municipality from shares (n, 2) between 0 and 1 of its width and height."""
    a, b, c, d = _corners(index)
    u, v = at[:, :1], at[:, 1:]
    return (a * (1 - u) * (1 - v) + b * u * (1 - v) + c * u * v + d * (1 - u) * v).round(2)


def centre(index: int) -> Floats:
    """Town centre of one municipality, shape (2,)."""
    return inside(index, np.array([[0.5, 0.5]]))[0]


def around_towns(draw: np.random.Generator, owners: NDArray[np.int64]) -> Floats:
    """One point per entry of `owners` (municipality indexes), denser near the town centre."""
    shares = np.clip(draw.normal(0.5, 0.14, (len(owners), 2)), 0.06, 0.94)
    points = np.empty((len(owners), 2))
    for index in range(len(MUNICIPALITIES)):
        here = owners == index
        points[here] = inside(index, shares[here])
    return points


def by_inhabitants(draw: np.random.Generator, count: int) -> NDArray[np.int64]:
    """`count` municipality indexes, large towns more often."""
    weights = np.array([m.inhabitants for m in MUNICIPALITIES], dtype=np.float64)
    return draw.choice(len(MUNICIPALITIES), size=count, p=weights / weights.sum()).astype(np.int64)


@cache
def road(name: str) -> Floats:
    """The line of a provincial road, about a vertex per 250 metres."""
    stops = [centre(i) for i in ROADS[name]]
    legs = [wander(a, b, pieces=44, sway=60, purpose="road") for a, b in pairwise(stops)]
    return np.concatenate([leg[:-1] for leg in legs] + [legs[-1][-1:]])


def along(name: str, share: Floats, aside: Floats) -> tuple[Floats, Floats]:
    """Points beside a road at shares 0–1 of its length, `aside` metres from it; and their kilometre marks."""
    line = road(name)
    steps = np.hypot(*np.diff(line, axis=0).T)
    marks = np.concatenate([[0.0], np.cumsum(steps)])
    at = share * marks[-1]
    leg = np.clip(np.searchsorted(marks, at, side="right") - 1, 0, len(steps) - 1)
    direction = np.diff(line, axis=0)[leg] / steps[leg][:, None]
    normal = np.column_stack([-direction[:, 1], direction[:, 0]])
    points = line[leg] + direction * (at - marks[leg])[:, None] + normal * aside[:, None]
    return points.round(2), (at / 1000).round(3)


def owner_of(points: Floats) -> NDArray[np.int64]:
    """Index of the municipality with the nearest centre, per point."""
    centres = np.array([centre(i) for i in range(len(MUNICIPALITIES))])
    return np.argmin(((points[:, None, :] - centres[None]) ** 2).sum(axis=2), axis=1).astype(np.int64)
