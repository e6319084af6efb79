"""The term of a request, how it ended, and what is an address."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.requests import rules
from sluis.requests.types import Outcome

DAY = date(2026, 11, 23)
days = st.integers(0, 60).map(lambda n: DAY + timedelta(days=n))


def due(*asked: tuple[date, date | None], extended: bool = False, today: date = DAY) -> date:
    return rules.due_date(DAY, asked, extended=extended, today=today)


def test_four_weeks_and_four_more() -> None:
    assert due() == date(2026, 12, 21)
    assert due(extended=True) == date(2027, 1, 18)


def test_the_days_between_question_and_reply_do_not_count() -> None:
    asked = date(2026, 11, 25)
    assert due((asked, date(2026, 11, 26))) == date(2026, 12, 21)
    assert due((asked, date(2026, 11, 30))) == date(2026, 12, 25)
    assert due((asked, None), today=date(2026, 11, 28)) == date(2026, 12, 23)
    assert due((asked, None), today=date(2027, 5, 1)) == date(2026, 12, 21) + rules.CLARIFY - timedelta(days=1)


@given(st.lists(st.tuples(days, st.none() | days), max_size=4), st.booleans(), days)
def test_the_term_is_never_shorter_and_bounded(asked, extended, today) -> None:
    found = due(*asked, extended=extended, today=today)
    longest = rules.TERM + rules.EXTENSION + len(asked) * rules.CLARIFY
    assert DAY + rules.TERM <= found <= DAY + longest


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"alreadyPublic": "yes"}, Outcome.FOUND),
        ({"datasetOutcome": "open"}, Outcome.OPEN),
        ({"datasetOutcome": "closed", "holder": "x"}, Outcome.CLOSED),
        ({"datasetOutcome": "undecided"}, Outcome.UNDECIDED),
        ({"holder": "Gemeente"}, Outcome.REFERRED),
        ({"holder": ""}, Outcome.REFUSED),
        ({"datasetOutcome": "iets"}, Outcome.REFUSED),
        ({}, Outcome.REFUSED),
    ],
)
def test_how_it_ended(said, outcome) -> None:
    assert rules.outcome_of(said) is outcome


WORDS = st.sampled_from(["yes", "no", "unknown", "open", "Open", "closed", "undecided", "found", "", None, "Gemeente"])


@given(st.fixed_dictionaries({}, optional={"alreadyPublic": WORDS, "datasetOutcome": WORDS, "holder": WORDS}))
def test_nothing_unknown_ever_means_open(said) -> None:
    if said.get("datasetOutcome") != "open":
        assert rules.outcome_of(said) is not Outcome.OPEN


@pytest.mark.parametrize("text", ["https://a.example/x?y=1", "http://a.example"])
def test_an_address(text) -> None:
    assert rules.is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example",
        "javascript:alert(1)",
        "https://",
        "ftp://a.example",
        'https://a.example/"onclick=',
        "https://a.example/ x",
        "https://[",
        "data:text/html,x",
    ],
)
def test_no_address(text) -> None:
    assert not rules.is_address(text)


@pytest.mark.parametrize(
    "text", ["laadpalen", " Laadpalen ", "https://a.example/datasets/laadpalen", "/datasets/laadpalen/?x=1"]
)
def test_the_short_name_in_an_address(text) -> None:
    assert rules.slug_in(text) == "laadpalen"
