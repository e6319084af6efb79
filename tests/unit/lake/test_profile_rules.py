"""Pure parts of the profile: bins, masks, names."""

import re
from datetime import date
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.lake.profile.binning import MOST_BINS, date_unit, equal_width
from sluis.lake.profile.masks import mask
from sluis.lake.profile.names import FIRST, looks_like_name
from sluis.lake.profile.rules import ELEVEN_NUMBER, ELEVEN_TEST, PATTERNS, Kind, named, person_name

FINITE = st.floats(-1e15, 1e15, allow_nan=False)


@given(FINITE, FINITE, st.booleans())
def test_bins_are_few_nice_and_hold_everything(a: float, b: float, whole: bool) -> None:
    low, high = sorted((a, b))
    if whole:
        low, high = float(int(low)), float(int(high))
    start, width, bins = equal_width(low, high, whole)
    assert 1 <= bins <= MOST_BINS
    assert start <= Fraction(low)
    assert Fraction(high) < start + bins * width
    assert not whole or start.denominator == width.denominator == 1


@given(st.dates(), st.dates())
def test_dates_fall_in_few_bins(a: date, b: date) -> None:
    first, last = sorted((a, b))
    unit, every = date_unit(first, last)
    spans = {
        "day": (last - first).days,
        "month": (last.year - first.year) * 12 + last.month - first.month,
        "year": last.year // every - first.year // every,
    }
    assert spans[unit] < MOST_BINS


@given(st.sampled_from(list(Kind)), st.text(min_size=1))
def test_a_mask_hides_all_but_a_hint(kind: Kind, text: str) -> None:
    hidden = mask(kind, text)
    assert len(hidden) == len(text)
    assert len(re.findall(r"[^\W•]", hidden)) <= 2
    words = re.findall(r"\w", text)
    assert len(words) <= 2 or hidden != text


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (Kind.PHONE, "bel +31 6 1234 5678", True),
        (Kind.PHONE, "020-1234567", True),
        (Kind.PHONE, "0412 123456", True),
        (Kind.PHONE, "0031 20 123 45 67", True),
        (Kind.PHONE, "0599010000208579", False),
        (Kind.PHONE, "01-02-2020", False),
        (Kind.PHONE, "2020-1234567", False),
        (Kind.PLATE, "XR-998-Z", True),
        (Kind.PLATE, "12-AB-34", False),
        (Kind.PLATE, "2020-01", False),
        (Kind.EMAIL, "a@b", False),
        (Kind.ADDRESS, "Dorpsstraat 12a, 1234 AB", True),
        (Kind.ADDRESS, "in 2023 EU", False),
    ],
)
def test_patterns(kind: Kind, text: str, found: bool) -> None:
    assert bool(re.search(PATTERNS[kind], text)) == found


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Fenna de Jong", True),
        ("J.P. van der Meer", True),
        ("van den Bosch", True),
        ("Jansen, Piet", True),
        ("De Bilt", False),
        ("Den Haag", False),
        ("Gemeente Delft", False),
        ("Jan 12", False),
        ("Jan heeft vandaag een lange brief geschreven", False),
    ],
)
def test_what_looks_like_a_name(text: str, person: bool) -> None:
    assert looks_like_name(text) is person


def test_column_names_tell() -> None:
    assert named(Kind.BSN, "Burgerservicenummer")
    assert named(Kind.BIRTH_DATE, "Geboortedatum aanvrager")
    assert not named(Kind.BIRTH_DATE, "Geboorteplaats")
    assert person_name("achternaam") == "yes"
    assert person_name("Naam contactpersoon") == "maybe"
    assert person_name("naam gemeente") == ""
    assert all(name == name.lower() for name in FIRST)


def test_a_whole_number_passes_the_eleven_test_when_its_digits_do() -> None:
    edges = "SELECT unnest([10_000_000, 999_999_999, 123_456_782])"
    numbers = f"SELECT range + 10_000_000 AS n FROM range(0, 989_999_999, 9973) UNION ALL {edges}"
    said = f"""
        SELECT count(*), count(*) FILTER (a), count(*) FILTER (a <> b) FROM (
            SELECT ({ELEVEN_NUMBER}) % 11 = 0 AS a, b FROM (
                SELECT n AS x, b FROM (SELECT n, ({ELEVEN_TEST}) % 11 = 0 AS b FROM (
                    SELECT n, lpad(n::VARCHAR, 9, '0') AS x FROM ({numbers})))))"""
    with duckdb.connect() as con:
        [(tested, passed, different)] = con.execute(said).fetchall()
    assert (different, tested) == (0, 99_272)
    assert 0.08 < passed / tested < 0.1
