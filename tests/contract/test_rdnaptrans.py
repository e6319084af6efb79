"""RDNAPTRANS2018 against the official NSGI self-validation points (10,000, both directions)."""

import numpy as np
import pytest
from tests.conftest import shared_path

from sluis.lake.geo import rdnap

MILLIMETRE_IN_DEGREES = 1e-3 / 111_300


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    path = shared_path("data/3-geo/rdnaptrans/Z001_ETRS89andRDNAP.txt")
    return np.genfromtxt(path, skip_header=1, names="fid,lat,lon,h,x,y,nap", missing_values="*", filling_values=np.nan)


@pytest.fixture(scope="module")
def inside(points: np.ndarray) -> np.ndarray:
    lon, lat = points["lon"], points["lat"]
    return (lon >= rdnap.WEST) & (lon <= rdnap.EAST) & (lat >= rdnap.SOUTH) & (lat <= rdnap.NORTH)


def test_all_official_points_are_there(points: np.ndarray, inside: np.ndarray) -> None:
    assert len(points) == 10_000
    assert inside.sum() == 7_959


def test_etrs89_to_rd_is_within_a_millimetre_everywhere(points: np.ndarray) -> None:
    x, y = rdnap.to_rd(points["lon"], points["lat"])
    assert np.abs(x - points["x"]).max() < 0.001
    assert np.abs(y - points["y"]).max() < 0.001


def test_rd_to_etrs89_is_within_a_millimetre_inside_the_grid(points: np.ndarray, inside: np.ndarray) -> None:
    lon, lat = rdnap.to_etrs89(points["x"][inside], points["y"][inside])
    east = np.abs(lon - points["lon"][inside]) * np.cos(np.radians(points["lat"][inside]))
    assert east.max() < MILLIMETRE_IN_DEGREES
    assert np.abs(lat - points["lat"][inside]).max() < MILLIMETRE_IN_DEGREES


def test_rd_to_etrs89_is_within_half_a_centimetre_far_outside_the_grid(points: np.ndarray, inside: np.ndarray) -> None:
    lon, lat = rdnap.to_etrs89(points["x"][~inside], points["y"][~inside])
    assert np.abs(lon - points["lon"][~inside]).max() < 5 * MILLIMETRE_IN_DEGREES
    assert np.abs(lat - points["lat"][~inside]).max() < 5 * MILLIMETRE_IN_DEGREES


def test_nap_heights_are_within_a_millimetre_and_have_no_meaning_outside(
    points: np.ndarray, inside: np.ndarray
) -> None:
    nap = points["h"] - rdnap.geoid_height(points["lon"], points["lat"])
    assert np.isnan(points["nap"][~inside]).all()
    assert np.isnan(nap[~inside]).all()
    assert np.abs(nap[inside] - points["nap"][inside]).max() < 0.001
