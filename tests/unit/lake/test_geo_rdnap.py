"""What must hold of RD New whatever the official points say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sluis.lake.geo import rdnap

AMERSFOORT = (np.array([155_000.0]), np.array([463_000.0]))


def test_amersfoort_is_the_origin_of_rd() -> None:
    lon, lat = rdnap.to_etrs89(*AMERSFOORT)
    assert abs(lon[0] - 5.387_203_658) < 2e-6
    assert abs(lat[0] - 52.155_172_897) < 2e-6


@given(st.floats(-7_000, 300_000), st.floats(289_000, 629_000))
def test_there_and_back_is_the_same_place(x: float, y: float) -> None:
    back_x, back_y = rdnap.to_rd(*rdnap.to_etrs89(np.array([x]), np.array([y])))
    assert abs(back_x[0] - x) < 0.001
    assert abs(back_y[0] - y) < 0.001


def test_an_unknown_coordinate_stays_unknown_and_hurts_no_other() -> None:
    lon, lat = rdnap.to_etrs89(np.array([np.nan, 155_000.0]), np.array([463_000.0, 463_000.0]))
    assert np.isnan(lon[0])
    assert np.isfinite(lon[1])
    assert np.isfinite(lat[1])


def test_the_edge_of_the_grid_has_a_correction() -> None:
    heights = rdnap.geoid_height(np.array([8.0, 8.000_001]), np.array([56.0, 56.0]))
    assert np.isfinite(heights[0])
    assert np.isnan(heights[1])


def test_no_points_is_no_trouble() -> None:
    lon, lat = rdnap.to_etrs89(np.array([]), np.array([]))
    assert lon.size == lat.size == 0
