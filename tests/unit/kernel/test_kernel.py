"""Laws of the kernel."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel import clock, ids
from sluis.kernel.canonical import canonical, digest, in_order
from sluis.kernel.errors import KINDS, Fault, Invalid, SluisError, fill, from_wire, to_wire

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    max_leaves=20,
)


@given(plain)
def test_canonical_form_does_not_depend_on_order(value):
    def turned(x):
        return dict(reversed([(k, turned(v)) for k, v in x.items()])) if isinstance(x, dict) else x

    assert digest(value) == digest(turned(value))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes"])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        canonical(value)


@given(st.text(), st.integers(1, 100))
def test_a_slug_is_safe_and_short(text, limit):
    slug = ids.slugify(text, limit=limit)
    assert len(slug) <= limit
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_ids_stay_in_order_of_making(fixed_clock):
    made = []
    for _ in range(50):
        made.append(ids.new_id())
        fixed_clock.advance(timedelta(milliseconds=1))
    assert made == sorted(made)
    assert {i.version for i in made} == {7}


@pytest.mark.parametrize("cls", KINDS.values())
def test_an_error_crosses_a_process_border_whole(cls):
    error = cls("a.b", "Rij {row} klopt niet.", way_out="Herstel {row}.", faults=[Fault("x", field="f", row=3)], row=3)
    back = from_wire(to_wire(error))
    assert type(back) is cls
    assert back.detail() == "Rij 3 klopt niet. Herstel 3."
    assert back.faults[0].row == 3


@given(st.text())
def test_any_message_can_be_shown(text):
    assert isinstance(Invalid("x", text, name=1).detail(), str)
    assert isinstance(Fault(text).text(), str)


def test_a_message_cannot_reach_into_its_parameters():
    message = "{a.__class__.__init__.__globals__} {a}"
    assert SluisError("x", message, a="value").detail() == "{a.__class__.__init__.__globals__} value"


def test_the_day_is_the_dutch_day(fixed_clock):
    fixed_clock.advance(timedelta(hours=14, minutes=30))
    assert fixed_clock.now().date() != clock.today()


def test_a_term_in_a_text_has_places_of_its_own() -> None:
    params = {"rule_term": "at most {bound} {unit_term}", "unit_term": "days", "bound": "{rule_term}"}
    words = {
        "Agreed: {rule_term}.": "Afgesproken: {rule_term}.",
        "at most {bound} {unit_term}": "hooguit {bound} {unit_term}",
    }
    assert fill("Agreed: {rule_term}.", params, lambda text: words.get(text, text)) == (
        "Afgesproken: hooguit {rule_term} days."
    )


def test_in_order_changes_nothing_but_the_order():
    value = {"b": [{"d": 1, "c": None}, "x"], "a": {"z": {}, "y": [2, 1]}}
    assert in_order(value) == value
    assert json.dumps(in_order(value)) == '{"a": {"y": [2, 1], "z": {}}, "b": [{"c": null, "d": 1}, "x"]}'
