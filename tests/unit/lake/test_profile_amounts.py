"""Years and codes are written without groups of digits; amounts with them."""

import pytest
from django.utils.translation import override

from sluis.desk.tables import shown_value
from sluis.lake.profile.looks import is_amount


@pytest.mark.parametrize(
    ("name", "more", "amount"),
    [
        ("jaar", {"min": 1, "max": 9}, False),
        ("periode", {"min": 2022, "max": 2027}, False),
        ("bedrag", {"min": 12, "max": 250_000}, True),
        ("bedrag", {"min": 1200, "max": 3100}, True),
        ("objectnummer", {"min": 5, "max": 99_999, "unique": True}, False),
        ("gemeente_code", {"min": 5, "max": 99_999}, False),
        ("meting", {"type": "number", "min": 2020.5, "max": 2021.5}, True),
    ],
)
def test_what_is_an_amount(name, more, amount):
    assert is_amount(name, {"type": "integer", **more}) is amount


def test_years_on_english_pages():
    with override("en"):
        assert shown_value({"name": "x", "type": "integer", "min": 2022, "max": 2027}, 2022) == "2022"
        assert shown_value({"name": "x", "type": "integer", "min": 5, "max": 250_000}, 250_000) == "250,000"
