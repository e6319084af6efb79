"""What people type becomes a clean value or a plain refusal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from sluis.kernel.errors import Invalid
from sluis.register.fields import DATASET_FIELDS, Field, Kind
from sluis.register.values import Wrong, as_stored, clean, parse


def value(kind: Kind, raw: Any) -> Any:
    return parse(Field("x", kind, "X"), raw, as_stored)


def test_all_faults_are_told_at_once() -> None:
    given_values = {"title": 5, "landing_page": "ftp://x", "hack": 1, "planned_date": "morgen"}
    with pytest.raises(Invalid) as refused:
        clean(DATASET_FIELDS, given_values, as_stored)
    assert sorted(fault.field for fault in refused.value.faults) == sorted(given_values)


@pytest.mark.parametrize(
    "raw",
    [
        "javascript:alert(1)",
        "https://",
        "//x.example",
        "https://x.example/a b",
        'https://x.example/"><script>',
        "https://[::1",
        "file:///etc/passwd",
        "https://u:p@x.example/",
    ],
)
def test_only_web_addresses_are_links(raw: str) -> None:
    with pytest.raises(Wrong):
        value(Kind.LINK, raw)


@pytest.mark.parametrize("tail", ["%", "%zz#a#b", "[x]", "é?q=ü&r=%20", "\ufff0"])
def test_odd_links_are_made_regular(tail: str) -> None:
    link = value(Kind.LINK, "https://merwede.example/" + tail)
    assert NamedNode(link).value == link == value(Kind.LINK, link)
    assert link.isascii()


@given(st.text(max_size=40))
def test_an_accepted_link_can_be_written_as_rdf(tail: str) -> None:
    try:
        link = value(Kind.LINK, "https://merwede.example/" + tail)
    except Wrong:
        return
    assert NamedNode(link).value == link


@given(st.text(max_size=60))
def test_text_keeps_no_control_characters_and_cleaning_twice_is_cleaning_once(raw: str) -> None:
    once = value(Kind.PROSE, raw)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in once)
    assert value(Kind.PROSE, once) == once


@given(st.lists(st.text(max_size=10), max_size=10))
def test_words_are_unique_and_not_empty(raw: list[str]) -> None:
    words = value(Kind.WORDS, raw)
    assert len(set(words)) == len(words)
    assert all(words)


@pytest.mark.parametrize(
    ("raw", "good"), [("P1D", True), ("PT1H30M", True), ("P", False), ("PT", False), ("1 dag", False)]
)
def test_durations(raw: str, good: bool) -> None:
    if good:
        assert value(Kind.DURATION, raw) == raw
    else:
        with pytest.raises(Wrong):
            value(Kind.DURATION, raw)


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "-1", "1e99", "1e-99", "een", "--"])
def test_decimals_are_finite_and_sane(raw: str) -> None:
    with pytest.raises(Wrong):
        value(Kind.DECIMAL, raw)


@pytest.mark.parametrize("raw", ["x", [1, 2, 3], [1, 2, 3, "vier"], [-181, 0, 0, 0], [0, 0, float("nan"), 1]])
def test_boxes_lie_on_earth(raw: object) -> None:
    with pytest.raises(Wrong):
        value(Kind.BOX, raw)


@pytest.mark.parametrize("raw", ["geen", "a@b", "a@b.nl,c@d.nl", "a b@c.nl", "a@b.nl\nBcc: c@d.nl"])
def test_an_email_is_one_address(raw: str) -> None:
    with pytest.raises(Wrong):
        value(Kind.EMAIL, raw)
