"""Drift and the expected band: laws that hold for any figures."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sluis.lake.profile.binning import equal_width
from sluis.lake.watching.drift import distance, drift, drifts, spreads
from sluis.lake.watching.volume import LEAST, band

FILLED = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 10_000), min_size=1, max_size=8)
AMOUNTS = st.lists(st.integers(0, 10**9), min_size=LEAST, max_size=14)


@given(FILLED, FILLED)
def test_distance_is_symmetric_and_between_nought_and_one(one, other):
    assert 0 <= distance(one, other) <= 1
    assert distance(one, other) == pytest.approx(distance(other, one))


@given(FILLED, FILLED, FILLED)
def test_distance_is_a_metric(one, two, three):
    assert distance(one, three) <= distance(one, two) + distance(two, three) + 1e-9


@given(FILLED, st.integers(1, 50))
def test_more_rows_of_the_same_is_no_drift(spread, times):
    assert distance(spread, {key: count * times for key, count in spread.items()}) == pytest.approx(0, abs=1e-7)


@given(FILLED, FILLED)
def test_nothing_shared_is_one_and_only_that(one, other):
    apart = {key.upper(): count for key, count in other.items()}
    assert distance(one, apart) == pytest.approx(1)
    shared = any(one[key] and other.get(key) for key in one)
    assert (distance(one, other) > 1 - 1e-12) <= (not shared)


@given(FILLED, FILLED)
def test_putting_places_together_never_shows_more(one, other):
    def coarse(spread):
        found = {}
        for key, count in spread.items():
            found[key < "d"] = found.get(key < "d", 0) + count
        return found

    assert distance(coarse(one), coarse(other)) <= distance(one, other) + 1e-9


@given(FILLED, FILLED)
def test_chance_is_taken_off_and_the_more_the_fewer_rows(one, other):
    assert drift(one, other) <= distance(one, other) + 1e-12
    many = [{key: count * 100 for key, count in spread.items()} for spread in (one, other)]
    assert drift(one, other) <= drift(*many) + 1e-9


def test_the_distance_of_two_known_spreads():
    # Half against all: JSD = 1 - 3/4 log2(3) + 1/2 in bits = 0.3113 (Lin 1991, definition 4.1).
    assert distance({"a": 50, "b": 50}, {"a": 100}) == pytest.approx(math.sqrt(0.311278), abs=1e-5)


def column(values, **more):
    start, width, bins = equal_width(min(values), max(values), True)
    counts = [0] * bins
    for value in values:
        counts[int((value - start) // width)] += 1
    shape = [
        {"from": float(start + i * width), "to": float(start + (i + 1) * width), "count": count}
        for i, count in enumerate(counts)
    ]
    histogram = {"unit": "number", "bins": shape}
    return {"name": "n", "type": "integer", "rows": len(values), "empty": 0, "histogram": histogram} | more


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=60), st.integers(-(10**12), 10**12))
def test_every_row_stands_somewhere_whatever_the_bins(values, odd):
    one, other = column(values), column([*values, odd])
    a, b = spreads(one, other)
    assert sum(a.values()) == pytest.approx(len(values))
    assert sum(b.values()) == pytest.approx(len(values) + 1)


@given(st.lists(st.integers(-1000, 1000), min_size=20, max_size=60))
def test_one_far_value_that_widens_the_bins_is_no_drift(values):
    assert drifts({"columns": [column(values)]}, {"columns": [column([*values, 10**9])]})["n"] < 0.2


@pytest.mark.parametrize("value", [1e308, -1e308, 5e-324])
def test_the_largest_and_smallest_doubles_are_measured_too(value):
    wide = {"unit": "number", "bins": [{"from": -1e308, "to": 1e308, "count": 3}]}
    other = {"unit": "number", "bins": [{"from": value, "to": value + abs(value) / 8, "count": 3}]}
    both = [{"name": "n", "type": "number", "rows": 3, "empty": 0, "histogram": one} for one in (wide, other)]
    assert 0 <= drifts({"columns": [both[0]]}, {"columns": [both[1]]})["n"] <= 1


def test_keys_hidden_columns_and_moments_tell_only_of_empty_cells():
    moved = [column([1, 2, 3] * 50), column([901, 902, 903] * 50)]
    assert drifts({"columns": [moved[0]]}, {"columns": [moved[1]]})["n"] > 0.9
    for mark in ({"unique": True}, {"hidden": True}):
        assert drifts({"columns": [moved[0] | mark]}, {"columns": [moved[1] | mark]})["n"] == 0
    day = {"name": "d", "type": "date", "rows": 100, "empty": 0,
           "histogram": {"unit": "day", "every": 1, "bins": [{"from": "2026-01-01", "count": 100}]}}  # fmt: skip
    later = day | {"histogram": {"unit": "day", "every": 1, "bins": [{"from": "2026-02-01", "count": 100}]}}
    assert drifts({"columns": [day]}, {"columns": [later]})["d"] == 0
    assert drifts({"columns": [day]}, {"columns": [later | {"empty": 90}]})["d"] > 0.5


def test_a_value_outside_an_unfinished_list_is_not_said_to_be_gone():
    def words(rows, **counts):
        top = [{"value": value, "count": count} for value, count in counts.items()]
        return {"name": "w", "type": "text", "rows": rows, "empty": 0, "top": top}

    some, others = words(1000, a=5, b=5), words(1000, c=5, d=5)  # 990 rows are other values
    assert drifts({"columns": [some]}, {"columns": [others]})["w"] == 0
    assert drifts({"columns": [words(100, a=100)]}, {"columns": [words(100, b=100)]})["w"] > 0.9


@given(st.integers(0, 10**6), st.integers(-100, 10**4), st.integers(LEAST, 10))
def test_what_grows_in_a_straight_line_is_expected_to_go_on(start, slope, count):
    values = [start + slope * i for i in range(count + 1)]
    assume(min(values) >= 0)
    assert band(values[:-1], 0) == (values[-1], values[-1])


@given(AMOUNTS, st.integers(1, 1000))
def test_the_band_goes_with_the_scale(before, times):
    low, high = band(before, 25)
    scaled = band([value * times for value in before], 25)
    assert scaled[0] == pytest.approx(low * times, abs=times)
    assert scaled[1] == pytest.approx(high * times, abs=times)
    assert 0 <= low <= high


@given(st.integers(100, 10**6), st.integers(5, 10), st.integers(0, 10**9), st.data())
def test_one_odd_version_moves_nothing(usual, count, odd, data):
    before = [usual] * count
    before[data.draw(st.integers(0, count - 1))] = odd
    assert band(before, 25) == band([usual] * count, 25)


def test_too_few_versions_say_nothing():
    assert band([10, 10], 25) is None
