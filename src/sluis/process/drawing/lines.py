"""Arrows: a path with rounded bends, and heads that point along the last stretch."""

import math
from collections.abc import Sequence
from itertools import pairwise

from sluis.process.drawing.picture import Point

_BEND = 6.0


def short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if value else "0"


def at(point: Point) -> str:
    return f"{short(point[0])} {short(point[1])}"


def rounded(points: Sequence[Point]) -> str:
    """Through all points, with a soft bend at each."""
    parts = ["M" + at(points[0])]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(_BEND, _far(before, here) / 2, _far(here, after) / 2)
        parts.append(f"L{at(_towards(here, before, reach))}Q{at(here)} {at(_towards(here, after, reach))}")
    return "".join(parts) + "L" + at(points[-1])


def head(points: Sequence[Point], *, length: float = 10, half: float = 4.5) -> str:
    """A closed triangle with its tip on the last point."""
    left, right = _corners(points, length, half)
    return f"M{at(points[-1])}L{at(left)}L{at(right)}z"


def barbs(points: Sequence[Point]) -> str:
    """An open head."""
    left, right = _corners(points, 8, 4)
    return f"M{at(left)}L{at(points[-1])}L{at(right)}"


def _corners(points: Sequence[Point], length: float, half: float) -> tuple[Point, Point]:
    tip = points[-1]
    back = _towards(tip, _other(points[::-1]), length)
    x, y = _across(tip, back, half)
    return (back[0] + x, back[1] + y), (back[0] - x, back[1] - y)


def slash(points: Sequence[Point]) -> str:
    """The stroke across the start of a default flow."""
    start, ahead = points[0], _other(points)
    middle = _towards(start, ahead, 10)
    x, y = _across(start, ahead, 5)
    dx, dy = (ahead[0] - start[0], ahead[1] - start[1])
    size = math.hypot(dx, dy) or 1
    lean = (dx / size * 3, dy / size * 3)
    a, b = (middle[0] + x - lean[0], middle[1] + y - lean[1]), (middle[0] - x + lean[0], middle[1] - y + lean[1])
    return f"M{at(a)}L{at(b)}"


def diamond(points: Sequence[Point]) -> str:
    """The small diamond at the start of a conditional flow."""
    start, ahead = points[0], _other(points)
    middle, end = _towards(start, ahead, 8), _towards(start, ahead, 16)
    x, y = _across(start, ahead, 5)
    return f"M{at(start)}L{at((middle[0] + x, middle[1] + y))}L{at(end)}L{at((middle[0] - x, middle[1] - y))}z"


def halfway(points: Sequence[Point]) -> Point:
    """The point in the middle of the whole way."""
    left = sum(_far(a, b) for a, b in pairwise(points)) / 2
    for a, b in pairwise(points):
        if (stretch := _far(a, b)) >= left:
            return _towards(a, b, left)
        left -= stretch
    return points[-1]


def _other(points: Sequence[Point]) -> Point:
    """The first point that is not where the way starts."""
    return next((point for point in points if _far(point, points[0]) > 0.5), (points[0][0] - 1, points[0][1]))


def _far(a: Point, b: Point) -> float:
    return math.hypot(b[0] - a[0], b[1] - a[1])


def _towards(a: Point, b: Point, distance: float) -> Point:
    share = distance / (_far(a, b) or 1)
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _across(a: Point, b: Point, half: float) -> Point:
    size = _far(a, b) or 1
    return -(b[1] - a[1]) / size * half, (b[0] - a[0]) / size * half
