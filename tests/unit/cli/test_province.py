"""The land of the demo province: it tiles, it stays put, and its roads are where they say."""

from itertools import combinations

import numpy as np
import pytest

from sluis.cli.demo.province import MUNICIPALITIES, ROADS, along, around_towns, border, dice, road, wander


def area(ring: np.ndarray) -> float:
    x, y = (ring - ring[0]).T
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2


def test_the_same_purpose_gives_the_same_numbers_and_another_gives_others() -> None:
    assert dice("bomen").integers(0, 10**9) == dice("bomen").integers(0, 10**9)
    assert dice("bomen").integers(0, 10**9) != dice("palen").integers(0, 10**9)


def test_a_line_is_the_same_from_both_ends() -> None:
    a, b = np.array([0.0, 0.0]), np.array([100.0, 50.0])
    there = wander(a, b, pieces=8, sway=3, purpose="test")
    back = wander(b, a, pieces=8, sway=3, purpose="test")
    assert np.array_equal(there, back[::-1])


@pytest.mark.parametrize("index", range(len(MUNICIPALITIES)))
def test_each_border_is_closed_and_lies_in_the_netherlands(index: int) -> None:
    ring = border(index)
    assert np.array_equal(ring[0], ring[-1])
    assert (ring[:, 0] > 0).all()
    assert (ring[:, 0] < 280_000).all()
    assert (ring[:, 1] > 300_000).all()
    assert (ring[:, 1] < 625_000).all()


def test_neighbours_share_vertices_and_nobody_owns_twice() -> None:
    rings = [{tuple(point) for point in border(i)} for i in range(len(MUNICIPALITIES))]
    shared = [len(a & b) for a, b in combinations(rings, 2)]
    assert max(shared) >= 15  # a whole side
    assert all(common < 40 for common in shared)


def test_the_municipalities_fill_the_province() -> None:
    total = sum(area(border(i)) for i in range(len(MUNICIPALITIES)))
    assert 1.2e9 < total < 1.8e9  # square metres: 4 by 3 cells of about 11 km


def test_points_beside_a_road_keep_their_distance() -> None:
    name = next(iter(ROADS))
    points, marks = along(name, np.linspace(0, 0.99, 50), np.full(50, 5.0))
    line = road(name)
    for point in points:
        legs = np.diff(line, axis=0)
        share = np.clip(((point - line[:-1]) * legs).sum(axis=1) / (legs**2).sum(axis=1), 0, 1)
        nearest = np.hypot(*(line[:-1] + legs * share[:, None] - point).T).min()
        assert nearest <= 5.02
    assert (np.diff(marks) > 0).all()


def test_points_around_towns_lie_within_their_municipality() -> None:
    owners = np.repeat(np.arange(len(MUNICIPALITIES)), 20)
    points = around_towns(dice("test"), owners)
    for index in range(len(MUNICIPALITIES)):
        low, high = border(index).min(axis=0), border(index).max(axis=0)
        here = points[owners == index]
        assert (here >= low).all()
        assert (here <= high).all()
